"""Check: every rule asked of a record in one pass, all findings together, never an exception."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from itertools import chain, compress, islice
from operator import or_
from typing import NamedTuple

from attrs import evolve, frozen

from ecrm_core.customers import FieldValue, MatchKey, Profile, SourceRecord, show_value
from ecrm_core.customers.names import PersonName
from ecrm_core.customers.organisation import OrganisationName
from ecrm_core.kernel import Json, mask, plain_table
from ecrm_core.quality.evidence import Evidence, Suggestion
from ecrm_core.quality.finding import RULE_ERROR, Finding
from ecrm_core.quality.party import Party, party_of
from ecrm_core.quality.plain import plain_fields
from ecrm_core.quality.rule import Dimension, Rule, Severity
from ecrm_core.quality.ruleset import CORE, RuleSet, Section
from ecrm_core.quality.score import DIMENSIONS, Score, Tally, Weights, untouched

__all__ = ["REFUSED", "Report", "check_many", "check_party", "check_record", "refused_report"]

REFUSED = "row_refused"
"""The id of the finding that no record can be made of a row."""
_TELLING = 3  # characters: a fact that has fewer in common with the value tells nothing
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


_Lost = dict[tuple[str, int, int], list[Finding]]
"""What was found first by each rule, by path, place in the list and dimension."""


class _Place(NamedTuple):
    where: str
    severity: Severity


def check_record(
    record: SourceRecord | Profile,
    rules: RuleSet = CORE,
    *,
    as_of: date | None = None,
    region: str | None = None,
    shared: Mapping[MatchKey, int] | None = None,
) -> Report:
    """Return everything the rules find in a record or profile; bad data never raises.

    ``as_of`` is the day rules about time count from (without it they ask nothing), ``region``
    (ISO 3166-1) the country phones are dialled in where the record states none, ``shared`` how
    many hold an address (``count_shared``; without it nobody is asked about that).
    """
    plain = plain_fields(record, rules) if isinstance(record, SourceRecord) else None
    if plain is not None:
        return _nothing_found(plain, rules)
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    return check_party(party_of(record, as_of=day, region=region, shared=shared), rules)


def _nothing_found(plain: tuple[bool, bool], rules: RuleSet) -> Report:
    """Return the report on a plain record, which all records that state as much have."""
    known = rules.known.get(plain)
    if not isinstance(known, Report):
        asked = {"$", "name", *compress(("emails", "phones"), plain)}
        sections = [section for section in rules.sections if section.path in asked]
        bits = reduce(or_, (section.bits for section in sections), 0)
        score = untouched(bits, rules.weights.weighing)
        known = Report(score=score, sections=tuple(section.ids for section in sections))
        rules.known[plain] = known
    return known


def check_many(
    records: Iterable[SourceRecord | Profile],
    rules: RuleSet = CORE,
    *,
    as_of: date | None = None,
    region: str | None = None,
    shared: Mapping[MatchKey, int] | None = None,
) -> Iterator[Report]:
    """Yield the report of each record, in order, as it is asked for: memory stays flat."""
    return (
        check_record(record, rules, as_of=as_of, region=region, shared=shared) for record in records
    )


def check_party(party: Party, rules: RuleSet = CORE) -> Report:
    """Return everything the rules find in a party."""
    findings, lost = list[Finding](), _Lost()
    present, bits = list[tuple[Section, int]](), 0
    for section in rules.sections:
        path = section.path
        values = party.fields.get(path, ()) if section.stored else party.values(path)
        if not values:
            continue
        if section.conditional:
            section = section.among(party)  # noqa: PLW2901 - the same, less what does not apply
        present.append((section, len(values)))
        bits |= section.bits
        _ask(section, values, party, rules, findings, lost)
    if lost:
        score = _score(present, lost, rules.weights)
    else:
        score = untouched(bits, rules.weights.weighing)
    ids = tuple([section.ids for section, _ in present])
    return Report(findings=tuple(findings), score=score, sections=ids)


def _ask(  # noqa: PLR0917 - called for every field of every record
    section: Section,
    values: Sequence[FieldValue],
    party: Party,
    rules: RuleSet,
    findings: list[Finding],
    lost: _Lost,
) -> None:
    """Ask the rules of a section about each value; add what they find, and what it costs."""
    for at, value in enumerate(values):
        told = section.ordinary is not None and section.ordinary(value, party)
        for rule, test, params, place in section.rest if told else section.asked:
            try:
                said: Iterable[object] = test(value, party, params)
                if said == ():
                    continue
                said = list(islice(said, _MOST + 1))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
                said = [error]
            if said:
                severity = rules.severity(rule, party.source)
                where = _where(section, at, value, party)
                found = _findings(rule, value, said, _Place(where, severity))
                findings += found
                lost.setdefault((section.path, at, place), []).append(found[0])


def _score(present: Iterable[tuple[Section, int]], lost: _Lost, weights: Weights) -> Score:
    """Return what came of it: the values asked in each dimension, and the worst found in each."""
    tally = Tally(weights)
    for section, values in present:
        for place, rules in section.places:
            tally.ask(place, values)
            for at in range(values):
                found = lost.get((section.path, at, place), ())
                known = [f for f in found if not f.crashed]
                if known:
                    tally.lose(place, max(weights.penalties[f.severity] for f in known))
                elif len(found) == rules:
                    tally.ask(place, -1)  # every rule crashed: nothing is known
    return tally.score()


def _where(section: Section, at: int, value: FieldValue, party: Party) -> str:
    """Return where a value stands: the elements of a list are numbered from 0."""
    if section.path == "address":
        return party.places[at][0]
    if section.path == "unread":
        return str(value)
    return f"{section.path}[{at}]" if section.listed else section.path


def refused_report(problems: Iterable[str], rules: RuleSet = CORE) -> Report:
    """Return the report of input that no record can be made of; the problems name no person."""
    tally, place = Tally(rules.weights), DIMENSIONS.index(Dimension.VALIDITY)
    tally.ask(place, 1)
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
    rule: Rule, value: FieldValue, said: Collection[object], place: _Place
) -> list[Finding]:
    """Return what a test found; one finding alone if it crashed or yielded something else."""
    shown = "" if rule.path == "unread" else _masked(value)
    findings: list[Finding] = []
    for held in said:
        if isinstance(held, Evidence) and (rule.path == "unread" or not _tells(held, value)):
            finding = Finding(
                rule=rule.id, path=place.where, severity=place.severity, dimension=rule.dimension,
                message_key=held.message or rule.message, evidence=shown, facts=dict(held.facts),
                sentences=dict(rule.sentences),
            )  # fmt: skip
            findings.append(finding)
        elif isinstance(held, Suggestion) and findings:
            before, made = findings[-1], evolve(held, instead_of=value)
            findings[-1] = evolve(before, suggestions=(*before.suggestions, made))
        else:
            return [_crash(rule, held, place)]
    return findings if len(said) <= _MOST else [_crash(rule, said, place)]


def _tells(said: Evidence, value: FieldValue) -> bool:
    """Tell whether a fact repeats the value itself: facts go where nothing personal may."""
    text = getattr(value, "raw", value)
    if not isinstance(text, str) or len(text) < _TELLING:
        return False
    return any(text in str(fact) for fact in said.facts.values())


def _crash(rule: Rule, what: object, place: _Place) -> Finding:
    """Return the finding about a crash: the class alone, for the text of an error may tell more."""
    name = type(what).__name__
    return Finding(
        rule=rule.id, path=place.where, severity=place.severity, dimension=rule.dimension,
        message_key=RULE_ERROR,
        facts={"error": name if isinstance(what, BaseException) else f"yielded {name}"},
    )  # fmt: skip


def _masked(value: FieldValue) -> str:
    if isinstance(value, Party):
        return ""
    if isinstance(value, PersonName):
        return mask(value.full)
    if isinstance(value, OrganisationName):
        return mask(value.legal)
    return show_value(value)
