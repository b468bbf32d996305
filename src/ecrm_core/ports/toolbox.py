"""Toolbox: what plugins and the shop itself add to the library, seam by seam; a frozen value."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve, field, frozen

from ecrm_core import (
    customers,
    kernel,
    matching,
    merging,
    segmentation,
    sources,
    subscriptions,
    timeline,
)
from ecrm_core.customers.policy import POLICIES, Ranking
from ecrm_core.errors import DefinitionError, PluginError
from ecrm_core.kernel import Kind, Registry, gate_text
from ecrm_core.matching import COMPARED, Comparison
from ecrm_core.merging import LinkedKind
from ecrm_core.merging.linked import COUNTED
from ecrm_core.ports.guards import guarded_ranking, guarded_reader
from ecrm_core.quality import ALL, CORE, TESTS, QualityTest, Rule, RuleSet
from ecrm_core.segmentation import CustomerField, customer_schema
from ecrm_core.sources import READERS, Reader

__all__ = ["SEAMS", "Toolbox"]

SEAMS: Final[Mapping[str, str]] = MappingProxyType({
    "tests": "quality test",
    "rules": "quality rule",
    "comparisons": "comparison",
    "fields": "segment field",
    "policies": "survivorship policy",
    "readers": "source",
    "linked": "linked Kind",
})  # fmt: skip
"""What can be added, by the name of its registry, and the word for one of them."""

_LIBRARY = "ecrm_core"
_ROOMS = (customers, kernel, matching, merging, segmentation, sources, subscriptions, timeline)
# Names the library has outside the registries of a toolbox.
_TAKEN: Mapping[str, Container[str]] = {
    "rules": frozenset(rule.id for rule in ALL.rules),
    "comparisons": COMPARED,
    "fields": customer_schema().fields,
    "linked": frozenset(
        thing.name for room in _ROOMS for thing in vars(room).values() if isinstance(thing, Kind)
    ).union(COUNTED),
}


def _empty(seam: str) -> Callable[[], Registry[Any]]:
    return lambda: Registry(SEAMS[seam])


@frozen(kw_only=True, repr=False)
class Toolbox:
    """The open choices of the library, one registry a seam; ``Crm.open`` takes it as ``tools``.

    ``tests``, ``policies`` and ``readers`` hold the library's own as well; ``rules``,
    ``comparisons``, ``fields`` and ``linked`` only what was added. ``owner`` is the distribution
    that adds; ``origins`` tell by seam and name who did. Nothing is global: two toolboxes know
    nothing of each other.
    """

    tests: Registry[QualityTest] = TESTS
    rules: Registry[Rule] = field(factory=_empty("rules"))
    comparisons: Registry[Comparison] = field(factory=_empty("comparisons"))
    fields: Registry[CustomerField] = field(factory=_empty("fields"))
    policies: Registry[Ranking] = POLICIES
    readers: Registry[Reader] = READERS
    linked: Registry[LinkedKind] = field(factory=_empty("linked"))
    owner: str = "the host"
    origins: Mapping[tuple[str, str], str] = field(factory=lambda: MappingProxyType({}))

    def add(
        self,
        *things: Rule | Comparison | CustomerField | LinkedKind,
        tests: Mapping[str, QualityTest] | None = None,
        policies: Mapping[str, Ranking] | None = None,
        readers: Mapping[str, Reader] | None = None,
    ) -> Toolbox:
        """Return a toolbox with more in it: things that know their name, and functions by name.

        Raises PluginError (code "name_clash") for a name that is taken, naming the distributions of
        both; UnknownName for a rule whose test is not there; DefinitionError for anything else.
        """
        tools = self
        for seam, named in (("tests", tests), ("policies", policies), ("readers", readers)):
            for name, function in (named or {}).items():
                held = _checked(seam, name, function, self.owner)
                tools = _with(tools, seam, name, held)
        for thing in things:
            tools = _with(tools, *_placed(thing, self.owner))
        for rule in things:
            if isinstance(rule, Rule):
                tools.tests[rule.test]
        return tools

    def origin(self, seam: str, name: str) -> str:
        """Return the distribution that added a name to a seam; "ecrm_core" for what none did."""
        return self.origins.get((seam, name), _LIBRARY)

    def rule_set(self, base: RuleSet = CORE) -> RuleSet:
        """Return a rule set with the tests and the rules that were added: ``check(..., rules=)``.

        Raises PluginError or DefinitionError where the set has others under their names.
        """
        tests = base.tests
        for name in self.tests:
            if name not in tests or tests[name] is not self.tests[name]:
                tests = tests.add(name, self.tests[name])
        added = tuple(rule for rule in self.rules.values() if rule not in base.rules)
        if not added and tests is base.tests:
            return base
        return evolve(base, rules=(*base.rules, *added), tests=tests)

    def __repr__(self) -> str:
        """Show how many things were added to each seam."""
        counts = {seam: sum(of == seam for of, _ in self.origins) for seam in SEAMS}
        told = ", ".join(f"{count} {seam}" for seam, count in counts.items() if count)
        return f"<Toolbox: {told or 'nothing added'}>"


def _with(tools: Toolbox, seam: str, name: str, thing: object) -> Toolbox:
    held: Registry[Any] = getattr(tools, seam)
    if name in held or name in _TAKEN.get(seam, ()):
        origins = [tools.origin(seam, name), tools.owner]
        message = (
            f"two {SEAMS[seam]} entries are named {name!r}: "
            f"one of {origins[0]}, one of {origins[1]}"
        )
        raise PluginError(
            message, code="name_clash", name=name, origins=origins, distribution=tools.owner
        )
    whose = MappingProxyType({**tools.origins, (seam, name): tools.owner})
    added: dict[str, Any] = {seam: held.add(name, thing), "origins": whose}
    return evolve(tools, **added)


def _placed(thing: object, owner: str) -> tuple[str, str, object]:
    """Return the seam of a thing, its name, and the thing with whose it is."""
    match thing:
        case Rule():
            return "rules", thing.id, thing
        case Comparison():
            return "comparisons", thing.role, evolve(thing, origin=owner)
        case CustomerField():
            return "fields", thing.name, evolve(thing, origin=owner)
        case LinkedKind():
            return "linked", thing.name, evolve(thing, origin=owner)
    found = type(thing).__name__
    message = f"found {found}, expected a Rule, a Comparison, a CustomerField or a LinkedKind"
    raise DefinitionError(message, code="tool")


def _checked(seam: str, name: str, function: Any, owner: str) -> object:  # noqa: ANN401 - one of three sorts
    if not callable(function):
        found = type(function).__name__
        message = f"found {found} as the {SEAMS[seam]} {name[:80]!r}, expected a function"
        raise DefinitionError(message, code="tool")
    gate_text(name)
    if seam == "readers":
        return guarded_reader(name, function, origin=owner)
    if seam == "policies":
        return guarded_ranking(name, function, origin=owner)
    return function
