"""Table report: what the rules say about a whole data set, with every denominator shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from attrs import define, field, frozen

from ecrm_core.kernel import Json, html_table, plain_table
from ecrm_core.quality.check import REFUSED, Report
from ecrm_core.quality.finding import DATE_AMBIGUOUS, Finding
from ecrm_core.quality.rule import Dimension, Severity
from ecrm_core.quality.ruleset import RuleSet
from ecrm_core.quality.score import mean

__all__ = ["ReportBuilder", "RowFinding", "RuleCount", "TableReport"]

_EXAMPLES = 3


@frozen(kw_only=True)
class RowFinding:
    """A finding and its row: a number from 0, as the table counts them, or a customer's id."""

    row: int | str
    finding: Finding


@frozen(kw_only=True)
class RuleCount:
    """How often one rule found something: in ``rows`` of the ``asked`` rows it applied to.

    ``examples`` are masked.
    """

    rule: str
    severity: Severity
    rows: int
    asked: int
    examples: tuple[str, ...] = ()


@frozen(kw_only=True)
class TableReport:
    """What the rules say about a data set.

    ``by_severity`` counts rows by the gravest finding in them; ``dimensions`` hold the mean score
    and the rows it was asked of; ``completeness`` the rows a field is filled in, of all ``rows``;
    ``rules`` the worst first. ``findings`` stand in the order of the rows; of a store only the
    first are kept, while every number counts all.
    """

    rows: int
    by_severity: Mapping[Severity, int]
    score: float | None
    dimensions: Mapping[Dimension, tuple[float, int]]
    completeness: Mapping[str, int]
    rules: tuple[RuleCount, ...]
    findings: tuple[RowFinding, ...] = ()

    @property
    def clean(self) -> int:
        """The rows nothing was found in."""
        return self.rows - sum(self.by_severity.values())

    @property
    def date_orders(self) -> Mapping[str, int]:
        """How many of the uncertain dates each order of day, month and year fits ("DMY": 3).

        An order that fits all of a column where no other does is very likely the column's own.
        """
        told = [h.finding.facts for h in self.findings if h.finding.message_key == DATE_AMBIGUOUS]
        return dict(sorted(Counter(o for f in told for o in str(f["orders"]).split(", ")).items()))

    def flagged(self, severity: Severity = Severity.WARNING) -> frozenset[int | str]:
        """Return the rows with a finding of this severity or a graver one."""
        return frozenset(
            held.row for held in self.findings if held.finding.severity.rank >= severity.rank
        )

    def to_rows(self, language: str = "en") -> list[dict[str, Json]]:
        """Return the findings as flat rows, masked, as a frame takes them."""
        return [
            {
                "row": held.row,
                "severity": held.finding.severity.value,
                "rule": held.finding.rule,
                "path": held.finding.path,
                "value": held.finding.evidence,
                "message": held.finding.message(language),
            }
            for held in self.findings
        ]

    def to_json(self) -> dict[str, Json]:
        """Return the numbers as JSON values, without the findings."""
        return {
            "rows": self.rows,
            "clean": self.clean,
            "by_severity": {s.value: n for s, n in self.by_severity.items()},
            "score": self.score,
            "dimensions": {d.value: list(held) for d, held in self.dimensions.items()},
            "completeness": dict(self.completeness),
            "rules": [
                [r.rule, r.severity.value, r.rows, r.asked, list(r.examples)] for r in self.rules
            ],
        }

    def __str__(self) -> str:
        """Return the numbers as plain tables."""
        return "\n\n".join(
            f"{title}\n{plain_table(head, rows)}" for title, head, rows in self._tables()
        )

    def _repr_html_(self) -> str:
        return "".join(
            html_table(head, rows, caption=title) for title, head, rows in self._tables()
        )

    def _tables(self) -> Iterable[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
        total = "not asked" if self.score is None else f"{self.score:.3f}"
        graves = [f"{self.by_severity.get(s, 0)} {s.value}" for s in reversed(Severity)]
        title = f"{self.rows} rows: {self.clean} clean, {', '.join(graves)}; score {total}"
        dimensions = [(d.value, f"{held:.3f}", str(n)) for d, (held, n) in self.dimensions.items()]
        yield title, ("dimension", "mean", "rows asked"), dimensions
        filled = [
            (f, f"{n} of {self.rows}", _share(n, self.rows)) for f, n in self.completeness.items()
        ]
        yield "Completeness", ("field", "filled", "share"), filled
        yield (
            "Worst rules",
            ("rule", "severity", "rows", "share", "examples"),
            [
                (r.rule, r.severity.value, f"{r.rows} of {r.asked}", _share(r.rows, r.asked),
                 ", ".join(r.examples))
                for r in self.rules
            ],
        )  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


@define
class _Count:
    severity: Severity
    asked: int = 0
    rows: int = 0
    examples: dict[str, None] = field(factory=dict)


@define
class ReportBuilder:
    """A report in the making, row by row; ``keep`` bounds the findings held (None: all)."""

    rules: RuleSet
    keep: int | None = None
    _rows: int = field(default=0, init=False)
    _severities: dict[Severity, int] = field(factory=dict, init=False)
    _sums: dict[Dimension, list[float]] = field(factory=dict, init=False)
    _filled: dict[str, int] = field(factory=dict, init=False)
    _counts: dict[str, _Count] = field(factory=dict, init=False)
    _findings: list[RowFinding] = field(factory=list, init=False)

    def expect(self, names: Iterable[str]) -> None:
        """Name fields whose completeness is told even where no row fills them."""
        for name in names:
            self._filled.setdefault(name, 0)

    def add(self, row: int | str, report: Report, filled: Iterable[str]) -> None:
        """Count one row: its report and the fields it fills."""
        self._rows += 1
        if report.worst is not None:
            self._severities[report.worst] = self._severities.get(report.worst, 0) + 1
        for dimension, held in report.score.dimensions.items():
            sums = self._sums.setdefault(dimension, [0.0, 0])
            sums[0] += held
            sums[1] += 1
        for name in filled:
            self._filled[name] = self._filled.get(name, 0) + 1
        for id_ in report.asked:
            self._count(id_).asked += 1
        for id_ in dict.fromkeys(finding.rule for finding in report.findings):
            self._count(id_).rows += 1
        for finding in report.findings:
            self._note(row, finding)

    def _count(self, id_: str) -> _Count:
        if id_ not in self._counts:
            self._counts[id_] = _Count(Severity.INFO)
        return self._counts[id_]

    def _note(self, row: int | str, finding: Finding) -> None:
        count = self._count(finding.rule)
        if finding.severity.rank > count.severity.rank:
            count.severity = finding.severity
        if finding.evidence and len(count.examples) < _EXAMPLES:
            count.examples[finding.evidence] = None
        if self.keep is None or len(self._findings) < self.keep:
            self._findings.append(RowFinding(row=row, finding=finding))

    def build(self) -> TableReport:
        """Return the report."""
        means = {d: sums[0] / sums[1] for d, sums in self._sums.items()}
        ordered = {d: means[d] for d in Dimension if d in means}
        return TableReport(
            rows=self._rows,
            by_severity={s: self._severities[s] for s in Severity if s in self._severities},
            score=mean(ordered, self.rules.weights),
            dimensions={d: (held, int(self._sums[d][1])) for d, held in ordered.items()},
            completeness=dict(self._filled),
            rules=self._worst(),
            findings=tuple(self._findings),
        )

    def _worst(self) -> tuple[RuleCount, ...]:
        # Whether a row can be read is asked of every row, though only a failure is told.
        every = {REFUSED, *(rule.id for rule in self.rules.rules if rule.path == "unread")}
        found = [
            RuleCount(rule=id_, severity=count.severity, rows=count.rows,
                      asked=self._rows if id_ in every else count.asked,
                      examples=tuple(count.examples))
            for id_, count in self._counts.items()
            if count.rows
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda held: (-held.severity.rank, -held.rows, held.rule)))
