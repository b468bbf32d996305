"""The tables of the ready maps, made from the code.

``python -m tests.docs.ready_maps`` writes them into the page.
"""

from __future__ import annotations

from ecrm_core.sources import EVENT_ROLES, EventMap, ready_maps
from tests.docs.reference_tables import page, with_tables
from tests.house import ROOT

__all__ = ["PAGE", "written"]

PAGE = "reference/ready-maps.md"


def written(text: str) -> str:
    """Return the page with its tables as the code has them."""
    maps = [_line((f"`{name}`", *_told(fields))) for name, fields in ready_maps().items()]
    words = [_line(row) for name, fields in ready_maps().items() for row in _words(name, fields)]
    roles = [_line((f"`{role.name}`", role.meaning)) for role in EVENT_ROLES.values()]
    return with_tables(
        text,
        [
            [
                _line(("map", "a file must have", "and may have", "tells")),
                "|---|---|---|---|",
                *maps,
            ],
            [_line(("map", "kind", "words")), "|---|---|---|", *words],
            [_line(("role", "meaning")), "|---|---|", *roles],
        ],
    )


def _told(fields: EventMap) -> tuple[str, str, str]:
    columns = [(column, f"`{column}`" if role in {column, f"data:{column}"} else
                f"`{column}` ({role})") for column, role in fields.columns.items()]  # fmt: skip
    must = ", ".join(text for column, text in columns if column not in fields.optional)
    may = ", ".join(text for column, text in columns if column in fields.optional)
    kinds = sorted({*filter(None, fields.kinds.values()), *filter(None, [fields.kind])})
    return must, may, ", ".join(f"`{kind}`" for kind in kinds)


def _words(name: str, fields: EventMap) -> list[tuple[str, str, str]]:
    found: dict[str, list[str]] = {}
    for word, kind in fields.kinds.items():
        found.setdefault(kind, []).append(word)
    return [
        (f"`{name}`", f"`{kind}`" if kind else "no event", ", ".join(held))
        for kind, held in found.items()
    ]


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    (ROOT / "docs" / PAGE).write_text(written(page(PAGE)), encoding="utf-8")
