"""Trend sections: differences as tables, each with an arrow and with the word for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ecrm_core.quality.labels import Labels
from ecrm_core.quality.section import Section

if TYPE_CHECKING:
    from ecrm_core.quality.trend import Change, Trend

__all__ = ["trend_sections"]

_SMALL = 5e-5  # less shows as 0.0 points
_MORE_IS_WORSE = frozenset({"info", "warning", "error"})


def trend_sections(trend: Trend, labels: Labels) -> tuple[Section, ...]:
    """Return the tables of a trend; rules that found nothing in both reports are left out."""
    return tuple(_sections(trend, labels))


def _sections(trend: Trend, labels: Labels) -> Iterator[Section]:
    before, now = trend.rows
    subject = labels[f"subject.{trend.subject}"]
    overview = [_row(labels["score"], trend.score, labels)]
    for name, held in trend.rows_by.items():
        word = labels["clean"] if name == "clean" else labels[f"severity.{name}"]
        overview.append(_row(word, held, labels, worse=name in _MORE_IS_WORSE))
    yield _section("trend", overview, labels,
                   title=labels["trend"].format(before=before, now=now, subject=subject),
                   note="" if trend.same_rules else labels["note.other_rules"])  # fmt: skip
    yield _section("trend-dimensions", [
        _row(labels[f"dimension.{d.value}"], held, labels) for d, held in trend.dimensions.items()
    ], labels)  # fmt: skip
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


def _row(name: str, change: Change, labels: Labels, *, worse: bool = False) -> tuple[str, ...]:
    """Return a change as cells; ``worse`` says that more is worse."""
    sides = [
        _side(change.before, change.before_of, labels), _side(change.now, change.now_of, labels)
    ]  # fmt: skip
    difference = change.difference
    if difference is None:
        return (name, *sides, "–", labels["unknown"])
    if abs(difference) < _SMALL:
        return (name, *sides, "→ 0.0", labels["same"])
    up = difference > 0
    word = labels["worse" if up == worse else "better"]
    return (name, *sides, f"{'↑' if up else '↓'} {100 * difference:+.1f}", word)


def _side(held: float | None, of: int, labels: Labels) -> str:
    if held is None:
        return "–"
    return labels["share_of"].format(share=f"{100 * held:.1f} %", of=of)
