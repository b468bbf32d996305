"""Blockers: what speaks so strongly against a merge that it is refused unless named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from ecrm_core.customers import Group, Profile, RelationKind, SurvivorshipPolicy, unify
from ecrm_core.errors import MergeRefused, UnknownName
from ecrm_core.kernel import fold
from ecrm_core.merging.hold import LegalHold

__all__ = [
    "BLOCKERS",
    "Blocker",
    "accounts_of_both",
    "check_despite",
    "find_blockers",
    "refuse_blocked",
]


@frozen
class Blocker:
    """One reason why two customers are not merged: a stable code and its sentence.

    One that is ``passable`` is looked past by whoever names its code.
    """

    code: str
    text: str
    passable: bool = True

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


BLOCKERS: Final[Mapping[str, Blocker]] = MappingProxyType(
    {
        blocker.code: blocker
        for blocker in [
            Blocker("different_ids", "their numbers given by the state differ"),
            Blocker("two_accounts", "one source has a login account for each of them"),
            Blocker("parent_and_child", "one is said to be a parent of the other"),
            Blocker("protected_pair", "they were judged to be different people", passable=False),
            Blocker("legal_hold", "a legal hold stands on one of them", passable=False),
        ]
    }
)
"""Every blocker by its code."""

_ENABLED = "enabled"


def find_blockers(
    winner: Group,
    loser: Group,
    *,
    policy: SurvivorshipPolicy,
    protected: bool = False,
    holds: Iterable[LegalHold] = (),
) -> tuple[Blocker, ...]:
    """Return what speaks against merging two groups, in the order of BLOCKERS.

    ``protected``: they were judged different, by way of others too; ``holds`` are those of both.
    """
    said = {
        "different_ids": _different_ids(winner, loser, policy),
        "two_accounts": bool(accounts_of_both(winner, loser)),
        "parent_and_child": _related(winner, loser, policy) or _related(loser, winner, policy),
        "protected_pair": protected,
        "legal_hold": any(hold.stands for hold in holds),
    }
    return tuple(blocker for code, blocker in BLOCKERS.items() if said[code])


def refuse_blocked(
    blockers: Iterable[Blocker],
    *,
    despite: Collection[str] = (),
    act: str = "the two are not merged",
) -> tuple[str, ...]:
    """Return the codes of the blockers that are looked past; MergeRefused when one is not.

    ``despite`` names them, as in ``check_despite``; ``act`` is how the message begins.
    """
    check_despite(despite)
    found = tuple(blockers)
    left = [blocker for blocker in found if blocker.code not in despite]
    if left:
        message = f"{act}: {'; '.join(map(str, left))}"
        raise MergeRefused(message, code="blocked", blockers=[held.code for held in left])
    return tuple(blocker.code for blocker in found)


def check_despite(despite: Collection[str]) -> None:
    """Refuse a code that is no blocker's, or that of one never looked past (UnknownName)."""
    passable = tuple(code for code, blocker in BLOCKERS.items() if blocker.passable)
    for code in despite:
        if code not in passable:
            raise UnknownName("blocker that can be looked past", str(code)[:80], passable)


def _different_ids(one: Group, two: Group, policy: SurvivorshipPolicy) -> bool:
    ids = [_letters(_profile(group, "national_id", policy)) for group in (one, two)]
    return all(ids) and ids[0] != ids[1]


def _letters(profile: Profile | None) -> str:
    text = profile and profile.value("national_id")
    return "".join(filter(str.isalnum, fold(text or "")))


def accounts_of_both(one: Group, two: Group) -> frozenset[str]:
    """Return the sources that have a login account for each of two groups."""
    return frozenset(_accounts(one) & _accounts(two))


def _accounts(group: Group) -> set[str]:
    """Return the sources that have a login account for somebody of the group."""
    records = group.records.items()
    return {key.source for key, held in records if held.value("account") == _ENABLED}


def _related(parent: Group, child: Group, policy: SurvivorshipPolicy) -> bool:
    profile = _profile(parent, "relations", policy)
    kinds = {relation.kind for relation in profile.values("relations")
             if relation.other in set(_names(child))} if profile else set()  # fmt: skip
    return RelationKind.PARENT_OF in kinds


def _names(group: Group) -> Iterator[str]:
    """Go through what a relation may name a customer by: her ids and the keys of her records."""
    for home in group.homes:
        yield from (home.id, str(home.key))


def _profile(group: Group, name: str, policy: SurvivorshipPolicy) -> Profile | None:
    """Return the profile where anybody has said anything about the field: most have not."""
    stated = any(name in record.cells for record in group.records.values())
    if not stated and all(ruling.field_name != name for ruling in group.corrections):
        return None
    return unify(group.records.values(), group.corrections, policy, id=group.root.id)
