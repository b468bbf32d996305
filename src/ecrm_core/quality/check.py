"""Check: every rule asked of a record in one pass, all findings together, never an exception."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice

from attrs import evolve, frozen

from ecrm_core.customers import FieldValue, Profile, SourceRecord, show_value
from ecrm_core.customers.names import PersonName
from ecrm_core.customers.organisation import OrganisationName
from ecrm_core.kernel import Json, mask, plain_table
from ecrm_core.quality.evidence import Evidence, QualityTest, Suggestion
from ecrm_core.quality.finding import RULE_ERROR, Finding
from ecrm_core.quality.party import Party, party_of
from ecrm_core.quality.rule import Dimension, Rule, Severity
from ecrm_core.quality.ruleset import CORE, RuleSet, Section
from ecrm_core.quality.score import DIMENSIONS, Score, Tally

__all__ = ["REFUSED", "Report", "check_many", "check_party", "check_record", "refused_report"]

REFUSED = "row_refused"
"""The id of the finding that no record can be made of a row."""
_MOST = 100  # findings and suggestions of one test about one value
_HEAD = ("severity", "rule", "where", "value", "finding")


@frozen(kw_only=True)
class Report:
    """What the rules say about one record; ``sections`` hold the ids of those that applied."""

    findings: tuple[Finding, ...] = ()
    score: Score
    sections: tuple[tuple[str, ...], ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The ids of the rules that applied."""
        return tuple(chain.from_iterable(self.sections))

    @property
    def worst(self) -> Severity | None:
        """The gravest severity found; None: nothing was found."""
        found = [finding.severity for finding in self.findings]
        return max(found, key=lambda severity: severity.rank) if found else None

    def __str__(self) -> str:
        """Return the findings as a plain table, masked."""
        return plain_table(
            _HEAD,
            [(f.severity.value, f.rule, f.path, f.evidence, f.message()) for f in self.findings],
        )

    def to_json(self) -> dict[str, Json]:
        """Return findings and score as JSON values, masked."""
        return {
            "findings": [finding.to_json() for finding in self.findings],
            "score": self.score.total,
            "dimensions": {d.value: held for d, held in self.score.dimensions.items()},
        }


def check_record(
    record: SourceRecord | Profile,
    rules: RuleSet = CORE,
    *,
    as_of: date | None = None,
    region: str | None = None,
) -> Report:
    """Return everything the rules find in a record or profile; bad data never raises.

    ``as_of`` is the day rules about time count from (without it they ask nothing), ``region``
    (ISO 3166-1) the country phones are dialled in where the record states none.
    """
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    return check_party(party_of(record, as_of=day, region=region), rules)


def check_many(
    records: Iterable[SourceRecord | Profile],
    rules: RuleSet = CORE,
    *,
    as_of: date | None = None,
    region: str | None = None,
) -> Iterator[Report]:
    """Yield the report of each record, in order, as it is asked for: memory stays flat."""
    return (check_record(record, rules, as_of=as_of, region=region) for record in records)


def check_party(party: Party, rules: RuleSet = CORE) -> Report:
    """Return everything the rules find in a party."""
    tally, findings, sections = Tally(rules.weights), list[Finding](), list[tuple[str, ...]]()
    for section in rules.sections:
        values = party.values(section.path)
        if values and section.conditional:
            section = section.among(party)  # noqa: PLW2901 - the same, less what does not apply
        if not values or not section.asked:
            continue
        sections.append(section.ids)
        for place, times in section.places:
            tally.ask(place, times * len(values))
        for at, value in enumerate(values):
            for rule, test, place in section.asked:
                said = _said(test, value, party, rule)
                if said:
                    where = _where(section, at, value)
                    found = _findings(rule, value, said, where, rules.severity(rule, party.source))
                    findings += found
                    _lose(tally, place, found[0], rules)
    return Report(findings=tuple(findings), score=tally.score(), sections=tuple(sections))


def _said(test: QualityTest, value: FieldValue, party: Party, rule: Rule) -> Sequence[object]:
    """Return what a test yields; how it crashed, if it did."""
    try:
        return list(islice(test(value, party, rule.params), _MOST + 1))
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and others go on
        return (error,)


def _where(section: Section, at: int, value: FieldValue) -> str:
    """Return where a value stands: the elements of a list are numbered from 0."""
    if section.path == "unread":
        return str(value)
    return f"{section.path}[{at}]" if section.listed else section.path


def _lose(tally: Tally, place: int, finding: Finding, rules: RuleSet) -> None:
    if finding.crashed:
        tally.ask(place, -1)  # nothing is known
    else:
        tally.lose(place, rules.weights.penalties[finding.severity])


def refused_report(problems: Iterable[str], rules: RuleSet = CORE) -> Report:
    """Return the report of input that no record can be made of; the problems name no person."""
    tally, place = Tally(rules.weights), DIMENSIONS.index(Dimension.VALIDITY)
    tally.ask(place)
    tally.lose(place, rules.weights.penalties[Severity.ERROR])
    findings = tuple(
        Finding(
            rule=REFUSED,
            path="$",
            severity=Severity.ERROR,
            dimension=Dimension.VALIDITY,
            message_key=REFUSED,
            facts={"problem": problem},
        )
        for problem in problems
    )
    return Report(findings=findings, score=tally.score(), sections=((REFUSED,),))


def _findings(
    rule: Rule, value: FieldValue, said: Sequence[object], where: str, severity: Severity
) -> list[Finding]:
    """Return what a test found; one finding alone if it crashed or yielded something else."""
    shown = "" if rule.path == "unread" else _masked(value)
    findings: list[Finding] = []
    for held in said:
        if isinstance(held, Evidence):
            finding = Finding(
                rule=rule.id, path=where, severity=severity, dimension=rule.dimension,
                message_key=rule.message, evidence=shown, facts=dict(held.facts),
            )  # fmt: skip
            findings.append(finding)
        elif isinstance(held, Suggestion) and findings:
            before = findings[-1]
            findings[-1] = evolve(before, suggestions=(*before.suggestions, held))
        else:
            return [_crash(rule, where, severity, held)]
    return findings if len(said) <= _MOST else [_crash(rule, where, severity, said)]


def _crash(rule: Rule, where: str, severity: Severity, what: object) -> Finding:
    """Return the finding about a crash: the class alone, for the text of an error may tell more."""
    name = type(what).__name__
    return Finding(
        rule=rule.id, path=where, severity=severity, dimension=rule.dimension,
        message_key=RULE_ERROR,
        facts={"error": name if isinstance(what, Exception) else f"yielded {name}"},
    )  # fmt: skip


def _masked(value: FieldValue) -> str:
    if isinstance(value, Party):
        return ""
    if isinstance(value, PersonName):
        return mask(value.full)
    if isinstance(value, OrganisationName):
        return mask(value.legal)
    return show_value(value)
