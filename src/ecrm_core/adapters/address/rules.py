"""Rules that ask the address data: required parts, postal codes, areas and towns of a country."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from attrs import evolve

from ecrm_core.adapters.address.places import places_of
from ecrm_core.adapters.address.problems import AddressProblem, ProblemKind, address_problems
from ecrm_core.customers import Address
from ecrm_core.kernel import Json, words
from ecrm_core.quality import Evidence, Party, Rule, RuleSet, Suggestion

__all__ = ["ADDRESS_RULES", "ADDRESS_TESTS", "with_addresses"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_PLACE = frozenset({"area", "locality"})
_LOOKED = 100  # characters of a line that are looked at
_FIRST = 6  # words of a line in which the area may stand


def _found(place: Address, field: str, kind: ProblemKind) -> Iterator[AddressProblem]:
    """Return the problems of that kind; without a country, or the part, there is none."""
    if place.country is not None and getattr(place, field):
        found = address_problems(place, hints=False)
        if any(held.field == field and held.kind is kind for held in found):
            problems = address_problems(place)
            yield from (held for held in problems if held.field == field and held.kind is kind)


def _required(value: Address, _: Party, params: Params) -> Yields:
    """Find what is missing where a letter is to go: where a street is stated, or all are asked."""
    if value.country is None or not (value.lines or params.get("bare")):
        return
    found = address_problems(value, hints=False)
    missing = [held for held in found if held.kind is ProblemKind.REQUIRED]
    whole = bool(_PLACE.intersection(held.field for held in missing)) and _in_one_line(value)
    for held in missing:
        if not (whole and held.field in _PLACE):
            yield Evidence(facts={"field": f"address.{held.field}", "country": value.country})


def _in_one_line(place: Address) -> bool:
    """Tell whether the area stands in another part: 서울특별시 강남구 테헤란로 152 in one line."""
    areas = places_of(place.country or "")
    text = " ".join(part[:_LOOKED] for part in (place.locality or "", *place.lines[:_FIRST]))
    found = words(text)
    return bool(areas) and any(
        not word.isdecimal() and areas.knows(word) for word in (*found[:_FIRST], *found[-_FIRST:])
    )


def _postal_code(value: Address, _: Party, __: Params) -> Yields:
    for held in _found(value, "postal_code", ProblemKind.INVALID):
        yield Evidence(facts={"country": value.country or ""})
        yield from _meant(value, held)


def _postal_area(value: Address, _: Party, __: Params) -> Yields:
    for held in _found(value, "postal_code", ProblemKind.ELSEWHERE):
        yield Evidence(facts={"field": f"address.{held.against}"})


def _area(value: Address, _: Party, __: Params) -> Yields:
    for held in _found(value, "area", ProblemKind.INVALID):
        yield Evidence(facts={"country": value.country or ""})
        yield from _meant(value, held)


def _locality(value: Address, _: Party, __: Params) -> Yields:
    for held in _found(value, "locality", ProblemKind.INVALID):
        yield Evidence(facts={"country": value.country or ""})
        yield from _meant(value, held)


def _meant(place: Address, problem: AddressProblem) -> Iterator[Suggestion]:
    """Return the whole address with the part that may be meant: a hint, never taken unasked."""
    if problem.meant is not None:
        part: dict[str, Json] = {problem.field: problem.meant}
        yield Suggestion(value=evolve(place, **part), confidence=problem.confidence)


ADDRESS_TESTS: Mapping[str, Callable[[Address, Party, Params], Yields]] = {
    "address_area": _area,
    "address_locality": _locality,
    "address_postal_area": _postal_area,
    "address_postal_code": _postal_code,
    "address_required": _required,
}
"""The tests of this adapter by name."""

ADDRESS_RULES: tuple[Rule, ...] = tuple(
    Rule.from_json(rule)
    for rule in json.loads(Path(__file__).with_name("rules.json").read_text("utf-8"))["rules"]
)
"""The rules that ask them."""


def with_addresses(rules: RuleSet) -> RuleSet:
    """Return the set with the rules about addresses by country; asked twice, it stays the same.

    A rule of that id which is there already stays as it is. Raises PluginError where a test of
    another making has the name of one of these.
    """
    tests = rules.tests
    for name, test in ADDRESS_TESTS.items():
        if name not in tests or tests[name] is not test:
            tests = tests.add(name, test)
    held = {rule.id for rule in rules.rules}
    more = tuple(rule for rule in ADDRESS_RULES if rule.id not in held)
    return evolve(rules, tests=tests, rules=(*rules.rules, *more))
