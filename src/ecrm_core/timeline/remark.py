"""Remark: what somebody wrote; of a text beyond the limit its head, length and digest."""

from __future__ import annotations

from typing import Final

from ecrm_core.kernel import digest, gate_text

__all__ = ["MAX_REMARK", "bounded_text"]

MAX_REMARK: Final = 64 * 1024
"""Characters of a text that are kept."""
_MAX_READ: Final = 1024 * 1024


def bounded_text(value: object, path: str = "$.text") -> str | None:
    """Return the text, or its head and a last line that says how long it was and its digest.

    So nothing is lost silently: who has the original can tell that it is this one. None and empty
    text are None. Raises InputError for what is no text, and for one beyond 1,048,576 characters.
    """
    if value is None:
        return None
    text = gate_text(value, path, limit=_MAX_READ)
    if len(text) <= MAX_REMARK:
        return text or None
    mark = f"\n[... {len(text)} characters in all, digest {digest(text)}]"
    return text[: MAX_REMARK - len(mark)] + mark
