"""Claimed: whom claims point at, as of what is known now; in any order of arrival the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from attrs import field, frozen

from ecrm_core.kernel import CustomerId, Reason, html_table, plain_table
from ecrm_core.merging.claim import Claim, Proof

__all__ = [
    "ClaimAnswer",
    "ClaimConflict",
    "ClaimKnowledge",
    "ClaimedPair",
    "answer_claims",
    "claimed_pairs",
    "conflicts_of",
]

_HEAD = ("what", "customers", "claims")


_MOST = 10  # customers of one address up to which a claim on it proposes them


@frozen(kw_only=True)
class ClaimKnowledge:
    """What is known around some claims.

    ``one`` tells for each stored home whom it belongs to. ``holders`` are the homes that hold an
    address, but for those it only relays to, ``crowded`` the addresses of more homes than were
    looked at. ``relays`` are addresses that identify nobody. ``claims`` are all that the same
    parties made, and all on the same addresses.
    """

    one: Mapping[CustomerId, CustomerId] = field(factory=dict)
    holders: Mapping[str, Collection[CustomerId]] = field(factory=dict)
    crowded: frozenset[str] = frozenset()
    relays: frozenset[str] = frozenset()
    claims: tuple[Claim, ...] = ()


@frozen(kw_only=True)
class ClaimAnswer:
    """One claim, and the ``customers`` it points at; none while nobody known holds the address.

    ``claimant`` is whom the claiming party belongs to. ``ambiguous``: several customers hold the
    address, or too many to look at. ``conflicting``: the party claims to be others as well, proven
    as well or better.
    """

    claim: Claim
    claimant: CustomerId
    customers: tuple[CustomerId, ...] = ()
    ambiguous: bool = False
    conflicting: bool = False

    @property
    def settled(self) -> bool:
        """Whether the claimant is one with somebody it points at."""
        return self.claimant in self.customers


@frozen(kw_only=True)
class ClaimedPair:
    """Two customers, ``left`` below ``right`` by id, of whom the ``claimant`` says they are one.

    ``claimant`` is the home that claims, ``claim`` the id. Nobody is to be joined on the word of a
    pair that is not ``clear``.
    """

    left: CustomerId
    right: CustomerId
    claimant: CustomerId
    proof: Proof
    source: str
    at: datetime
    claim: str
    ambiguous: bool = False
    conflicting: bool = False

    @property
    def clear(self) -> bool:
        """Whether it points at one customer, and nothing the party proved speaks against her."""
        return not (self.ambiguous or self.conflicting)


@frozen(kw_only=True)
class ClaimConflict:
    """One external id seen on several customers who are not one.

    ``what`` is "claimant" (a device, card or account, the home ``claimant``, proved to be each of
    ``customers`` by ``claims``) or "national_id" (all of them state the same one, not told here).
    """

    what: str
    customers: tuple[CustomerId, ...]
    claimant: CustomerId | None = None
    claims: tuple[str, ...] = ()

    @property
    def reason(self) -> Reason:
        """The conflict as a sentence of ids."""
        facts = {"customers": ", ".join(self.customers), "claimant": self.claimant}
        if self.what == "claimant":
            return Reason("proved_twice", "{claimant} proved to be each of {customers}", facts)
        return Reason("national_id_twice", "one national id stands with each of {customers}", facts)

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Return what is in conflict, the customers and the claims as text."""
        return ((self.claimant or self.what, ", ".join(self.customers), ", ".join(self.claims)),)

    def __str__(self) -> str:
        """Return the plain table."""
        return plain_table(_HEAD, self.rows())

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self.rows())


def answer_claims(claims: Iterable[Claim], known: ClaimKnowledge) -> tuple[ClaimAnswer, ...]:
    """Return whom each of the claims points at; claims on relay addresses point at nobody.

    Who only typed an address herself does not count as its holder.
    """
    typed = _typed(known.claims)
    points: _Points = {}
    for claim in known.claims:
        found = _customers(claim, known, typed)
        if not _ambiguous(claim, found, known):
            points.setdefault((claim.claimant, claim.proof.strong), set()).update(found)
    return tuple(_answer(claim, _customers(claim, known, typed), known, points) for claim in claims)


