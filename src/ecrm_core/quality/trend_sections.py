"""Trend sections: differences as tables, each with an arrow and with the word for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ecrm_core.quality.labels import Labels
from ecrm_core.quality.section import Section

if TYPE_CHECKING:
    from ecrm_core.quality.trend import Change, Trend

__all__ = ["trend_sections"]

_SMALL = 5e-4  # less shows as no change


def trend_sections(trend: Trend, labels: Labels) -> tuple[Section, ...]:
    """Return the tables of a trend; rules that found nothing in both reports are left out."""
    return tuple(_sections(trend, labels))


def _sections(trend: Trend, labels: Labels) -> Iterator[Section]:
    before, now = trend.rows
    subject = labels[f"subject.{trend.subject}"]
    overview = [_score(labels["score"], trend.score, labels)]
    for name, held in trend.rows_by.items():
        word = labels["clean"] if name == "clean" else labels[f"severity.{name}"]
        row = _row(word, held, labels, worse=name == "error")
        # Fewer warnings may be more errors: the gravest finding counts a row.
        overview.append(row if name in {"clean", "error"} else (*row[:-1], ""))
    title = labels["trend"].format(before=before, now=now, subject=subject)
    note = labels["note.trend"]
    if not trend.same_rules:
        note = f"{note} {labels['note.other_rules']}"
    yield _section("trend", overview, labels, title=title, note=note)
    dimensions = [
        _score(labels[f"dimension.{d.value}"], held, labels) for d, held in trend.dimensions.items()
    ]
    yield _section("trend-dimensions", dimensions, labels)
    completeness = [_row(name, held, labels) for name, held in trend.completeness.items()]
    yield _section("trend-completeness", completeness, labels)
    yield _section("trend-rules", list(_rules(trend, labels)), labels)


def _section(
    key: str, rows: list[tuple[str, ...]], labels: Labels, *, title: str = "", note: str = ""
) -> Section:
    words = (f"{key}.name", "before", "now", "change", "verdict")
    head = tuple(labels[word] for word in words)
    return Section(key=key, title=title or labels[key], head=head, rows=tuple(rows), note=note)


def _rules(trend: Trend, labels: Labels) -> Iterator[tuple[str, ...]]:
    words: Mapping[str, str] = {
        **dict.fromkeys(trend.new_rules, labels["rule_new"]),
        **dict.fromkeys(trend.gone_rules, labels["rule_gone"]),
    }
    for id_, held in trend.rules.items():
        if held.before or held.now or id_ in words:
            row = _row(id_, held, labels, worse=True)
            yield (*row[:-1], words.get(id_, row[-1]))


def _score(name: str, change: Change, labels: Labels) -> tuple[str, ...]:
    """Return the change of a score as cells."""
    return _cells(name, change, labels, shown="{:.3f}", unit=1.0, worse=False)


def _row(name: str, change: Change, labels: Labels, *, worse: bool = False) -> tuple[str, ...]:
    """Return the change of a share as cells, in percentage points; ``worse``: more is worse."""
    return _cells(name, change, labels, shown="{:.1f} %", unit=100.0, worse=worse)


def _cells(
    name: str, change: Change, labels: Labels, *, shown: str, unit: float, worse: bool
) -> tuple[str, ...]:
    sides = [
        "–" if held is None else labels["share_of"].format(share=shown.format(unit * held), of=of)
        for held, of in ((change.before, change.before_of), (change.now, change.now_of))
    ]
    difference = change.difference
    if difference is None:
        return (name, *sides, "–", labels["unknown"])
    if abs(difference) < _SMALL:
        return (name, *sides, "→ 0", labels["same"])
    digits, up = ("+.3f" if unit == 1 else "+.1f"), difference > 0
    told = f"{'↑' if up else '↓'} {unit * difference:{digits}}"
    return (name, *sides, told, labels["worse" if up == worse else "better"])
