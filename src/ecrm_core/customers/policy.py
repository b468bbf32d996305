"""Policy: which value survives when sources state different ones, by name and parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from attrs import field, frozen

from ecrm_core.customers.fields import field_of
from ecrm_core.customers.keys import SourceKey
from ecrm_core.customers.record import Stated
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Json, Registry, canonical_json, digest

__all__ = ["POLICIES", "Candidate", "Chooser", "Rule", "SurvivorshipPolicy"]


@frozen
class Candidate:
    """What one record states for one lock-step group: cells by field name, none of them CLEARED."""

    source: SourceKey
    cells: Mapping[str, Stated]

    @property
    def observed(self) -> str:
        """The latest time among the cells, as sortable text."""
        return max(cell.observed_at for cell in self.cells.values()).isoformat()

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
    return {content: at for at, content in enumerate(sorted({c.content for c in candidates}))}


def _latest(candidates: Sequence[Candidate], _: Params) -> Callable[[Candidate], Any]:
    order = _by_value(candidates)
    return lambda candidate: order[candidate.content]


def _earliest(candidates: Sequence[Candidate], _: Params) -> Callable[[Candidate], Any]:
    order = _by_value(candidates)
    return lambda candidate: -order[candidate.content]


POLICIES: Final[Registry[Ranking]] = Registry(
    "survivorship policy",
    {
        "newest": lambda _, __: lambda ___: 0,
        "most_trusted": _most_trusted,
        "longest": lambda _, __: lambda candidate: len(candidate.content),
        "most_frequent": _most_frequent,
        "earliest": _earliest,
        "latest": _latest,
    },
)
"""``newest`` and ties: latest statement. ``most_trusted``: by ``sources``, first is best.
``longest``: most text. ``most_frequent``: stated by most sources. ``earliest`` and ``latest``:
least and greatest value. List fields are always ``union``."""


Chooser = Callable[[Sequence[Candidate]], tuple[Candidate, str]]
"""Picks one of at least one candidates, and names the rule."""


@frozen
class Rule:
    """One policy by name, with its parameters."""

    name: str
    params: Mapping[str, Json] = field(factory=dict)


@frozen(kw_only=True)
class SurvivorshipPolicy:
    """The rule for each lock-step group ("name", "address", "birth_on"); the others take newest.

    ``policies`` is the registry the names are looked up in.
    """

    rules: Mapping[str, Rule] = field(factory=dict)
    policies: Registry[Ranking] = field(default=POLICIES, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse unknown names and a ``most_trusted`` without its sources."""
        for group, rule in self.rules.items():
            self.policies[rule.name]
            if rule.name == "most_trusted" and "sources" not in rule.params:
                message = f"most_trusted for {group!r} needs sources=[best, ...]"
                raise DefinitionError(message, code="policy")

    @property
    def digest(self) -> str:
        """What stands for this policy in the profiles made with it."""
        rules = {group: [rule.name, dict(rule.params)] for group, rule in self.rules.items()}
        return digest(rules)

    def chooser(self, group: str) -> Chooser:
        """Return the function that picks the surviving candidate of a group."""
        rule = self.rules.get(group) or Rule("newest")

        def choose(candidates: Sequence[Candidate]) -> tuple[Candidate, str]:
            if len(candidates) == 1:
                return candidates[0], rule.name
            rank = self.policies[rule.name](candidates, rule.params)
            key = lambda c: (rank(c), c.observed, digest(c.content), c.source)  # noqa: E731
            return max(candidates, key=key), rule.name

        return choose
