"""The table and the drawing of the lifecycle of subscriptions, made from the table in the code.

``python -m tests.docs.lifecycle`` writes them into the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.subscriptions import BY_TIME, TRANSITIONS, Status
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
    text = "Drawn, without what stays as it is: from `o` to each head of the arrow, one of them."
    return "\n".join([*_possible(), "", text, "", *_drawing()])


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


def _drawing() -> list[str]:
    """Each status a line from above to below, each step an arrow from one (o) to others (> <)."""
    heads = [_words(status) for status in Status]
    rows: list[tuple[str, _Row]] = [(c.__name__, row) for c, row in TRANSITIONS.items()]
    arrows = [
        (name, _arrow(found, led))
        for name, row in [*rows, (_TIME, BY_TIME)]
        for found, led in _grouped(row)
    ]
    lines = [("", heads), ("", ["|"] * len(heads)), *arrows, ("", ["|"] * len(heads))]
    return ["```text", *(_lane(name, cells).rstrip() for name, cells in lines), "```"]


def _grouped(row: _Row) -> list[tuple[set[int], set[int]]]:
    """The statuses from which a command leads the same way to the same ones, by their places."""
    places = {status: place for place, status in enumerate(Status)}
    groups: dict[tuple[bool, frozenset[int]], set[int]] = {}
    for status, led in row.items():
        found = places[status]
        others = {places[each] for each in led} - {found}
        for right in (True, False):
            one_way = frozenset(place for place in others if (place > found) is right)
            if one_way:
                groups.setdefault((right, one_way), set()).add(found)
    return [(found, set(led)) for (_, led), found in groups.items()]


def _arrow(found: set[int], led: set[int]) -> list[str]:
    """The marks of one arrow at each status; what lies between its ends is crossed."""
    low, high = min(found | led), max(found | led)
    head = ">|" if max(led) > max(found) else "|<"
    marks = dict.fromkeys(range(low, high + 1), "-")
    marks |= dict.fromkeys(found, "o") | dict.fromkeys(led, head)
    return [marks.get(place, "|") for place in range(len(Status))]


def _lane(name: str, cells: list[str]) -> str:
    """One line of the drawing: a mark stands in the middle of the name of its status."""
    out = [" "] * 130
    out[: len(name)] = name
    at, ends = _LABEL, []
    for status, cell in zip(Status, cells, strict=True):
        middle = at + len(_words(status)) // 2
        start = at if len(cell) > 2 else middle - (cell == ">|")
        out[start : start + len(cell)] = cell
        if cell in _DRAWN:
            ends.append(middle)
        at += len(_words(status)) + 4
    for place in range(min(ends, default=0), max(ends, default=0)):
        out[place] = "-" if out[place] == " " else out[place]
    return "".join(out)


_LABEL: Final = 19
_DRAWN: Final = frozenset({"o", "-", ">|", "|<"})


def _words(status: Status) -> str:
    return status.value.replace("_", " ")


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


if __name__ == "__main__":
    (ROOT / "docs" / PAGE).write_text(written(page(PAGE)), encoding="utf-8")
