"""Section: one table of a report with its title, the same for text, notebook and page."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from ecrm_core.kernel import plain_table

__all__ = ["Section", "plain_sections", "share"]


@frozen(kw_only=True)
class Section:
    """A table under a title. ``note`` says how to read it; ``key`` names it within a page.

    ``bars`` are lengths of 0 to 1, one a row (None: no bar), of what the text of the row says.
    """

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    bars: tuple[float | None, ...] = ()


def plain_sections(sections: Iterable[Section]) -> str:
    """Return sections as aligned text."""
    return "\n\n".join(
        "\n".join(filter(None, (held.title, held.note, plain_table(held.head, held.rows))))
        for held in sections
    )


def share(part: int, whole: int) -> str:
    """Return a part as per cent of the whole; "-" of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "-"
