"""Claims: who says to be whom, written as it is said and looked up when it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from attrs import frozen

from ecrm_core.customers import (
    HOMES,
    KEYSET,
    MATCH_KEYSET,
    SEARCH_KEYS,
    ContactPoint,
    Group,
    SourceKey,
    address_keys,
    address_subject,
    bumped,
    new_group,
    parse_email,
    person_subject,
)
from ecrm_core.errors import InputError, MissingError
from ecrm_core.kernel import ChangeSet, CustomerId, combine
from ecrm_core.merging import (
    CUSTOMER_CLAIMS,
    Cause,
    Claim,
    ClaimAnswer,
    ClaimConflict,
    ClaimedPair,
    ClaimKnowledge,
    Proof,
    answer_claims,
    claimed_pairs,
    conflicts_of,
    decide_claims,
    roots_of,
)
from ecrm_core.ports import (
    Store,
    all_claims,
    read_claims_by,
    read_claims_on,
    read_edges,
    read_groups,
    read_records,
    scan_pages,
)
from ecrm_core.services.identity import Act, identity_of
from ecrm_core.services.judgements import roots_now
from ecrm_core.services.tombstones import read_erasures, refuse_erased

__all__ = [
    "ClaimsAbout",
    "all_claimed",
    "claims_about",
    "find_claim_conflicts",
    "prepare_claim_of",
    "read_claims",
]

_HOLDERS = 1_000  # homes looked at under one address
_ADDRESSES = ("emails", "phones", "handles")
_Ones = Mapping[CustomerId, CustomerId]


def prepare_claim_of(
    store: Store,
    claimant: str | SourceKey,
    claimed: str | SourceKey | ContactPoint,
    *,
    proof: str | Proof,
    source: str,
    event: str | None,
    act: Act,
) -> ChangeSet:
    """Return what a claim on a customer, or on whoever holds an address, writes.

    A claimant not known yet becomes a customer, so that she can be merged. Raises MissingError for
    a customer id nobody has, InputError (code "relay_address") for an address that identifies
    nobody, RefusedError (code "erased") for somebody who was erased.
    """
    home = identity_of(store, claimant)
    claim = Claim.of(
        home, _subject(store, claimed), proof=proof, source=source, at=act.at, event=event,
        by=act.by, tenant=store.tenant,
    )  # fmt: skip
    named = claim.claimed.partition("customer:")[2]
    about = [home, named] if named else [home]
    erasures = read_erasures(store, about, secret=act.secret)
    refuse_erased(erasures, "the customer of a claim")
    known = store.get_many(CUSTOMER_CLAIMS, [CUSTOMER_CLAIMS.key_of(claim)])
    groups = read_groups(store, [home]).values()
    fresh = [] if groups else [new_group(store.tenant, _key(claimant))]
    said = decide_claims([claim], known=known.keys(), fresh=fresh, policy=act.policy)
    if not said.puts:
        return said
    return combine([said, *map(bumped, groups), erasures.guard], result=said.result)


def _key(customer: str | SourceKey) -> SourceKey:
    """Return the source key of somebody not stored; MissingError for an id, which has none."""
    if isinstance(customer, SourceKey):
        return customer
    if "/" not in customer:
        raise MissingError("no customer has this id", code="no_customer", customer=customer)
    return SourceKey.parse(customer)


def _subject(store: Store, claimed: str | SourceKey | ContactPoint) -> str:
    if isinstance(claimed, ContactPoint):
        subject = address_subject(claimed)
        if claimed.relay or _relayed(subject):
            message = "found a relay address, which identifies nobody"
            raise InputError(message, code="relay_address")
        return subject
    home = identity_of(store, claimed)
    if not roots_now(store, [home]):
        _key(claimed)  # who is known by a source key may come later
    return person_subject(home)


def read_claims(store: Store, ids: Collection[CustomerId]) -> tuple[ClaimedPair, ...]:
    """Return the pairs that claims by or about these customers propose, by ``left``.

    Ids of a pair are those that homes go by under the merges of people alone: what runs merge
    changes no answer, and neither does the order in which claims and customers came.
    """
    groups = _groups(store, ids)
    pairs = claimed_pairs(_answers(store, _around(store, groups), by_people=True))
    ones = set(_by_people(store, [home.id for group in groups for home in group.homes]).values())
    return tuple(pair for pair in pairs if {pair.left, pair.right} & ones)


def _groups(store: Store, ids: Collection[CustomerId]) -> tuple[Group, ...]:
    """Return the groups that these ids belong to, each once."""
    found = {group.root.id: group for group in read_groups(store, ids).values()}
    return tuple(found[root] for root in sorted(found))


def all_claimed(store: Store) -> Iterator[tuple[ClaimedPair, ...]]:
    """Go through the pairs of all claims, a page of claims at a time; as ``read_claims``."""
    for page in all_claims(store):
        yield claimed_pairs(_answers(store, page, by_people=True))


@frozen(kw_only=True)
class ClaimsAbout:
    """The claims by a customer or about her, the oldest first, and the conflicts she is in."""

    answers: tuple[ClaimAnswer, ...] = ()
    conflicts: tuple[ClaimConflict, ...] = ()


def claims_about(store: Store, group: Group) -> ClaimsAbout:
    """Return every claim by a customer or about her, and whom it points at."""
    root, claims = group.root.id, _around(store, [group])
    siblings = read_claims_by(store, {claim.claimant for claim in claims if claim.proof.strong})
    found = _answers(store, tuple({one.id: one for one in (*claims, *siblings)}.values()))
    own = [one for one in found if root in {one.claimant, *one.customers}]
    hers = {one.claim.claimant for one in own}
    return ClaimsAbout(
        answers=tuple(sorted(own, key=lambda one: (one.claim.at, one.claim.id))),
        conflicts=tuple(one for one in conflicts_of(found) if one.claimant in hers),
    )


def find_claim_conflicts(store: Store) -> tuple[ClaimConflict, ...]:
    """Return every external id that several customers who are not one have or proved to have."""
    claimants = {claim.claimant for page in all_claims(store) for claim in page
                 if claim.proof.strong}  # fmt: skip
    claims = read_claims_by(store, claimants)
    return (*conflicts_of(_answers(store, claims)), *_ids_twice(store))


def _ids_twice(store: Store) -> Iterator[ClaimConflict]:
    """Go through the national ids that stand with several customers."""
    held: dict[str, list[CustomerId]] = {}
    for rows in scan_pages(store, SEARCH_KEYS, index="by_key", within=(MATCH_KEYSET,),
                           starts="national_id:"):  # fmt: skip
        for row in rows:
            held.setdefault(row.value.key, []).append(row.value.home_id)
    several = [homes for homes in held.values() if len(homes) > 1]
    roots = roots_now(store, {home for homes in several for home in homes})
    for homes in several:
        customers = sorted({roots[home] for home in homes if home in roots})
        if len(customers) > 1:
            yield ClaimConflict(what="national_id", customers=tuple(customers))


# ---------------------------------------------------------------- what is known around claims


def _around(store: Store, groups: Collection[Group]) -> tuple[Claim, ...]:
    """Return the claims that these customers make, and those on them and their addresses."""
    homes = [home.id for group in groups for home in group.homes]
    addresses = {address for group in groups for address in _addresses(group)}
    own = read_claims_by(store, homes)
    on = read_claims_on(store, addresses.union(map(person_subject, homes)))
    rows = {claim.id: claim for claim in (*own, *on)}
    return tuple(rows[id_] for id_ in sorted(rows))


def _addresses(group: Group) -> Iterator[str]:
    """Go through the subjects of all addresses that a customer holds, as they are ruled."""
    for home in group.homes:
        yield from address_keys(home.id, group.records.get(home.key), group.corrections)


def _answers(
    store: Store, claims: Collection[Claim], *, by_people: bool = False
) -> tuple[ClaimAnswer, ...]:
    if not claims:
        return ()
    siblings = read_claims_by(store, {claim.claimant for claim in claims})
    addresses = {c.claimed for c in (*claims, *siblings) if not c.claimed.startswith("customer:")}
    others = read_claims_on(store, addresses)
    known = {claim.id: claim for claim in (*claims, *siblings, *others)}
    holders, crowded = _holders(store, addresses)
    homes = {claim.claimant for claim in known.values()}
    homes |= {home for held in holders.values() for home in held}
    homes |= {CustomerId(c.claimed.partition(":")[2]) for c in known.values()
              if c.claimed.startswith("customer:")}  # fmt: skip
    return answer_claims(
        claims,
        ClaimKnowledge(
            one=(_by_people if by_people else roots_now)(store, homes),
            holders=holders,
            crowded=crowded,
            relays=frozenset(filter(_relayed, addresses)),
            claims=tuple(known[id_] for id_ in sorted(known)),
        ),
    )


def _holders(
    store: Store, addresses: Iterable[str]
) -> tuple[Mapping[str, frozenset[CustomerId]], frozenset[str]]:
    """Return who holds each address, and the addresses of more homes than are looked at."""
    found: dict[str, frozenset[CustomerId]] = {}
    crowded = set[str]()
    for address in sorted(addresses):
        page = store.scan(SEARCH_KEYS, index="by_key", within=(KEYSET, address), limit=_HOLDERS)
        homes = frozenset(row.value.home_id for row in page.rows)
        found[address] = homes - _relaying(store, address, homes)
        if page.following is not None:
            crowded.add(address)
    return found, frozenset(crowded)


def _relaying(store: Store, address: str, homes: Collection[CustomerId]) -> set[CustomerId]:
    """Return the homes whose record calls the address a relay."""
    rows = store.get_many(HOMES, [(home,) for home in sorted(homes)])
    records = read_records(store, [row.value.key for row in rows.values()])
    return {
        row.value.id
        for row in rows.values()
        if (record := records.get(row.value.key))
        for name in _ADDRESSES
        for contact in record.value(name) or ()
        if contact.relay and contact.match_form and address_subject(contact) == address
    }


def _relayed(subject: str) -> bool:
    """Tell whether an address is that of a relay whoever holds it."""
    kind, _, form = subject.partition(":")
    return kind == "email" and parse_email(form).relay


def _by_people(store: Store, homes: Collection[CustomerId]) -> _Ones:
    """Return the root of each home among the merges that people made."""
    roots = roots_now(store, homes)
    groups = store.find_many(HOMES, "by_root", [(root,) for root in sorted(set(roots.values()))])
    merged = {row.value.id for rows in groups.values() if len(rows) > 1 for row in rows}
    edges = [row.value for row in read_edges(store, sorted(merged))] if merged else []
    by_people = [edge for edge in edges if edge.cause is not Cause.AUTO]
    return {**{home: home for home in roots}, **roots_of(merged & set(roots), by_people)}
