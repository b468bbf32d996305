"""Segments: who is in one now, or was at an instant, and why; a page of customers at a time.

Loaded of each page: profiles, and facts, consents and interactions where the rule asks for them,
through every id of a customer, so that one who was merged counts once, with all that happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from ecrm_core.customers import (
    HOMES,
    KEYSET,
    SEARCH_KEYS,
    ContactPoint,
    Profile,
    SourceKey,
    Verdict,
    address_subject,
    channel_kinds,
    decide_contact,
    decide_contact_at_any,
    person_subject,
)
from ecrm_core.customers.consent import ConsentStatement
from ecrm_core.errors import MissingError
from ecrm_core.kernel import CustomerId
from ecrm_core.ports import (
    Store,
    all_profiles,
    read_consents,
    read_facts,
    read_interactions,
    read_profiles,
)
from ecrm_core.segmentation import (
    CustomerField,
    Explanation,
    Loaded,
    Row,
    Schema,
    Segment,
    customer_row,
    fields_named,
    relations_named,
    with_fields,
)
from ecrm_core.services.identity import group_of
from ecrm_core.timeline import Facts

__all__ = ["Needs", "Question", "explain_member", "needs_of", "segment_members"]

_PAGE = 500
_CHANNELS = ("email", "sms")
_ORDERS = frozenset({"number_of_orders", "amount_spent", "first_order_date", "last_order_date"})


@frozen(kw_only=True)
class Needs:
    """What a rule asks for beside profiles."""

    facts: bool
    interactions: bool
    channels: tuple[str, ...]


def needs_of(segment: Segment, own: Iterable[CustomerField] = ()) -> Needs:
    """Return what has to be loaded for a segment and the fields beside the standard ones."""
    names = fields_named(segment.rule)
    more = {need for held in own for need in held.needs}
    return Needs(
        facts=bool(names & _ORDERS) or "facts" in more,
        interactions=bool(relations_named(segment.rule))
        or "abandoned_checkout_date" in names
        or "interactions" in more,
        channels=tuple(
            channel
            for channel in _CHANNELS
            if {f"{channel}_consent", f"{channel}_subscription_status"} & names
        ),
    )


@frozen(kw_only=True)
class Question:
    """A segment to be asked under a schema, at an instant, in a zone.

    ``own`` are the fields of the schema that are not standard: of them the named ones are read.
    """

    segment: Segment
    schema: Schema
    as_of: datetime
    tz: str
    own: tuple[CustomerField, ...] = ()

    @property
    def named(self) -> tuple[CustomerField, ...]:
        """Those of ``own`` that the segment names."""
        names = fields_named(self.segment.rule)
        return tuple(held for held in self.own if held.name in names)


def segment_members(
    store: Store, question: Question, *, seen: Callable[[int], None] | None = None
) -> tuple[CustomerId, ...]:
    """Return the ids of all members, sorted; the segment is checked already.

    ``seen`` is told the number of customers after each page.
    """
    found: list[CustomerId] = []
    total = 0
    for page in all_profiles(store, page=_PAGE):
        rows = _rows(store, page, question)
        found += [id_ for id_, row in rows.items() if _holds(question, row)]
        total += len(page)
        if seen is not None:
            seen(total)
    return tuple(sorted(found))


def explain_member(store: Store, customer: str | SourceKey, question: Question) -> Explanation:
    """Return why one customer (old ids too) is in a segment, or is not."""
    root = group_of(store, customer).root.id
    profiles = read_profiles(store, [root])
    if root not in profiles:
        raise MissingError("found no profile of the customer", code="no_customer", customer=root)
    row = _rows(store, list(profiles.values()), question)[root]
    return question.segment.explain(
        row, schema=question.schema, as_of=question.as_of, tz=question.tz
    )


def _holds(question: Question, row: Row) -> bool:
    return question.segment.holds(row, schema=question.schema, as_of=question.as_of, tz=question.tz)


def _rows(
    store: Store, profiles: Sequence[Profile], question: Question
) -> Mapping[CustomerId, Row]:
    """Return the rows of a page of customers, by root."""
    named = question.named
    needs = needs_of(question.segment, named)
    homes = _homes(store, profiles)
    everyone = [home for group in homes.values() for home in group]
    facts = read_facts(store, everyone) if needs.facts else {}
    told = read_interactions(store, everyone) if needs.interactions else {}
    verdicts = {
        channel: _verdicts(store, profiles, homes, channel, at=question.as_of)
        for channel in needs.channels
    }
    at, currency = question.as_of, question.schema.currency
    rows = {}
    for profile in profiles:
        known = Loaded(
            profile=profile,
            facts=Facts.total(facts[h].value.facts for h in homes[profile.id] if h in facts),
            interactions=[each for h in homes[profile.id] for each in told.get(h, ())],
            consents={channel: by[profile.id] for channel, by in verdicts.items()},
        )
        row = customer_row(known, as_of=at, currency=currency)
        rows[profile.id] = with_fields(row, known, named, as_of=at)
    return rows


def _homes(
    store: Store, profiles: Sequence[Profile]
) -> Mapping[CustomerId, tuple[CustomerId, ...]]:
    """Return every id of each root, its own included, sorted."""
    found = store.find_many(HOMES, "by_root", [(profile.id,) for profile in profiles])
    homes = {root: tuple(sorted(row.value.id for row in rows)) for (root,), rows in found.items()}
    return {profile.id: homes.get(profile.id, (profile.id,)) for profile in profiles}


# ---------------------------------------------------------------- consent


def _verdicts(
    store: Store,
    profiles: Sequence[Profile],
    homes: Mapping[CustomerId, tuple[CustomerId, ...]],
    channel: str,
    *,
    at: datetime,
) -> Mapping[CustomerId, Verdict]:
    """Return what marketing by a channel comes to for each customer, as ``may_contact`` says it."""
    subjects = {p.id: [address_subject(c) for c in _addresses(p, channel)] for p in profiles}
    wanted = sorted({subject for held in subjects.values() for subject in held})
    holders = _holders(store, wanted)
    people = {h for held in (*homes.values(), *holders.values()) for h in held}
    said = _by_subject(read_consents(store, sorted({*wanted, *map(person_subject, people)})))

    def verdict(id_: CustomerId) -> Verdict:
        own = _said(said, map(person_subject, homes[id_]))
        person = decide_contact(own, channel=channel, purpose="marketing", at=at)
        if person.reasons[0].code == "person_refused":
            return person
        each = [
            decide_contact(
                _said(said, [subject, *map(person_subject, holders.get(subject, ()))]),
                channel=channel, purpose="marketing", at=at,
            )
            for subject in subjects[id_]
        ]  # fmt: skip
        return decide_contact_at_any(each, channel=channel, purpose="marketing")

    return {profile.id: verdict(profile.id) for profile in profiles}


def _addresses(profile: Profile, channel: str) -> Iterator[ContactPoint]:
    kinds = channel_kinds(channel)
    for name in ("emails", "phones"):
        yield from (c for c in profile.values(name) if c.kind in kinds and c.match_form is not None)


def _holders(store: Store, subjects: Sequence[str]) -> Mapping[str, tuple[CustomerId, ...]]:
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
