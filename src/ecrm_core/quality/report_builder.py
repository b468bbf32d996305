"""Report builder: a report in the making, row by row; it holds counts and the findings kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import define, field

from ecrm_core.kernel import digest
from ecrm_core.quality.check import REFUSED, Report
from ecrm_core.quality.finding import Finding
from ecrm_core.quality.report import TableReport
from ecrm_core.quality.report_counts import Counts, Groups
from ecrm_core.quality.report_parts import BINS, RowFinding, RuleCount
from ecrm_core.quality.rule import Severity
from ecrm_core.quality.ruleset import RuleSet

__all__ = ["ReportBuilder"]

_EXAMPLES = 3


@define
class _Rule:
    """What one rule found so far."""

    rows: int = 0
    first: Finding | None = None
    severity: Severity = Severity.INFO
    examples: dict[str, None] = field(factory=dict)

    def note(self, finding: Finding) -> None:
        self.first = self.first or finding
        if finding.severity.rank > self.severity.rank:
            self.severity = finding.severity
        if finding.evidence and len(self.examples) < _EXAMPLES:
            self.examples[finding.evidence] = None


@define
class ReportBuilder:
    """A report in the making; ``keep`` bounds the findings held (None: all).

    ``subject`` says what a row is: "rows" of a table, "customers" or "records" of a store.
    """

    rules: RuleSet
    keep: int | None = None
    subject: str = "rows"
    as_of: date | None = None
    _found: int = field(default=0, init=False)
    _all: Counts = field(factory=Counts, init=False)
    _bins: list[int] = field(factory=lambda: [0] * BINS, init=False)
    _rules: dict[str, _Rule] = field(factory=dict, init=False)
    _sections: dict[tuple[str, ...], int] = field(factory=dict, init=False)
    _sources: Groups = field(factory=Groups, init=False)
    _typists: Groups = field(factory=Groups, init=False)
    _findings: list[RowFinding] = field(factory=list, init=False)

    def expect(self, names: Iterable[str]) -> None:
        """Name fields whose completeness is told even where no row fills them."""
        for name in names:
            self._all.filled.setdefault(name, 0)

    def add(
        self,
        row: int | str,
        report: Report,
        filled: Iterable[str],
        *,
        sources: Mapping[str, Iterable[str]] | None = None,
        entered_by: str | None = None,
    ) -> None:
        """Count one row: its report and the fields it fills.

        ``sources`` are the fields that each source fills in it, ``entered_by`` who typed it; ""
        stands for a source or a person that is not stated, None for a question not asked.
        """
        worst, filled = report.worst, tuple(filled)
        self._all.add(report, worst, filled)
        if report.score.total is not None:
            self._bins[min(int(report.score.total * BINS), BINS - 1)] += 1
        for source, fields in (sources or {}).items():
            self._sources.add(source, report, worst, fields)
        if entered_by is not None:
            self._typists.add(entered_by, report, worst, filled)
        self._ask(report)
        self._found += len(report.findings)
        for finding in report.findings:
            self._rules[finding.rule].note(finding)
            if self.keep is None or len(self._findings) < self.keep:
                self._findings.append(RowFinding(row=row, finding=finding))

    def _ask(self, report: Report) -> None:
        for ids in report.sections:
            self._sections[ids] = self._sections.get(ids, 0) + 1
        for id_ in dict.fromkeys(finding.rule for finding in report.findings):
            self._rules.setdefault(id_, _Rule()).rows += 1

    def build(self, *, stopped: bool = False) -> TableReport:
        """Return the report; ``stopped`` says that it is not of all rows."""
        weights, asked = self.rules.weights, self._asked()
        return TableReport(
            subject=self.subject,
            rows=self._all.rows,
            by_severity=self._all.by_severity,
            score=self._all.score(weights),
            dimensions=self._all.dimensions,
            distribution=tuple(self._bins),
            completeness=dict(self._all.filled),
            rules=self._worst(asked),
            asked=asked,
            sources=self._sources.build(weights),
            entered_by=self._typists.build(weights),
            weights=weights,
            rule_set=digest(self.rules.to_json()),
            as_of=self.as_of,
            found=self._found,
            stopped=stopped,
            findings=tuple(self._findings),
        )

    def _asked(self) -> dict[str, int]:
        """Return the rows each rule was asked of, those never asked included.

        Whether a row can be read is asked of every row, though only a failure is told.
        """
        every = {REFUSED, *(rule.id for rule in self.rules.rules if rule.path == "unread")}
        counted = dict.fromkeys((*(rule.id for rule in self.rules.rules), *self._rules), 0)
        for ids, rows in self._sections.items():
            for id_ in ids:
                counted[id_] += rows
        return {id_: self._all.rows if id_ in every else n for id_, n in counted.items()}

    def _worst(self, asked: Mapping[str, int]) -> tuple[RuleCount, ...]:
        found = [
            RuleCount(rule=id_, severity=held.severity, rows=held.rows, asked=asked[id_],
                      examples=tuple(held.examples), message_key=held.first.message_key,
                      facts=held.first.facts)
            for id_, held in self._rules.items()
            if held.first is not None
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda held: (-held.severity.rank, -held.rows, held.rule)))
