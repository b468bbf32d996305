"""Rule set: the rules that are asked together, the tests they name, and what they weigh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Self

from attrs import evolve, field, frozen

from ecrm_core.customers import FieldValue, field_of
from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.kernel import Json, Registry, member_of
from ecrm_core.quality.address import ADDRESS_TESTS
from ecrm_core.quality.consistency import CONSISTENCY_TESTS
from ecrm_core.quality.contact_class import CLASS_TESTS
from ecrm_core.quality.data import load_data
from ecrm_core.quality.email import EMAIL_TESTS
from ecrm_core.quality.evidence import QualityTest
from ecrm_core.quality.freshness_tests import FRESHNESS_TESTS
from ecrm_core.quality.name import NAME_TESTS
from ecrm_core.quality.ordinary import ORDINARY, Ordinary
from ecrm_core.quality.organisation import ORGANISATION_TESTS
from ecrm_core.quality.parameters import NEEDS, check_parameters
from ecrm_core.quality.party import Party
from ecrm_core.quality.party_tests import PARTY_TESTS
from ecrm_core.quality.phone import PHONE_TESTS
from ecrm_core.quality.rule import PSEUDO_FIELDS, Rule, Severity, known_keys
from ecrm_core.quality.score import DIMENSIONS, Weights
from ecrm_core.quality.shared import SHARED_TESTS

__all__ = ["ALL", "CORE", "TESTS", "RuleSet"]

TESTS: Registry[QualityTest] = Registry(
    "quality test",
    {
        **ADDRESS_TESTS,
        **CLASS_TESTS,
        **CONSISTENCY_TESTS,
        **EMAIL_TESTS,
        **FRESHNESS_TESTS,
        **NAME_TESTS,
        **ORGANISATION_TESTS,
        **PARTY_TESTS,
        **PHONE_TESTS,
        **SHARED_TESTS,
    },
)
"""The tests of this library by name; ``TESTS.add(name, test)`` gives a registry with one more."""

_WHOLE = frozenset({"invented", "named", "reachable"})
_TELLING = ("birth_on", "handles", "name.", "organisation.", "unmapped.")
Overrides = Mapping[str, Mapping[str, Severity]]
Asked = tuple[Rule, QualityTest, Mapping[str, Json], int]
"""A rule, its test, its parameters, and the place of its dimension in DIMENSIONS."""


@frozen(kw_only=True)
class Section:
    """The rules of one path, and what is known of them before anybody is asked.

    ``places`` says by how many rules each dimension is asked, ``bits`` which are; ``conditional``
    that some rule is not asked of everybody, ``listed`` that the field is a list. Where
    ``ordinary`` holds for a value, only the ``rest`` of the rules is asked of it.
    """

    path: str
    asked: tuple[Asked, ...]
    rest: tuple[Asked, ...]
    ordinary: Callable[[FieldValue, Party], bool] | None
    ids: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    bits: int
    needs: tuple[tuple[Asked, str | None], ...]
    conditional: bool
    listed: bool
    stored: bool
    """Whether the values stand among the fields, as they are."""
    parts: dict[tuple[bool, ...], Section] = field(factory=dict, init=False, eq=False, repr=False)
    """The sections that ``among`` has made: a few, for the same rules apply to most."""

    @classmethod
    def of(cls, path: str, asked: Iterable[Asked]) -> Section:
        """Return the section of these rules."""
        asked = tuple(asked)
        ordinary = ORDINARY.get(path)
        rest = tuple(held for held in asked if not (ordinary and _told(held, ordinary)))
        return cls(
            path=path,
            asked=asked,
            rest=rest,
            ordinary=ordinary.holds if ordinary and len(rest) < len(asked) else None,
            ids=tuple(rule.id for rule, *_ in asked),
            places=tuple(Counter(place for *_, place in asked).items()),
            bits=reduce(or_, (1 << place for *_, place in asked), 0),
            needs=tuple((held, _need(held)) for held in asked),
            conditional=any(held[0].conditional or _need(held) for held in asked),
            listed=path not in PSEUDO_FIELDS and field_of(path).many,
            stored=path not in PSEUDO_FIELDS,
        )

    def among(self, party: Party) -> Section:
        """Return the section with the rules alone that apply to a party."""
        applies = tuple([_applies(held[0], party, need) for held, need in self.needs])
        if applies not in self.parts:
            held = (asked for asked, kept in zip(self.asked, applies, strict=True) if kept)
            self.parts[applies] = Section.of(self.path, held)
        return self.parts[applies]


def _told(asked: Asked, ordinary: Ordinary) -> bool:
    """Tell whether the shortcut stands for a rule: its test is ours, with no parameters."""
    rule, test, params, _ = asked
    return not params and rule.test in ordinary.tests and test is TESTS[rule.test]


def _of_whole(rule: Rule, rules: RuleSet) -> bool:
    """Tell whether a rule asks a test of ours that finds nothing in a plain record."""
    ours = rule.test in _WHOLE and rules.tests[rule.test] is TESTS[rule.test]
    return ours and not rule.params


def _need(asked: Asked) -> str | None:
    """Return what a party must know for a rule's test to ask anything; None: nothing."""
    rule, test, *_ = asked
    return NEEDS.get(rule.test) if rule.test in TESTS and test is TESTS[rule.test] else None


