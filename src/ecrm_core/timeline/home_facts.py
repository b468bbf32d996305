"""Home facts: the stored row of facts of one home, kept by brand and read across or of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from attrs import evolve, field, frozen

from ecrm_core.kernel import CustomerId, Kind, Private
from ecrm_core.timeline.facts import Facts
from ecrm_core.timeline.interaction import Interaction
from ecrm_core.timeline.kinds import MATTERS, MatterKind
from ecrm_core.timeline.sessions import ON_SITE

__all__ = ["FACTS", "HomeFacts"]

_RETURNS: Final = {name for name, matter in MATTERS.items() if matter is MatterKind.RETURN}


@frozen(kw_only=True, repr=False)
class HomeFacts(Private):
    """The facts of one home: of the interactions about its record.

    Those of a brand stand under its name in ``brands``, the others apart; ``facts`` are all of
    them. ``outdated``: a version that counted less wrote the row, so it is folded anew when it is
    read (``read_facts`` does so).
    """

    home_id: CustomerId
    unbranded: Facts = field(factory=Facts, alias="facts")
    brands: Mapping[str, Facts] = field(factory=dict)
    outdated: bool = False

    @classmethod
    def fold(cls, home: CustomerId, interactions: Iterable[Interaction]) -> HomeFacts:
        """Return the facts of a home from all its interactions, in any order."""
        return cls(home_id=home).plus(interactions)

    @cached_property
    def facts(self) -> Facts:
        """The facts across all brands."""
        return Facts.total((self.unbranded, *self.brands.values()))

    def of(self, brand: str | None) -> Facts:
        """Return the facts of one brand; of None those across."""
        return self.facts if brand is None else self.brands.get(brand, Facts())

    def plus(self, interactions: Iterable[Interaction]) -> HomeFacts:
        """Return the facts with interactions that nobody told before."""
        by_brand: dict[str | None, list[Interaction]] = {}
        for told in interactions:
            by_brand.setdefault(told.brand, []).append(told)
        row = self
        for brand, events in by_brand.items():
            row = row._with(brand, row._part(brand).combine(Facts.fold(events)))
        return row

    def retold(self, before: Interaction, after: Interaction) -> HomeFacts:
        """Return the facts with a later telling of one event, where ``same_sort`` holds."""
        return self._with(after.brand, self._part(after.brand).retold(before, after))

    def _part(self, brand: str | None) -> Facts:
        return self.unbranded if brand is None else self.brands.get(brand, Facts())

    def _with(self, brand: str | None, facts: Facts) -> HomeFacts:
        if brand is None:
            return evolve(self, facts=facts)
        left = {name: held for name, held in self.brands.items() if name != brand}
        return evolve(self, brands=left if facts == Facts() else {**left, brand: facts})


def _counting_more(row: Any) -> Any:  # noqa: ANN401 - JSON
    """Mark a row in which something was seen that facts of format 1 did not look into."""
    more = ON_SITE | MATTERS.keys() | {"survey_answered"}
    whole = more.isdisjoint(row["facts"].get("kinds", {}))
    return row if whole else {**row, "outdated": True}


def _returns_apart(row: Any) -> Any:  # noqa: ANN401 - JSON
    """Mark a row with returns: those of one order were one in format 2."""
    parts = (row.get("facts", {}), *row.get("brands", {}).values())
    apart = all(_RETURNS.isdisjoint(part.get("kinds", {})) for part in parts)
    return row if apart else {**row, "outdated": True}


FACTS: Final = Kind(
    name="facts", of=HomeFacts, key=("home_id",), format=3,
    upgrades={1: _counting_more, 2: _returns_apart}, owner="timeline",
)  # fmt: skip
"""The rows of facts, one for each home that interactions are about."""
