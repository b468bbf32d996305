"""Policy: which value survives when sources state different ones, by name and parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from attrs import field, frozen

from ecrm_core.customers.fields import FIELDS, field_of
from ecrm_core.customers.keys import SourceKey
from ecrm_core.customers.record import Stated
from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.kernel import Json, Money, Registry, canonical_json, digest

__all__ = ["POLICIES", "Candidate", "Chooser", "Rule", "SurvivorshipPolicy"]


@frozen
class Candidate:
    """What one record states for one lock-step group: cells by field name, none of them CLEARED."""

    source: SourceKey
    cells: Mapping[str, Stated]

    @property
    def observed(self) -> datetime:
        """The latest time among the cells."""
        return max(cell.observed_at for cell in self.cells.values())

    @property
    def content(self) -> str:
        """The JSON of the values: equal groups, equal content."""
        return canonical_json({n: field_of(n).to_json(c.value) for n, c in self.cells.items()})


Params = Mapping[str, Json]
Ranking = Callable[[Sequence[Candidate], Params], Callable[[Candidate], Any]]
"""Given all candidates, the key by which the greatest is chosen; ties go to the newest."""


def _most_trusted(_: Sequence[Candidate], params: Params) -> Callable[[Candidate], Any]:
    order = {name: -at for at, name in enumerate(params["sources"])}
    return lambda candidate: order.get(candidate.source.source, -len(order))


def _most_frequent(candidates: Sequence[Candidate], _: Params) -> Callable[[Candidate], Any]:
    pairs = {(candidate.content, candidate.source.source) for candidate in candidates}
    counts = Counter(content for content, _ in pairs)
    return lambda candidate: counts[candidate.content]


def _by_value(candidates: Sequence[Candidate]) -> dict[str, int]:
    ordered = {c.content: None for c in sorted(candidates, key=_comparable)}
    return {content: at for at, content in enumerate(ordered)}


def _comparable(candidate: Candidate) -> list[tuple[object, ...]]:
    return [(name, *_order(cell.value)) for name, cell in sorted(candidate.cells.items())]


def _order(value: object) -> tuple[Any, ...]:
    """Return what values of one type are ordered by; types that do not compare stand apart."""
    if isinstance(value, Money):
        return "money", value.currency, value.amount
    if isinstance(value, (int, float, Decimal)):
        return "number", value
    if isinstance(value, (datetime, date, str, tuple)):
        return type(value).__name__, value
    return "other", canonical_json(value)


def _latest(candidates: Sequence[Candidate], _: Params) -> Callable[[Candidate], Any]:
    order = _by_value(candidates)
    return lambda candidate: order[candidate.content]


def _earliest(candidates: Sequence[Candidate], _: Params) -> Callable[[Candidate], Any]:
    order = _by_value(candidates)
    return lambda candidate: -order[candidate.content]


# What makes a lock-step group whole: one of these sets of fields. Other groups have one field.
_WHOLE: Mapping[str, tuple[frozenset[str], ...]] = {
    "name": (frozenset({"name.full"}), frozenset({"name.given", "name.family"})),
    "organisation": (frozenset({"organisation.legal"}),),
    "address": (
        frozenset({"address.lines", "address.locality"}),
        frozenset({"address.lines", "address.postal_code"}),
        frozenset({"address.raw"}),
    ),
}


def _whole(candidate: Candidate) -> bool:
    """Tell whether the candidate states enough of its group to stand alone."""
    group = next(iter(candidate.cells)).partition(".")[0]
    return group not in _WHOLE or any(parts <= candidate.cells.keys() for parts in _WHOLE[group])


POLICIES: Final[Registry[Ranking]] = Registry(
    "survivorship policy",
    {
        "newest": lambda _, __: _whole,
        "most_trusted": _most_trusted,
        "longest": lambda _, __: lambda candidate: len(candidate.content),
        "most_frequent": _most_frequent,
        "earliest": _earliest,
        "latest": _latest,
    },
)
"""``newest`` and ties: latest statement, of those that are whole (a family name alone does not
beat a full name that was stated before it). ``most_trusted``: by ``sources``, first is best.
``longest``: most text. ``most_frequent``: stated by most sources. ``earliest`` and ``latest``:
least and greatest value. List fields are always ``union``."""


def _check_group(group: str) -> None:
    if group.startswith("attributes."):
        return
    many = {field.group: field.many for field in FIELDS.values()}
    if group not in many:
        raise UnknownName("field group", group[:80], tuple(sorted(many)))
    if many[group]:
        message = f"{group!r} is a list: it takes the union of what the sources state"
        raise DefinitionError(message, code="policy")


Chooser = Callable[[Sequence[Candidate]], tuple[Candidate, str]]
"""Picks one of at least one candidates, and names the rule."""


@frozen
class Rule:
    """One policy by name, with its parameters."""

    name: str
    params: Mapping[str, Json] = field(factory=dict)


_NEWEST = Rule("newest")


@frozen(kw_only=True)
class SurvivorshipPolicy:
    """The rule for each lock-step group ("name", "address", "birth_on"); the others take newest.

    ``policies`` is the registry the names are looked up in.
    """

    rules: Mapping[str, Rule] = field(factory=dict)
    policies: Registry[Ranking] = field(default=POLICIES, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse unknown names, list fields, and a ``most_trusted`` without its sources."""
        for group, rule in self.rules.items():
            self.policies[rule.name]
            _check_group(group)
            if rule.name == "most_trusted" and "sources" not in rule.params:
                message = f"most_trusted for {group!r} needs sources=[best, ...]"
                raise DefinitionError(message, code="policy")

    @cached_property
    def digest(self) -> str:
        """What stands for this policy in the profiles made with it."""
        rules = {group: [rule.name, dict(rule.params)] for group, rule in self.rules.items()}
        return digest(rules)

    def chooser(self, group: str) -> Chooser:
        """Return the function that picks the surviving candidate of a group."""
        rule = self.rules.get(group, _NEWEST)

        def choose(candidates: Sequence[Candidate]) -> tuple[Candidate, str]:
            if len(candidates) == 1:
                return candidates[0], rule.name
            rank = self.policies[rule.name](candidates, rule.params)
            ranks = [(rank(candidate), candidate.observed) for candidate in candidates]
            top = max(ranks)
            best = [c for c, held in zip(candidates, ranks, strict=True) if held == top]
            if len(best) > 1:
                return max(best, key=lambda c: (digest(c.content), c.source)), rule.name
            return best[0], rule.name

        return choose