_Typed = Mapping[str, Collection[CustomerId]]
_Points = dict[tuple[CustomerId, bool], set[CustomerId]]


def _answer(
    claim: Claim, customers: tuple[CustomerId, ...], known: ClaimKnowledge, points: _Points
) -> ClaimAnswer:
    """Return what a claim comes to; a login is not in doubt for an address that was only typed."""
    others = set(points.get((claim.claimant, True), ()))
    if not claim.proof.strong:
        others |= points.get((claim.claimant, False), set())
    return ClaimAnswer(
        claim=claim,
        claimant=known.one.get(claim.claimant, claim.claimant),
        customers=customers,
        ambiguous=_ambiguous(claim, customers, known),
        conflicting=bool(others) and len(others.union(customers)) > 1,
    )


def _typed(claims: Iterable[Claim]) -> _Typed:
    """Return for each address the homes that claim it by typing alone."""
    best: dict[tuple[str, CustomerId], bool] = {}
    for claim in claims:
        pair = claim.claimed, claim.claimant
        best[pair] = best.get(pair, False) or claim.proof.strong
    found: dict[str, set[CustomerId]] = {}
    for (subject, home), strong in best.items():
        if not strong:
            found.setdefault(subject, set()).add(home)
    return found


def _customers(claim: Claim, known: ClaimKnowledge, typed: _Typed) -> tuple[CustomerId, ...]:
    kind, _, rest = claim.claimed.partition(":")
    if kind == "customer":
        home = CustomerId(rest)
        return (known.one[home],) if home in known.one else ()
    if claim.claimed in known.relays:
        return ()
    held = set(known.holders.get(claim.claimed, ())) - set(typed.get(claim.claimed, ()))
    return tuple(sorted({known.one[home] for home in held - {claim.claimant} if home in known.one}))


def _ambiguous(claim: Claim, customers: Collection[CustomerId], known: ClaimKnowledge) -> bool:
    return len(customers) > 1 or claim.claimed in known.crowded


def claimed_pairs(answers: Iterable[ClaimAnswer]) -> tuple[ClaimedPair, ...]:
    """Return the pairs of customers that claims propose; none where the claimant is one of hers.

    An address that more than ten customers hold proposes nobody: it says too little of anybody.
    Of several claims of one party about the same two the clear come first, then the best proven,
    then the earliest: one pair is made of them.
    """
    pairs = [pair for answer in answers for pair in _pairs(answer)]
    pairs.sort(key=lambda p: (not p.clear, -p.proof.strength, p.at, p.claim))
    best: dict[tuple[str, ...], ClaimedPair] = {}
    for pair in pairs:
        best.setdefault((pair.left, pair.right, pair.claimant), pair)
    return tuple(best[key] for key in sorted(best))


def _pairs(answer: ClaimAnswer) -> Iterable[ClaimedPair]:
    claim = answer.claim
    told = not answer.settled and len(answer.customers) <= _MOST
    for customer in answer.customers if told else ():
        left, right = sorted((answer.claimant, customer))
        yield ClaimedPair(
            left=left, right=right, claimant=claim.claimant, proof=claim.proof,
            source=claim.source, at=claim.at, claim=claim.id, ambiguous=answer.ambiguous,
            conflicting=answer.conflicting,
        )  # fmt: skip


def conflicts_of(answers: Iterable[ClaimAnswer]) -> tuple[ClaimConflict, ...]:
    """Return for each party that proved to be several customers what it proved."""
    found: dict[CustomerId, dict[str, CustomerId]] = {}
    for answer in answers:
        if answer.claim.proof.strong and not answer.ambiguous and answer.customers:
            found.setdefault(answer.claim.claimant, {})[answer.claim.id] = answer.customers[0]
    return tuple(
        ClaimConflict(
            what="claimant", claimant=home, customers=tuple(sorted(set(held.values()))),
            claims=tuple(sorted(held)),
        )
        for home, held in sorted(found.items())
        if len(set(held.values())) > 1
    )  # fmt: skip
