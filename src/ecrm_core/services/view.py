"""View: finding customers, seeing one whole, exporting everything known of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from attrs import field, frozen

from ecrm_core.customers import (
    HOMES,
    KEYSET,
    SEARCH_KEYS,
    ConsentStatement,
    ContactPoint,
    Group,
    PersonName,
    Profile,
    SourceKey,
    Superseded,
    address_subject,
    ids_of,
    name_key,
    parse_email,
    parse_phone,
    person_subject,
    profile_rows,
)
from ecrm_core.customers.search import MAX_NAME_KEY
from ecrm_core.errors import ConflictError, InputError
from ecrm_core.kernel import (
    CustomerId,
    Private,
    encode,
    gate_limit,
    gate_text,
    html_table,
    mask,
    plain_table,
)
from ecrm_core.matching import Judgement
from ecrm_core.merging import (
    ClaimAnswer,
    ClaimConflict,
    LegalHold,
    LinkedKind,
    MergeEdge,
)
from ecrm_core.ports import (
    Store,
    read_consents,
    read_edges,
    read_groups,
    read_history,
    read_holds,
    read_judgements,
    read_linked,
    read_profiles,
    read_subscription_events,
    read_subscriptions_of,
)
from ecrm_core.services.claims import claims_about
from ecrm_core.services.contact import subjects_of
from ecrm_core.services.identity import group_of, identity_of
from ecrm_core.services.timeline import happened
from ecrm_core.subscriptions import Recorded, Subscription
from ecrm_core.timeline import Facts, Interaction

__all__ = [
    "TIMELINE",
    "CustomerView",
    "Hit",
    "export_customer",
    "find_customers",
    "view_customer",
]

TIMELINE: Final = 100
"""Interactions that a view shows when nobody asks for more."""

_HEAD = ("field", "value", "from")


@frozen(kw_only=True, repr=False)
class Hit(Private):
    """One customer found: by which sort of key, exactly or by the beginning of a name."""

    customer: CustomerId
    by: str
    exact: bool
    name: PersonName | None = None

    def __repr__(self) -> str:
        """Show the id and how it was found."""
        return f"<Hit {self.customer}: {self.by}{'' if self.exact else ', beginning'}>"

    def __str__(self) -> str:
        """Show the id, the masked name and how it was found."""
        return f"{self.customer}  {mask(self.name.full if self.name else '')}  {self.by}"


def find_customers(
    store: Store, text: str, *, limit: int = 20, region: str | None = None
) -> tuple[Hit, ...]:
    """Return customers ranked: by id or source key, e-mail, phone, whole name, start of a name.

    Names are looked for where the text is nobody's address.
    """
    gate_limit(limit)
    query = gate_text(text).strip()
    found: dict[CustomerId, Hit] = {}
    for home, by, exact in _candidates(store, query, limit, region):
        found.setdefault(home, Hit(customer=home, by=by, exact=exact))
    homes = store.get_many(HOMES, [(home,) for home in found])
    roots: dict[CustomerId, Hit] = {}
    for hit in found.values():
        stored = homes.get((hit.customer,))
        if stored is not None:
            roots.setdefault(stored.value.root_id, hit)
    ranked = list(roots.items())[:limit]
    profiles = read_profiles(store, [root for root, _ in ranked])
    return tuple(
        Hit(customer=root, by=hit.by, exact=hit.exact,
            name=profiles[root].name if root in profiles else None)
        for root, hit in ranked
    )  # fmt: skip


def _candidates(
    store: Store, query: str, limit: int, region: str | None
) -> Iterable[tuple[CustomerId, str, bool]]:
    """Go through homes, best first: exact keys, then whole names, then beginnings."""
    if not query:
        return
    with suppress(InputError):  # most queries are no id
        yield identity_of(store, query), "id", True
    held = False
    contacts = [("email", parse_email(query)), ("phone", parse_phone(query, region=region))]
    for by, contact in contacts:
        if contact.match_form is not None:
            homes = _holders(store, contact)
            held = held or bool(homes)
            yield from ((home, by, True) for home in homes)
    if not held:
        yield from _named(store, query, limit)


def _named(store: Store, query: str, limit: int) -> Iterable[tuple[CustomerId, str, bool]]:
    """Go through homes whose name is the text, then those whose name begins with it."""
    name = f"name:{name_key(query)[:MAX_NAME_KEY]}"
    if name != "name:":
        # A customer has a few name keys, so a page several times the limit fills the answer.
        many = min(limit * 8, 10_000)
        # In the order of keys the name itself comes before all that begin with it.
        page = store.scan(SEARCH_KEYS, within=(KEYSET,), starts=name, limit=many)
        yield from ((row.value.home_id, "name", row.value.key == name) for row in page.rows)


def _holders(store: Store, contact: ContactPoint) -> list[CustomerId]:
    rows = store.find_many(SEARCH_KEYS, "by_key", [(KEYSET, address_subject(contact))])
    return [row.value.home_id for group in rows.values() for row in group]


@frozen(kw_only=True, repr=False)
class CustomerView(Private):
    """One customer whole: profile, the homes joined in it, records, history, consents, merges.

    ``judgements`` are those on her and another, ``holds`` the legal holds, released ones too.
    ``claims`` are those she makes or that point at her, ``claim_conflicts`` the parties that proved
    to be her and others as well.
    ``timeline`` holds the newest interactions, ``facts`` what all of them add up to;
    ``subscription_events`` why each of the subscriptions is as it is (in a view of everything).
    ``linked`` are the rows of the shop's own Kinds and of plugins', by name.
    """

    profile: Profile
    group: Group
    history: tuple[Superseded, ...] = ()
    consents: tuple[ConsentStatement, ...] = ()
    merges: tuple[MergeEdge, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    holds: tuple[LegalHold, ...] = ()
    claims: tuple[ClaimAnswer, ...] = ()
    claim_conflicts: tuple[ClaimConflict, ...] = ()
    timeline: tuple[Interaction, ...] = ()
    facts: Facts = field(factory=Facts)
    subscriptions: tuple[Subscription, ...] = ()
    subscription_events: tuple[Recorded, ...] = ()
    linked: Mapping[str, tuple[object, ...]] = field(factory=dict)

    @property
    def id(self) -> CustomerId:
        """The id the customer goes by now."""
        return self.profile.id

    @property
    def aliases(self) -> tuple[CustomerId, ...]:
        """The ids the customer goes or went by, this one included."""
        return ids_of(self.group)

    def __repr__(self) -> str:
        """Show the id and how many records are joined."""
        return f"<CustomerView {self.id}: {len(self.group.records)} records>"

    def table(self, *, masked: bool = True) -> str:
        """Return every field with its value and where it comes from as a plain table."""
        return plain_table(_HEAD, profile_rows(self.profile, masked=masked))

    def __str__(self) -> str:
        """Return the masked table."""
        return self.table()

    def _repr_html_(self) -> str:
        return html_table(_HEAD, profile_rows(self.profile), caption=self.id)


def view_customer(
    store: Store,
    customer: str | SourceKey,
    *,
    timeline: int | None = TIMELINE,
    kinds: Sequence[LinkedKind] = (),
) -> CustomerView:
    """Return one customer as a whole, as of one moment; it never guesses who is meant.

    ``timeline`` is how many interactions to show, the newest first; None: every one. ``kinds`` are
    those whose rows are ``linked``.
    """
    for _ in range(5):
        group = group_of(store, customer)
        view = _view(store, group, timeline, kinds)
        again = read_groups(store, [group.root.id]).get(group.root.id)
        if view is not None and again is not None and again.version == group.version:
            return view
    message = "the customer is being changed by others again and again; try later"
    raise ConflictError(message, retry="operation")


def _view(
    store: Store, group: Group, limit: int | None, kinds: Sequence[LinkedKind]
) -> CustomerView | None:
    profile = read_profiles(store, [group.root.id]).get(group.root.id)
    if profile is None:
        return None
    ids = ids_of(group)
    history = read_history(store, sorted(group.records))
    subjects = set(subjects_of(group, history))
    claims = claims_about(store, group)
    facts, timeline = happened(store, ids, limit=limit)
    rows = [row.value for held in read_subscriptions_of(store, ids).values() for row in held]
    versions = {} if limit is not None else {row.id: row.version for row in rows}
    log = read_subscription_events(store, versions.keys())
    return CustomerView(
        profile=profile,
        group=group,
        history=history,
        consents=read_consents(store, sorted(subjects | set(map(person_subject, ids)))),
        merges=tuple(row.value for row in read_edges(store, ids)),
        judgements=read_judgements(store, ids),
        holds=read_holds(store, ids),
        claims=claims.answers,
        claim_conflicts=claims.conflicts,
        timeline=timeline,
        facts=facts,
        subscriptions=tuple(sorted(rows, key=lambda held: (held.starts_on, held.id))),
        # Up to the state as read: more may have come since.
        subscription_events=tuple(e for e in log if e.number <= versions[e.subscription]),
        linked={
            kind.name: tuple(row.value for row in read_linked(store, kind, group)) for kind in kinds
        },
    )


def export_customer(view: CustomerView, *, audit: bool = True) -> dict[str, object]:
    """Return everything a view holds of a customer, with provenance, as JSON values.

    The interactions are those of the view: look with ``timeline=None`` for every one.
    ``audit=False`` leaves out the merges and their undoing: what remains is the same before a merge
    and after its undo, byte for byte.
    """
    group = view.group
    exported: dict[str, object] = {
        "format": "ecrm-export-1",
        "customer": view.id,
        "aliases": list(view.aliases),
        "profile": view.profile.to_json(),
        "records": [group.records[key].to_json() for key in sorted(group.records)],
        "history": [encode(row) for row in view.history],
        "corrections": [correction.to_json() for correction in group.corrections],
        "consents": [encode(statement) for statement in view.consents],
        "judgements": [encode(said) for said in view.judgements],
        "holds": [encode(hold) for hold in view.holds],
        "claims": [encode(answer.claim) for answer in view.claims],
        "facts": encode(view.facts),
        "timeline": [encode(told) for told in view.timeline],
        "subscriptions": [encode(held) for held in view.subscriptions],
        "subscription_events": [encode(row) for row in view.subscription_events],
        "linked": {name: [encode(row) for row in rows] for name, rows in view.linked.items()},
    }
    if audit:
        exported["merges"] = [encode(edge) for edge in view.merges]
    return exported
