"""Private: values that hold personal data show none of it unless asked by ``reveal``."""

from __future__ import annotations

from ecrm_core.kernel.codec import Json, encode

__all__ = ["Private"]


class Private:
    """Mixin for attrs classes made with ``repr=False``: a repr without content, and ``reveal``."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the class alone: a repr ends in logs and tracebacks."""
        return f"<{type(self).__name__} •••>"

    def reveal(self) -> Json:
        """Return the content as JSON values, personal data included."""
        return encode(self)
