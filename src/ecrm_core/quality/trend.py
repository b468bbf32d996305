"""Trend: what has changed between two reports; where two numbers have no common measure, a no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Json, html_table
from ecrm_core.quality.labels import labels_of
from ecrm_core.quality.rule import Dimension, Severity
from ecrm_core.quality.section import plain_sections
from ecrm_core.quality.trend_sections import trend_sections

if TYPE_CHECKING:
    from ecrm_core.quality.report import TableReport

__all__ = ["Change", "Trend", "compare_reports"]


@frozen(kw_only=True)
class Change:
    """A share or score, 0 to 1, ``before`` and ``now``, and the rows each is of.

    None: nothing was asked then.
    """

    before: float | None
    now: float | None
    before_of: int
    now_of: int

    @property
    def difference(self) -> float | None:
        """What is more now; None where one of the two is not known."""
        return None if self.before is None or self.now is None else self.now - self.before

    def to_json(self) -> dict[str, Json]:
        """Return the numbers as JSON values, with their difference."""
        return {
            "before": self.before,
            "now": self.now,
            "before_of": self.before_of,
            "now_of": self.now_of,
            "difference": self.difference,
        }


@frozen(kw_only=True)
class Trend:
    """What has changed: ``rows`` before and now, and a Change for everything that is a share.

    ``rows_by`` counts rows that are clean, and by the gravest finding; ``rules`` hold the share of
    the rows asked that each rule finds something in, for rules asked for in either report.
    ``new_rules`` and ``gone_rules`` are asked for in one of the two alone. Unless ``same_rules``,
    scores changed with the rules too.
    """

    subject: str
    rows: tuple[int, int]
    score: Change
    rows_by: Mapping[str, Change] = field(hash=False)
    dimensions: Mapping[Dimension, Change] = field(hash=False)
    completeness: Mapping[str, Change] = field(hash=False)
    rules: Mapping[str, Change] = field(hash=False)
    new_rules: tuple[str, ...] = ()
    gone_rules: tuple[str, ...] = ()
    same_rules: bool = True

    def to_json(self) -> dict[str, Json]:
        """Return the differences as JSON values."""
        return {
            "format": "ecrm-quality-trend-1",
            "subject": self.subject,
            "rows": list(self.rows),
            "score": self.score.to_json(),
            "rows_by": {name: held.to_json() for name, held in self.rows_by.items()},
            "dimensions": {d.value: held.to_json() for d, held in self.dimensions.items()},
            "completeness": {name: held.to_json() for name, held in self.completeness.items()},
            "rules": {name: held.to_json() for name, held in self.rules.items()},
            "new_rules": list(self.new_rules),
            "gone_rules": list(self.gone_rules),
            "same_rules": self.same_rules,
        }

    def __str__(self) -> str:
        """Return the differences as plain tables."""
        return plain_sections(trend_sections(self, labels_of("en")))

    def _repr_html_(self) -> str:
        return "".join(
            html_table(held.head, held.rows, caption=f"{held.title} {held.note}".rstrip())
            for held in trend_sections(self, labels_of("en"))
        )


def compare_reports(former: TableReport, report: TableReport) -> Trend:
    """Return what has changed from the former report to the other.

    Raises DefinitionError when they count other things or weigh findings otherwise.
    """
    if former.subject != report.subject:
        message = f"found a former report of {former.subject}, expected one of {report.subject}"
        raise DefinitionError(message, code="not_comparable")
    if former.weights != report.weights:
        message = "found a former report under other weights, expected the same: scores differ"
        raise DefinitionError(message, code="not_comparable")
    return Trend(
        subject=report.subject,
        rows=(former.rows, report.rows),
        score=Change(before=former.score, now=report.score,
                     before_of=former.rows, now_of=report.rows),
        rows_by=_shares(_graves(former), _graves(report), former, report),
        dimensions={
            d: _mean(former.dimensions.get(d), report.dimensions.get(d))
            for d in Dimension
            if d in former.dimensions or d in report.dimensions
        },
        completeness=_shares(former.completeness, report.completeness, former, report),
        rules={id_: _rule(id_, former, report) for id_ in {**report.asked, **former.asked}},
        new_rules=tuple(id_ for id_ in report.asked if id_ not in former.asked),
        gone_rules=tuple(id_ for id_ in former.asked if id_ not in report.asked),
        same_rules=former.rule_set == report.rule_set,
    )  # fmt: skip


def _graves(report: TableReport) -> dict[str, int]:
    graves = {s.value: report.by_severity.get(s, 0) for s in reversed(Severity)}
    return {"clean": report.clean, **graves}


def _shares(
    before: Mapping[str, int], now: Mapping[str, int], former: TableReport, report: TableReport
) -> dict[str, Change]:
    """Return counts as shares of all rows; a name only one of the two knows has one side."""
    return {
        name: Change(
            before=_share(before.get(name), former.rows), now=_share(now.get(name), report.rows),
            before_of=former.rows, now_of=report.rows,
        )
        for name in {**now, **before}
    }  # fmt: skip


def _share(part: int | None, whole: int) -> float | None:
    return part / whole if part is not None and whole else None


def _mean(before: tuple[float, int] | None, now: tuple[float, int] | None) -> Change:
    (was, was_of), (is_, is_of) = before or (None, 0), now or (None, 0)
    return Change(before=was, now=is_, before_of=was_of, now_of=is_of)


def _rule(id_: str, former: TableReport, report: TableReport) -> Change:
    asked = [held.asked.get(id_, 0) for held in (former, report)]
    found = [
        next((rule.rows for rule in held.rules if rule.rule == id_), 0) for held in (former, report)
    ]
    before, now = (_share(n, of) for n, of in zip(found, asked, strict=True))
    return Change(before=before, now=now, before_of=asked[0], now_of=asked[1])
