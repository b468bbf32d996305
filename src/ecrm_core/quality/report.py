"""Table report: what the rules say about a whole data set, with every denominator shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from attrs import evolve, field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Json, guarded, html_table
from ecrm_core.quality.finding import DATE_AMBIGUOUS
from ecrm_core.quality.labels import labels_of
from ecrm_core.quality.page import render_page
from ecrm_core.quality.report_json import report_from_json, report_to_json
from ecrm_core.quality.report_parts import BINS, GroupCount, RowFinding, RuleCount, masked_groups
from ecrm_core.quality.report_sections import report_sections
from ecrm_core.quality.rule import Dimension, Severity
from ecrm_core.quality.score import Weights
from ecrm_core.quality.section import plain_sections
from ecrm_core.quality.trend import Trend, compare_reports

__all__ = ["TableReport"]


@frozen(kw_only=True)
class TableReport:
    """What the rules say about a data set; ``subject`` says what its rows are.

    ``by_severity`` counts rows by the gravest finding in them; ``dimensions`` hold the mean score
    and the rows it was asked of; ``distribution`` the rows by their score, in ten classes from 0 to
    1; ``completeness`` the rows a field is filled in, of all ``rows``; ``rules`` those that found
    something, the worst first; ``asked`` the rows each rule was asked of.

    ``sources`` and ``entered_by`` count the same by source and by who typed the row: the 50
    largest, rows that state none, and the sum of the others. Names of ``entered_by`` may be those
    of people: unless revealed they are shown masked. A customer counts in every source that states
    something about her, with the fields whose value is that source's.

    ``rule_set`` is the digest of the rules. ``findings`` stand in the order of the rows; of a store
    only the first are kept, while every number counts all: ``found`` says how many there are.
    ``as_of`` is the day rules about time counted from, ``stopped`` that the work was ended early.
    ``contradicted_events`` counts, of a store, the events that their source told in two ways at one
    time: nobody knows which is right.
    """

    subject: str = "rows"
    rows: int
    by_severity: Mapping[Severity, int]
    score: float | None
    dimensions: Mapping[Dimension, tuple[float, int]]
    distribution: tuple[int, ...] = (0,) * BINS
    completeness: Mapping[str, int]
    rules: tuple[RuleCount, ...]
    asked: Mapping[str, int] = field(factory=dict)
    sources: tuple[GroupCount, ...] = ()
    entered_by: tuple[GroupCount, ...] = ()
    weights: Weights = field(factory=Weights, repr=False)
    rule_set: str = ""
    as_of: date | None = None
    found: int = 0
    stopped: bool = False
    contradicted_events: int = 0
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

    @property
    def not_asked(self) -> int:
        """The rows no rule had a question for: they have no score."""
        return self.rows - sum(self.distribution)

    def flagged(self, severity: Severity = Severity.WARNING) -> frozenset[int | str]:
        """Return the rows with a finding of this severity or a graver one.

        Raises DefinitionError where not all findings are kept: ask for more (``keep``).
        """
        if len(self.findings) < self.found:
            message = f"found {len(self.findings)} of {self.found} findings kept, expected all"
            raise DefinitionError(message, code="findings_left_out")
        return frozenset(
            held.row for held in self.findings if held.finding.severity.rank >= severity.rank
        )

    def masked(self) -> TableReport:
        """Return the report with the names of ``entered_by`` masked."""
        return evolve(self, entered_by=masked_groups(self.entered_by))

    def trend(self, former: TableReport) -> Trend:
        """Return what has changed since a former report.

        Raises DefinitionError (code "not_comparable") when the two count other things (rows,
        customers, records) or weigh findings otherwise: their scores have no common measure.
        """
        return compare_reports(former, self)

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

    def to_json(self, *, reveal: bool = False) -> dict[str, Json]:
        """Return the numbers as JSON values, without the findings; ``reveal`` names who typed."""
        return report_to_json(self if reveal else self.masked())

    @classmethod
    @guarded
    def from_json(cls, data: Json) -> TableReport:
        """Return the report that ``to_json`` wrote; InputError for JSON that is none."""
        return cls(**report_from_json(data))

    def to_html(
        self,
        *,
        title: str | None = None,
        language: str = "en",
        former: TableReport | None = None,
        reveal: bool = False,
    ) -> str:
        """Return one page that needs nothing else: no script, no font, no request.

        ``language`` is "en", "ko" or "ja" (else UnknownName), ``title`` its heading. With a
        ``former`` report it shows the trend, and raises as ``trend`` does.
        """
        labels = labels_of(language)
        shown = self if reveal else self.masked()
        trend = None if former is None else self.trend(former)
        return render_page(shown, labels, title=title or labels["title"], trend=trend)

    def __str__(self) -> str:
        """Return the numbers as plain tables, masked."""
        return plain_sections(report_sections(self.masked(), labels_of("en"), brief=True))

    def _repr_html_(self) -> str:
        sections = report_sections(self.masked(), labels_of("en"), brief=True)
        return "".join(html_table(held.head, held.rows, caption=held.title) for held in sections)
