"""Seeing: one customer for an agent, in as few statements as her rows stand on each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from attrs import evolve, field, frozen

from ecrm_core.customers import HOMES, Home, Profile, SourceKey, ids_of
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import CustomerId, Stored
from ecrm_core.merging import PROPOSALS, LinkedKind, Proposal
from ecrm_core.ports import (
    Ahead,
    Store,
    read_holdings,
    read_memberships,
    read_profiles,
)
from ecrm_core.quality import CORE, RuleSet, check_record
from ecrm_core.segmentation import SEGMENTS
from ecrm_core.services.contact import Asked, may_contact_profile
from ecrm_core.services.identity import group_of, identity_of
from ecrm_core.services.judgements import roots_now
from ecrm_core.services.mentions import mentions_in
from ecrm_core.services.view import TIMELINE, CustomerView, read_view
from ecrm_core.services.view_parts import (
    Reach,
    channels_of,
    duplicates_of,
    renewals_of,
    warnings_about,
)
from ecrm_core.timeline import (
    Interaction,
    billed_elsewhere,
    last_contacts,
    orders_of,
    owned_products,
)

__all__ = ["Look", "see_customer"]

_ATTEMPTS = 5
_MARKETING = "marketing"


@frozen(kw_only=True)
class Look:
    """How a customer is looked at: when, in which brand (None: across), by whose settings.

    ``today`` is the day it is in the shop; ``rules`` are what her data is asked.
    """

    now: datetime
    today: date
    brand: str | None = None
    region: str | None = None
    secret: bytes | None = field(default=None, repr=False)
    rules: RuleSet = CORE
    kinds: Sequence[LinkedKind] = ()


@frozen(kw_only=True)
class _Read:
    """What is read of a customer beside what is held of her, and nothing made of it yet."""

    view: CustomerView
    holdings: tuple[Interaction, ...]
    reach: tuple[Reach, ...]
    segments: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    roots: Mapping[CustomerId, CustomerId]
    profiles: Mapping[CustomerId, Profile]


def see_customer(store: Store, customer: str | SourceKey, look: Look) -> CustomerView:
    """Return one customer as an agent needs to see her, as of one moment.

    It never guesses who is meant: MissingError for an identity nobody has. On stores that answer
    many questions in one statement (``ports.Asking``) it takes four of them, and one more for each
    step that a claim is away from her.
    """
    for _ in range(_ATTEMPTS):
        try:
            seen = _seen(store, customer, look)
        except ConflictError:  # what was asked first and last did not belong together
            continue
        if seen is not None:
            return _worked_out(seen, look)
    group_of(store, customer)  # says what is wrong where it is no conflict but damage
    message = "the customer is being changed by others again and again; try later"
    raise ConflictError(message, retry="operation")


def _seen(store: Store, customer: str | SourceKey, look: Look) -> _Read | None:
    ahead = Ahead(store)
    # Most ids are roots: her homes are asked for under it before that is known.
    ahead.expect(HOMES, [(identity_of(store, customer),)], index="by_root")
    root = ahead.settle(partial(_root, ahead, customer))
    ahead.watch(HOMES, (root.value.id,), root.version)
    read = ahead.settle(partial(_read, ahead, customer, look))
    return read if ahead.steady else None


def _root(store: Store, customer: str | SourceKey) -> Stored[Home]:
    key = (identity_of(store, customer),)
    home = store.get_many(HOMES, [key]).get(key)
    root = home.value.root_id if home else group_of(store, customer).root.id
    for row in store.find_many(HOMES, "by_root", [(root,)]).get((root,), ()):
        if row.value.id == root:
            return row
    raise ConflictError("the customer was merged meanwhile", retry="operation")


def _read(store: Store, customer: str | SourceKey, look: Look) -> _Read:
    group = group_of(store, customer)
    ids = ids_of(group)
    view = read_view(store, group, TIMELINE, look.kinds, brand=look.brand)
    proposals = tuple(_proposals(store, ids))
    ends = {end for held in proposals for end in (held.left, held.right)}
    ends |= {CustomerId(end) for said in view.judgements for end in (said.left, said.right)}
    roots = roots_now(store, ends) | dict.fromkeys(ids, group.root.id)
    claimed = {c for answer in view.claims for c in (answer.claimant, *answer.customers)}
    return _Read(
        view=view,
        holdings=read_holdings(store, ids),
        reach=tuple(_reach(store, view, look)),
        segments=_segments(store, ids),
        proposals=proposals,
        roots=roots,
        profiles=read_profiles(store, sorted({*roots.values(), *claimed} - {group.root.id})),
    )


def _proposals(store: Store, ids: Collection[CustomerId]) -> Iterator[Proposal]:
    values = [(id_,) for id_ in ids]
    found = [store.find_many(PROPOSALS, index, values) for index in ("by_left", "by_right")]
    rows = {row.value.id: row.value for side in found for rows in side.values() for row in rows}
    yield from (rows[id_] for id_ in sorted(rows))


def _segments(store: Store, ids: Collection[CustomerId]) -> tuple[str, ...]:
    """Return the names of the saved segments she is in."""
    held = read_memberships(store, ids).values()
    now = {row.value.segment for rows in held for row in rows if row.value.current}
    return tuple(sorted(
        row.value.name for row in store.get_many(SEGMENTS, [(id_,) for id_ in now]).values()
    ))  # fmt: skip


def _reach(store: Store, view: CustomerView, look: Look) -> Iterator[Reach]:
    purposes = sorted({_MARKETING, *(said.purpose for said in view.consents)})
    for channel in channels_of(view.profile):
        for purpose in purposes:
            asked = Asked(channel=channel, purpose=purpose, at=look.now, brand=look.brand,
                          secret=look.secret)  # fmt: skip
            verdict = may_contact_profile(store, view.group, view.profile, asked)
            yield Reach(channel=channel, purpose=purpose, verdict=verdict)


def _worked_out(read: _Read, look: Look) -> CustomerView:
    """Return the view with what an agent makes of what was read."""
    view = read.view
    holdings = [one for one in read.holdings if look.brand in {None, one.brand}]
    orders = orders_of(holdings)
    report = check_record(view.profile, look.rules, as_of=look.today, region=look.region)
    return evolve(
        view,
        at=look.now,
        reach=read.reach,
        matters=view.facts.open_matters(),
        orders=orders,
        owned=owned_products(orders, holdings),
        renewals=renewals_of(view.subscriptions, billed_elsewhere(holdings)),
        segments=read.segments,
        contacts=last_contacts(view.timeline, view.facts),
        mentions=mentions_in(view.timeline, region=look.region),
        warnings=warnings_about(view.group, view.history, report, (*view.timeline, *holdings)),
        duplicates=duplicates_of(
            view.aliases, read.proposals, judgements=view.judgements, claims=view.claims,
            roots=read.roots, profiles=read.profiles,
        ),
    )  # fmt: skip
