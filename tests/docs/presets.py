"""The tables of the presets, made from the code.

``python -m tests.docs.presets`` writes them into the page.
"""

from __future__ import annotations

from ecrm_core.subscriptions import PRESETS, explain_policies
from tests.docs.reference_tables import page, with_tables
from tests.house import ROOT

__all__ = ["PAGE", "written"]

PAGE = "reference/presets.md"


def written(text: str) -> str:
    """Return the page with its tables as the code has them."""
    return with_tables(text, [_table(name) for name in ("b2c", "b2b")])


def _table(preset: str) -> list[str]:
    rows = [(f"`{each.path}`", each.value, each.why) for each in explain_policies(PRESETS[preset])]
    head = (preset, "value", "why")
    return [_line(head), "|---|---|---|", *map(_line, rows)]


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    (ROOT / "docs" / PAGE).write_text(written(page(PAGE)), encoding="utf-8")
