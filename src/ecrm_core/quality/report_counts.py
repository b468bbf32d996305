"""Report counts: what is added up row by row, of all rows and of each group; memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import define, field

from ecrm_core.quality.check import Report
from ecrm_core.quality.report_parts import GroupCount
from ecrm_core.quality.rule import Dimension, Severity
from ecrm_core.quality.score import DIMENSIONS, Weights, mean

__all__ = ["Counts", "Groups"]

_SHOWN = 50  # groups told apart in a report
_HELD = 1_000  # names told apart while counting
_LONGEST = 80  # characters of a name


@define
class Counts:
    """Rows, their gravest findings, sums of scores, and the fields they fill."""

    rows: int = 0
    _severities: dict[Severity, int] = field(factory=dict, init=False)
    _scores: dict[Dimension, list[float]] = field(factory=dict, init=False)
    filled: dict[str, int] = field(factory=dict, init=False)

    def add(self, report: Report, worst: Severity | None, filled: Iterable[str]) -> None:
        """Count one row; ``worst`` is the gravest severity in its report."""
        self.rows += 1
        if worst is not None:
            self._severities[worst] = self._severities.get(worst, 0) + 1
        for dimension, held in report.score.dimensions.items():
            self._sum(dimension, held, 1)
        for name in filled:
            self.filled[name] = self.filled.get(name, 0) + 1

    def merge(self, other: Counts) -> None:
        """Add what other rows came to."""
        self.rows += other.rows
        for severity, count in other._severities.items():
            self._severities[severity] = self._severities.get(severity, 0) + count
        for dimension, (held, rows) in other._scores.items():
            self._sum(dimension, held, rows)
        for name, count in other.filled.items():
            self.filled[name] = self.filled.get(name, 0) + count

    def _sum(self, dimension: Dimension, held: float, rows: float) -> None:
        sums = self._scores.setdefault(dimension, [0.0, 0])
        sums[0] += held
        sums[1] += rows

    @property
    def by_severity(self) -> dict[Severity, int]:
        """Rows by the gravest finding in them, the slightest first."""
        return {s: self._severities[s] for s in Severity if s in self._severities}

    @property
    def dimensions(self) -> dict[Dimension, tuple[float, int]]:
        """The mean of each dimension asked, and the rows it was asked of."""
        sums = {d: self._scores[d] for d in DIMENSIONS if d in self._scores}
        return {d: (held / rows, int(rows)) for d, (held, rows) in sums.items()}

    def score(self, weights: Weights) -> float | None:
        """Return the weighted mean of the dimensions; None: nothing was asked."""
        return mean({d: held for d, (held, _) in self.dimensions.items()}, weights)


@define
class Groups:
    """Counts by name; the names first seen after a thousand others are counted together."""

    _named: dict[str, Counts] = field(factory=dict, init=False)
    _late: Counts = field(factory=Counts, init=False)

    def add(self, name: str, report: Report, worst: Severity | None, filled: Iterable[str]) -> None:
        """Count one row in the group of that name; "" is not stated."""
        name = name[:_LONGEST]
        if name in self._named or len(self._named) < _HELD:
            counts = self._named.setdefault(name, Counts())
        else:
            counts = self._late
        counts.add(report, worst, filled)

    def build(self, weights: Weights) -> tuple[GroupCount, ...]:
        """Return the largest groups, then rows that state none, then the sum of the others.

        Nothing is told where no row states a name.
        """
        named = {name: counts for name, counts in self._named.items() if name}
        if not named:
            return ()
        ordered = sorted(named, key=lambda name: (-named[name].rows, name))
        found = [_group(name, named[name], weights) for name in ordered[:_SHOWN]]
        if "" in self._named:
            found.append(_group("", self._named[""], weights))
        others = Counts()
        for counts in (*(named[name] for name in ordered[_SHOWN:]), self._late):
            others.merge(counts)
        if others.rows:
            found.append(_group("", others, weights, others=True))
        return tuple(found)


def _group(name: str, counts: Counts, weights: Weights, *, others: bool = False) -> GroupCount:
    completeness: Mapping[str, int] = dict(counts.filled)
    return GroupCount(
        name=name, others=others, rows=counts.rows, by_severity=counts.by_severity,
        score=counts.score(weights), completeness=completeness,
    )  # fmt: skip
