"""Check: every rule asked of a record in one pass, all findings together, never an exception."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from attrs import evolve, frozen

from ecrm_core.customers import FieldValue, Profile, SourceRecord, field_of, show_value
from ecrm_core.customers.names import PersonName
from ecrm_core.customers.organisation import OrganisationName
from ecrm_core.kernel import Json, mask, plain_table
from ecrm_core.quality.evidence import Evidence, QualityTest, Suggestion
from ecrm_core.quality.finding import RULE_ERROR, Finding
from ecrm_core.quality.party import Party, party_of
from ecrm_core.quality.rule import PSEUDO_FIELDS, Dimension, Rule, Severity
from ecrm_core.quality.ruleset import CORE, RuleSet
from ecrm_core.quality.score import DIMENSIONS, Score, Tally

__all__ = ["REFUSED", "Report", "check_many", "check_party", "check_record", "refused_report"]

REFUSED = "row_refused"
"""The id of the finding that no record can be made of a row."""
_HEAD = ("severity", "rule", "where", "value", "finding")


@frozen(kw_only=True)
class Report:
    """What the rules say about one record; ``asked`` are the ids of those that applied."""

    findings: tuple[Finding, ...] = ()
    score: Score
    asked: tuple[str, ...] = ()

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
    tally, findings, asked = Tally(rules.weights), list[Finding](), dict[str, None]()
    for path, tests in rules.plan.items():
        for where, value in _values(party, path):
            for rule, test, dimension in tests:
                if rule.conditional and not _applies(rule, party):
                    continue
                asked[rule.id] = None
                found = _ask(rule, test, value, party)
                if not found:
                    tally.add(dimension)
                    continue
                severity = rules.severity(rule, party.source)
                findings += [evolve(held, path=where, severity=severity) for held in found]
                if not found[0].crashed:  # else nothing is known
                    tally.add(dimension, rules.weights.penalties[severity])
    return Report(findings=tuple(findings), score=tally.score(), asked=tuple(asked))


def refused_report(problems: Iterable[str], rules: RuleSet = CORE) -> Report:
    """Return the report of input that no record can be made of; the problems name no person."""
    tally = Tally(rules.weights)
    tally.add(DIMENSIONS.index(Dimension.VALIDITY), rules.weights.penalties[Severity.ERROR])
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
    return Report(findings=findings, score=tally.score(), asked=(REFUSED,))


def _values(party: Party, path: str) -> Iterable[tuple[str, FieldValue]]:
    """Return what stands under a path, and where: the elements of a list are numbered from 0."""
    values = party.values(path)
    if path == "unread":
        return [(name, name) for name in values]
    if values and path not in PSEUDO_FIELDS and field_of(path).many:
        return [(f"{path}[{at}]", value) for at, value in enumerate(values)]
    return [(path, value) for value in values]


def _applies(rule: Rule, party: Party) -> bool:
    when = rule.applies_when
    if when.sources and party.source not in when.sources:
        return False
    return all(map(party.values, when.stated))


def _ask(rule: Rule, test: QualityTest, value: FieldValue, party: Party) -> list[Finding]:
    """Return what a test finds; one finding alone if it crashes or yields something else."""
    findings: list[Finding] = []
    try:
        yielded: Iterable[object] = test(value, party, rule.params)
        for said in yielded:
            if isinstance(said, Evidence):
                findings.append(_finding(rule, value, said))
            elif isinstance(said, Suggestion) and findings:
                held = findings[-1]
                findings[-1] = evolve(held, suggestions=(*held.suggestions, said))
            else:
                return [_crash(rule, f"yielded {type(said).__name__}")]
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and others go on
        return [_crash(rule, type(error).__name__)]
    return findings


def _finding(rule: Rule, value: FieldValue, said: Evidence) -> Finding:
    return Finding(
        rule=rule.id,
        path=rule.path,
        severity=rule.severity,
        dimension=rule.dimension,
        message_key=rule.message,
        evidence="" if rule.path == "unread" else _masked(value),
        facts=dict(said.facts),
    )


def _crash(rule: Rule, what: str) -> Finding:
    """Return the finding about a crash: the class alone, for the text of an error may tell more."""
    return Finding(
        rule=rule.id,
        path=rule.path,
        severity=rule.severity,
        dimension=rule.dimension,
        message_key=RULE_ERROR,
        facts={"error": what},
    )


def _masked(value: FieldValue) -> str:
    if isinstance(value, Party):
        return ""
    if isinstance(value, PersonName):
        return mask(value.full)
    if isinstance(value, OrganisationName):
        return mask(value.legal)
    return show_value(value)
