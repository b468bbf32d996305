"""The tables of the lifecycle of subscriptions, made from the table in the code.

``python -m tests.docs.lifecycle`` writes them into the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.subscriptions import BY_TIME, TRANSITIONS, Command, Status
from tests.docs.reference_tables import page
from tests.house import ROOT

__all__ = ["MARKS", "PAGE", "written"]

PAGE: Final = "explanation/subscriptions.md"
MARKS: Final = ("<!-- lifecycle -->", "<!-- lifecycle ends -->")
_TIME: Final = "time"
_Row = Mapping[Status, frozenset[Status]]


def written(text: str) -> str:
    """Return the page with the lifecycle as the code has it, between its two marks."""
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    return f"{before}{MARKS[0]}\n\n{_made()}\n\n{MARKS[1]}{after}"


def _made() -> str:
    text = "The same as steps from one status (rows) to another (columns):"
    return "\n".join([*_possible(), "", text, "", *_steps()])


def _possible() -> list[str]:
    """What is possible in which status, and what it leads to where the status does not stay."""
    rows = [(f"`{command.__name__}`", row) for command, row in TRANSITIONS.items()]
    return [
        _line("", *map(_words, Status)),
        _line(*["---"] * (len(Status) + 1)),
        *(
            _line(name, *(_cell(row, status) for status in Status))
            for name, row in [*rows, (_TIME, BY_TIME)]
        ),
    ]


def _cell(row: _Row, status: Status) -> str:
    if status not in row:
        return ""
    others = [_words(led) for led in Status if led in row[status] - {status}]
    return ", ".join((["stays"] if status in row[status] else []) + others)


def _steps() -> list[str]:
    return [
        _line("from \\ to", *map(_words, Status)),
        _line(*["---"] * (len(Status) + 1)),
        *(_line(_words(found), *(_leads(found, to) for to in Status)) for found in Status),
    ]


def _leads(found: Status, to: Status) -> str:
    """Return what leads from one status to another one."""
    if found is to:
        return ""
    rows: list[tuple[type[Command] | None, _Row]] = [*TRANSITIONS.items(), (None, BY_TIME)]
    names = [
        f"`{command.__name__}`" if command else _TIME
        for command, row in rows
        if to in row.get(found, frozenset())
    ]
    return ", ".join(names)


def _words(status: Status) -> str:
    return status.value.replace("_", " ")


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


if __name__ == "__main__":
    (ROOT / "docs" / PAGE).write_text(written(page(PAGE)), encoding="utf-8")