def _applies(rule: Rule, party: Party, need: str | None) -> bool:
    if need is not None and not getattr(party, need):
        return False
    if not rule.conditional:
        return True
    when = rule.applies_when
    if when.sources and party.source not in when.sources:
        return False
    return all(map(party.values, when.stated))


def _check_severities(of: Mapping[str, Severity], ids: Mapping[str, int]) -> None:
    for id_, severity in of.items():
        if id_ not in ids:
            near = get_close_matches(str(id_)[:80], ids, n=3)
            raise UnknownName("rule", str(id_)[:80], tuple(near))
        if not isinstance(severity, Severity):
            found = type(severity).__name__
            message = f"found {found} as severity of {id_!r}, expected a Severity"
            raise DefinitionError(message, code="rule")


def _rules(given: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(given)


def _frozen_overrides(given: Overrides) -> Overrides:
    return MappingProxyType({s: MappingProxyType(dict(of)) for s, of in given.items()})


@frozen(kw_only=True, repr=False)
class RuleSet:
    """Rules in order, their tests, and for single sources other severities: source -> rule id.

    Raises DefinitionError for two rules of one id, UnknownName for a test that is not registered or
    an override of a rule that is not there.
    """

    rules: tuple[Rule, ...] = field(converter=_rules)
    tests: Registry[QualityTest] = field(default=TESTS, eq=False, repr=False)
    severities: Overrides = field(factory=dict, converter=_frozen_overrides, hash=False)
    weights: Weights = field(factory=Weights)
    sections: tuple[Section, ...] = field(init=False, eq=False, repr=False)
    """The rules by path, with their tests."""

    @sections.default
    def _sections(self) -> tuple[Section, ...]:
        found: dict[str, list[Asked]] = {}
        for rule in self.rules:
            place = DIMENSIONS.index(rule.dimension)
            asked = (rule, self.tests[rule.test], rule.params, place)
            found.setdefault(rule.path, []).append(asked)
        return tuple(Section.of(path, asked) for path, asked in found.items())

    told: bool = field(init=False, eq=False, repr=False)
    """Whether nothing is to be asked where all values are ordinary (see plain.py)."""

    @told.default
    def _told_of_all(self) -> bool:
        held = {section.path: section for section in self.sections}
        usual = [held[path] for path in ("emails", "phones", "name") if path in held]
        if any(section.rest or section.conditional for section in usual):
            return False
        whole = held["$"].asked if "$" in held else ()
        return not any(rule.conditional or not _of_whole(rule, self) for rule, *_ in whole)

    looked_at: frozenset[str] = field(init=False, eq=False, repr=False)
    """The paths of the rules."""

    @looked_at.default
    def _paths(self) -> frozenset[str]:
        return frozenset(section.path for section in self.sections)

    known: dict[tuple[bool, bool], object] = field(factory=dict, init=False, eq=False, repr=False)
    """The reports on plain records, by whether they state e-mails and phones."""

    def looks_at(self, name: str) -> bool:
        """Tell whether a rule, or a sign of invention, looks at a field beside the usual ones."""
        if name in self.looked_at or name.startswith(_TELLING):
            return True
        return "address" in self.looked_at and name.startswith("address")

    def __attrs_post_init__(self) -> None:
        """Refuse what names nothing, or something twice."""
        ids = Counter(rule.id for rule in self.rules)
        twice = sorted(id_ for id_, times in ids.items() if times > 1)
        if twice:
            raise DefinitionError(f"two rules have the id {twice[0]!r}", code="rule", twice=twice)
        for rule in self.rules:
            if rule.test in TESTS and self.tests[rule.test] is TESTS[rule.test]:
                check_parameters(rule.test, rule.params)
        for of in self.severities.values():
            _check_severities(of, ids)

    def __repr__(self) -> str:
        """Show how many rules there are."""
        return f"<RuleSet of {len(self.rules)} rules>"

    def rule(self, id_: str) -> Rule:
        """Return the rule of that id; UnknownName when there is none."""
        found = {rule.id: rule for rule in self.rules}
        if id_ not in found:
            raise UnknownName("rule", id_[:80], tuple(get_close_matches(id_[:80], found, n=3)))
        return found[id_]

    def asks(self, test: str) -> bool:
        """Tell whether some rule names that test."""
        return any(rule.test == test for rule in self.rules)

    def with_rule(self, rule: Rule) -> Self:
        """Return the set with one more rule, or with this one in the place of that of its id."""
        others = [held if held.id != rule.id else rule for held in self.rules]
        return evolve(self, rules=(*others, *(() if rule in others else (rule,))))

    def without(self, *ids: str) -> Self:
        """Return the set without these rules; UnknownName for one that is not there."""
        gone = {self.rule(id_).id for id_ in ids}
        kept = {
            s: {i: v for i, v in of.items() if i not in gone} for s, of in self.severities.items()
        }
        return evolve(self, rules=tuple(r for r in self.rules if r.id not in gone), severities=kept)

    def with_params(self, id_: str, params: Mapping[str, Json]) -> Self:
        """Return the set with parameters of one rule added or changed."""
        rule = self.rule(id_)
        return self.with_rule(evolve(rule, params={**rule.params, **params}))

    def for_source(self, source: str, severities: Mapping[str, Severity]) -> Self:
        """Return the set with other severities, by rule id, for the records of one source."""
        held = {**self.severities.get(source, {}), **severities}
        return evolve(self, severities={**self.severities, source: held})

    def severity(self, rule: Rule, source: str | None) -> Severity:
        """Return how much a finding of the rule matters in a record of this source."""
        of = self.severities.get(source) if source is not None else None
        return of.get(rule.id, rule.severity) if of else rule.severity

    def to_json(self) -> dict[str, Json]:
        """Return the set as JSON values, without the tests, which are code."""
        return {
            "rules": [rule.to_json() for rule in self.rules],
            "severities": {
                source: {id_: severity.value for id_, severity in sorted(of.items())}
                for source, of in sorted(self.severities.items())
            },
            "weights": self.weights.to_json(),
        }

    @classmethod
    def from_json(
        cls, data: Mapping[str, Json], *, tests: Registry[QualityTest] = TESTS
    ) -> RuleSet:
        """Return the set of its JSON; DefinitionError for JSON that is none."""
        known = {"about", "rules", "severities", "weights"}
        parts = known_keys(data, "rule set", known, required=frozenset({"rules"}))
        if not isinstance(parts["rules"], (list, tuple)):
            raise DefinitionError("found rules that are no list", code="rule")
        given = parts.get("severities", {})
        if not isinstance(given, Mapping) or not all(
            isinstance(v, Mapping) for v in given.values()
        ):
            message = "found severities of another shape, expected source -> rule id -> severity"
            raise DefinitionError(message, code="rule")
        severities = {
            source: {id_: member_of(Severity, held) for id_, held in of.items()}
            for source, of in given.items()
        }
        weights = {"weights": Weights.from_json(parts["weights"])} if "weights" in parts else {}
        rules = tuple(Rule.from_json(rule) for rule in parts["rules"])
        return cls(rules=rules, tests=tests, severities=severities, **weights)


CORE = RuleSet.from_json(load_data("core_rules"))
"""The rules of this library: e-mail, phone, name; can a customer be named and reached."""
ALL = RuleSet(rules=(*CORE.rules, *RuleSet.from_json(load_data("more_rules")).rules))
"""The core rules and those that want more to be known: what is old, shared, or does not fit."""
