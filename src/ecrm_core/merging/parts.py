"""Parts: the customers of a card by person, and the merges that make each person one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from attrs import field, frozen

from ecrm_core.customers import SurvivorshipPolicy
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet, CustomerId, member_of
from ecrm_core.matching import JudgementVerdict
from ecrm_core.merging.blocks import Two
from ecrm_core.merging.case import Case, winner_of
from ecrm_core.merging.decision import CardVerdict
from ecrm_core.merging.merge import decide_merge, joined

__all__ = ["Parts", "Settlement", "merges_of", "parts_of", "spelled"]

Parts = tuple[tuple[CustomerId, ...], ...]
"""Customers by person: those of one part are one, those of two parts are different people."""


@frozen(kw_only=True)
class Settlement:
    """How a card is decided: by whom, when, why, and who goes on under whose id.

    ``verdict`` is "same", "different", "unsure", or lists that name the customers of each person.
    ``values`` (by field) become corrections of the person that ``winner`` is in, ``despite`` names
    blockers to look past, as in ``decide_merge``.
    """

    verdict: str | Sequence[Sequence[CustomerId]]
    by: str
    at: datetime
    reason: str | None = field(default=None, repr=False)
    winner: CustomerId | None = None
    values: Mapping[str, object] = field(factory=dict, repr=False)
    despite: tuple[str, ...] = ()
    region: str | None = None


def spelled(verdict: object) -> str | tuple[tuple[Any, ...], ...]:
    """Return a verdict as a word or as lists gone through once, whoever they name.

    Raises UnknownName for another word, DefinitionError (code "parts") for what is neither.
    """
    if isinstance(verdict, str | JudgementVerdict):
        return member_of(JudgementVerdict, verdict, "verdict").value
    return tuple(map(_listed, _listed(verdict)))


def _listed(held: object) -> tuple[Any, ...]:
    if isinstance(held, str | bytes | Mapping) or not isinstance(held, Iterable):
        message = f"found {type(held).__name__}, expected a word or lists of customers"
        raise DefinitionError(message, code="parts")
    return tuple(held)


def parts_of(
    verdict: str | Sequence[Sequence[CustomerId]], customers: Sequence[CustomerId]
) -> Parts:
    """Return the parts that a verdict on these customers makes; none for "unsure".

    Who is in none of the lists stays undecided. Raises UnknownName for another word,
    DefinitionError (code "parts") for lists that are no parts.
    """
    if verdict == "same":
        return (tuple(customers),)
    if verdict == "different":
        return tuple((id_,) for id_ in customers)
    if verdict == "unsure":
        return ()
    parts = tuple(tuple(part) for part in spelled(verdict) if part)
    named = [id_ for part in parts for id_ in part]
    if len(named) < 2 or len(set(named)) < len(named) or not {*named} <= {*customers}:
        message = "expected lists of two or more customers of the card, each of them once"
        raise DefinitionError(message, code="parts")
    return parts


def verdict_of(parts: Parts) -> CardVerdict:
    """Return what the parts come to in one word."""
    if not parts:
        return CardVerdict.UNSURE
    if len(parts) == 1:
        return CardVerdict.SAME
    alone = all(len(part) == 1 for part in parts)
    return CardVerdict.DIFFERENT if alone else CardVerdict.PARTED


def judged_pairs(case: Case, parts: Parts) -> Iterator[tuple[Two, JudgementVerdict]]:
    """Go through each two customers and their verdict; unsure: those that were asked about."""
    if not parts:
        asked = sorted({each.ends for each in case.queued.open})
        yield from ((pair, JudgementVerdict.UNSURE) for pair in asked)
        return
    place = {id_: at for at, part in enumerate(parts) for id_ in part}
    for left, right in combinations(sorted(place), 2):
        one = place[left] == place[right]
        yield (left, right), JudgementVerdict.SAME if one else JudgementVerdict.DIFFERENT


def merges_of(
    case: Case, parts: Parts, said: Settlement, *, tenant: str, policy: SurvivorshipPolicy
) -> tuple[ChangeSet, ...]:
    """Return the merges that make one customer of each part, each upon the one before.

    Raises MergeRefused as ``decide_merge``, DefinitionError (code "winner") when the winner is in
    no part of several, or values are chosen and it is not clear for whom.
    """
    several = [part for part in parts if len(part) > 1]
    chosen = [part for part in several if said.winner is None or said.winner in part]
    if (said.winner is not None and not chosen) or (said.values and len(chosen) != 1):
        message = "expected a winner among the customers that become one, and one for the values"
        raise DefinitionError(message, code="winner")
    return tuple(
        made
        for part in several
        for made in _merged(case, part, said, tenant=tenant, policy=policy,
                            chosen=part in chosen)
    )  # fmt: skip


def _merged(
    case: Case,
    part: Sequence[CustomerId],
    said: Settlement,
    *,
    tenant: str,
    policy: SurvivorshipPolicy,
    chosen: bool,
) -> Iterator[ChangeSet]:
    winner = said.winner if chosen and said.winner else winner_of(part, case)
    keep, one = case.groups[winner], [winner]
    losers = [id_ for id_ in part if id_ != winner]
    for loser in losers:
        give = case.groups[loser]
        yield decide_merge(
            keep, give, tenant=tenant, by=said.by, at=said.at, policy=policy, region=said.region,
            earlier=[edge for edge in case.edges if edge.loser == loser],
            values=said.values if chosen and loser == losers[-1] else None, despite=said.despite,
            protected=case.held_apart(one, loser), holds=case.holds_on([*one, loser]),
        )  # fmt: skip
        keep = joined(keep, give)
        one.append(loser)
