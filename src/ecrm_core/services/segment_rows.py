"""Segment rows: what the store knows of a page of customers, loaded as far as rules ask for it.

Loaded of each page: profiles, and facts, consents, interactions, subscriptions and records where a
rule asks for them, through every id of a customer, so that one who was merged counts once, with all
that happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from ecrm_core.customers import (
    HOMES,
    KEYSET,
    SEARCH_KEYS,
    ContactPoint,
    Profile,
    Verdict,
    address_subject,
    channel_kinds,
    decide_contact,
    decide_contact_at_any,
    person_subject,
)
from ecrm_core.customers.consent import ConsentStatement
from ecrm_core.kernel import CustomerId, Stored
from ecrm_core.ports import Store, read_consents, read_facts, read_groups, read_interactions
from ecrm_core.ports.subscriptions import read_subscriptions_of
from ecrm_core.segmentation import (
    CustomerField,
    Loaded,
    Row,
    Segment,
    account_made_at,
    customer_row,
    fields_named,
    relations_named,
    with_fields,
)
from ecrm_core.segmentation.standard import FIGURES
from ecrm_core.services.tombstones import read_erased_consents
from ecrm_core.timeline import Facts, HomeFacts

__all__ = ["Needs", "holders_of", "load_customers", "needs_of", "row_of"]

_CHANNELS = ("email", "sms")
_ORDERS = frozenset({"number_of_orders", "amount_spent", "first_order_date", "last_order_date"})
_FIGURES = frozenset(held.name for held in FIGURES)
_SUBSCRIPTIONS = "subscriptions"


@frozen(kw_only=True)
class Needs:
    """What rules ask for beside profiles; ``figures`` are facts of more than orders."""

    facts: bool = False
    figures: bool = False
    interactions: bool = False
    subscriptions: bool = False
    accounts: bool = False
    channels: tuple[str, ...] = ()

    @classmethod
    def everything(cls) -> Needs:
        """Return what all fields and relations ask for."""
        return cls(
            facts=True, figures=True, interactions=True, subscriptions=True, accounts=True,
            channels=_CHANNELS,
        )  # fmt: skip

    @classmethod
    def total(cls, parts: Iterable[Needs]) -> Needs:
        """Return what several rules ask for together."""
        held = tuple(parts)
        return cls(
            facts=any(part.facts for part in held),
            figures=any(part.figures for part in held),
            interactions=any(part.interactions for part in held),
            subscriptions=any(part.subscriptions for part in held),
            accounts=any(part.accounts for part in held),
            channels=tuple(c for c in _CHANNELS if any(c in part.channels for part in held)),
        )


def needs_of(segment: Segment, own: Iterable[CustomerField] = ()) -> Needs:
    """Return what has to be loaded for a segment and the fields beside the standard ones.

    Other segments stand in it already with their rules (``expanded``).
    """
    names, relations = fields_named(segment.rule), relations_named(segment.rule)
    more = {need for held in own for need in held.needs}
    figures = bool(names & _FIGURES) or "facts" in more
    return Needs(
        facts=bool(names & _ORDERS) or figures,
        figures=figures,
        interactions=bool(relations - {_SUBSCRIPTIONS})
        or "abandoned_checkout_date" in names
        or "interactions" in more,
        subscriptions=_SUBSCRIPTIONS in relations,
        accounts="customer_added_date" in names,
        channels=tuple(
            channel
            for channel in _CHANNELS
            if {f"{channel}_consent", f"{channel}_subscription_status"} & names
        ),
    )


def load_customers(
    store: Store,
    profiles: Sequence[Profile],
    needs: Needs,
    *,
    at: datetime,
    secret: bytes | None = None,
) -> Mapping[CustomerId, Loaded]:
    """Return what is known of a page of customers, by root; consents as of an instant.

    ``secret`` tells the refusals that outlived an erasure; where there may be some and a rule asks
    for consent, DefinitionError without it ("secret_needed").
    """
    homes = _homes(store, profiles)
    everyone = [home for group in homes.values() for home in group]
    facts = read_facts(store, everyone) if needs.facts else {}
    # The facts of whom nothing happened to later are as they stood; the others' are folded.
    later = [
        home
        for group in homes.values()
        if needs.figures and any(_goes_beyond(facts.get(home), at) for home in group)
        for home in group
    ]
    wanted = everyone if needs.interactions else later
    told = read_interactions(store, wanted) if wanted else {}
    bought = read_subscriptions_of(store, everyone) if needs.subscriptions else {}
    made = _accounts(store, profiles) if needs.accounts else {}
    spoken = {
        channel: _spoken(store, profiles, homes, channel, at=at, secret=secret)
        for channel in needs.channels
    }
    return {
        profile.id: Loaded(
            profile=profile,
            facts=Facts.total(facts[h].value.facts for h in homes[profile.id] if h in facts),
            interactions=[each for h in homes[profile.id] for each in told.get(h, ())],
            subscriptions=[r.value for h in homes[profile.id] for r in bought.get(h, ())],
            consents={channel: by[profile.id].verdict for channel, by in spoken.items()},
            added_at=made.get(profile.id),
            turns_at=min(
                (t for by in spoken.values() if (t := by[profile.id].turns_at)), default=None
            ),
        )
        for profile in profiles
    }


def _goes_beyond(row: Stored[HomeFacts] | None, at: datetime) -> bool:
    last_at = row.value.facts.last_at if row else None
    return last_at is not None and last_at > at


def row_of(
    known: Loaded, own: Iterable[CustomerField], *, as_of: datetime, currency: str | None
) -> Row:
    """Return the row of one customer, with the values of the fields beside the standard ones."""
    row = customer_row(known, as_of=as_of, currency=currency)
    return with_fields(row, known, own, as_of=as_of)


def _homes(
    store: Store, profiles: Sequence[Profile]
) -> Mapping[CustomerId, tuple[CustomerId, ...]]:
    """Return every id of each root, its own included, sorted."""
    found = store.find_many(HOMES, "by_root", [(profile.id,) for profile in profiles])
    homes = {root: tuple(sorted(row.value.id for row in rows)) for (root,), rows in found.items()}
    return {profile.id: homes.get(profile.id, (profile.id,)) for profile in profiles}


def _accounts(store: Store, profiles: Sequence[Profile]) -> Mapping[CustomerId, datetime | None]:
    """Return when the first account of each customer was made, as her records say."""
    groups = read_groups(store, [profile.id for profile in profiles])
    return {id_: account_made_at(group.records.values()) for id_, group in groups.items()}


# ---------------------------------------------------------------- consent


@frozen(kw_only=True)
class _Spoken:
    """What marketing by a channel comes to, and when time alone may change that."""

    verdict: Verdict
    turns_at: datetime | None


def _spoken(
    store: Store,
    profiles: Sequence[Profile],
    homes: Mapping[CustomerId, tuple[CustomerId, ...]],
    channel: str,
    *,
    at: datetime,
    secret: bytes | None,
) -> Mapping[CustomerId, _Spoken]:
    """Return what marketing by a channel comes to for each customer, as ``may_contact`` says it."""
    subjects = {p.id: [address_subject(c) for c in _addresses(p, channel)] for p in profiles}
    wanted = sorted({subject for held in subjects.values() for subject in held})
    holders = holders_of(store, wanted)
    people = {h for held in (*homes.values(), *holders.values()) for h in held}
    said = _by_subject(read_consents(store, sorted({*wanted, *map(person_subject, people)})))

    erased = read_erased_consents(store, wanted, secret=secret)

    def of_address(subject: str) -> list[ConsentStatement]:
        heard = _said(said, [subject, *map(person_subject, holders.get(subject, ()))])
        return [*heard, *erased.get(subject, ())]

    def spoken(id_: CustomerId) -> _Spoken:
        own = _said(said, map(person_subject, homes[id_]))
        heard = [own, *(of_address(subject) for subject in subjects[id_])]
        turns_at = min((t for part in heard for t in _turns(part, at)), default=None)
        return _Spoken(verdict=_verdict(heard, channel, at), turns_at=turns_at)

    return {profile.id: spoken(profile.id) for profile in profiles}


def _verdict(heard: Sequence[Sequence[ConsentStatement]], channel: str, at: datetime) -> Verdict:
    """Return the verdict over what was said of a person, and then of each of her addresses."""
    person, *each = [
        decide_contact(said, channel=channel, purpose="marketing", at=at) for said in heard
    ]
    if person.reasons[0].code == "person_refused":
        return person
    return decide_contact_at_any(each, channel=channel, purpose="marketing")


def _turns(said: Iterable[ConsentStatement], at: datetime) -> Iterator[datetime]:
    """Go through the instants to come at which a statement begins, counts or ends."""
    for each in said:
        for instant in (each.at, each.confirmed_at, each.expires_at):
            if instant is not None and instant > at:
                yield instant


def _addresses(profile: Profile, channel: str) -> Iterator[ContactPoint]:
    kinds = channel_kinds(channel)
    for name in ("emails", "phones"):
        yield from (c for c in profile.values(name) if c.kind in kinds and c.match_form is not None)


def holders_of(store: Store, subjects: Iterable[str]) -> Mapping[str, tuple[CustomerId, ...]]:
    """Return the homes that hold each of these addresses; one that nobody holds is absent."""
    rows = store.find_many(SEARCH_KEYS, "by_key", [(KEYSET, subject) for subject in subjects])
    return {key[1]: tuple(row.value.home_id for row in group) for key, group in rows.items()}


def _by_subject(statements: Iterable[ConsentStatement]) -> dict[str, list[ConsentStatement]]:
    found: dict[str, list[ConsentStatement]] = {}
    for statement in statements:
        found.setdefault(statement.subject, []).append(statement)
    return found


def _said(
    said: Mapping[str, list[ConsentStatement]], subjects: Iterable[str]
) -> list[ConsentStatement]:
    return [statement for subject in subjects for statement in said.get(subject, ())]
