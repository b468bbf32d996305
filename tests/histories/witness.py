"""Witness: asks who may be written to, before and after every merge and every undo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ecrm_core.customers import Verdict
from ecrm_core.services import group_of
from tests.histories.contact import of_addresses, of_customers, said_no
from tests.histories.history import History

Key = tuple[str, str, str]


class Witness:
    """Holds that no merge and no undo changes an answer it has no business with."""

    history: History

    @contextmanager
    def watch(self, one: str, two: str) -> Iterator[None]:
        """Ask around one merge or undo of these two."""
        crm, history = self.history.crm, self.history
        addresses, customers = of_addresses(crm, history), of_customers(crm, history)
        concerned, ruled = self._groups(one, two)
        yield
        assert of_addresses(crm, history) == addresses
        after = of_customers(crm, history)
        concerned |= self._groups(one, two)[0]
        assert _without(after, concerned) == _without(customers, concerned)
        merged = crm.resolve(one) == crm.resolve(two)
        parts, whole = (customers, after) if merged else (after, customers)
        for (id_, channel, purpose), verdict in whole.items():
            if id_ == one:
                sides = [parts[side, channel, purpose] for side in (one, two)]
                _check_both(verdict, sides, ruled=ruled)

    def _groups(self, *ids: str) -> tuple[set[str], bool]:
        """The ids of two customers, and whether somebody ruled on an address of theirs."""
        groups = [group_of(self.history.store, id_) for id_ in ids]
        ruled = any(c.field_name == "emails" for group in groups for c in group.corrections)
        return {home.id for group in groups for home in group.homes}, ruled


def _without(answers: dict[Key, Verdict], ids: set[str]) -> dict[Key, Verdict]:
    return {key: verdict for key, verdict in answers.items() if key[0] not in ids}


def _check_both(whole: Verdict, parts: list[Verdict], *, ruled: bool) -> None:
    """A refusal of either is one of both; else both may be written to where either may.

    A ruling on her address holds for his once they are one, so then the second is not asked.
    """
    assert said_no(whole) == any(map(said_no, parts))
    if not said_no(whole) and not ruled:
        assert whole.yes == any(part.yes for part in parts)
