"""View: seeing one customer whole, exporting everything known of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import field, frozen

from ecrm_core.customers import (
    ConsentStatement,
    Group,
    Profile,
    SourceKey,
    Superseded,
    ids_of,
    person_subject,
    profile_rows,
)
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import CustomerId, Private, encode, plain_table
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
from ecrm_core.services.identity import group_of
from ecrm_core.services.mentions import MentionedContact
from ecrm_core.services.redaction import MASKED, RedactionPolicy, policy_of
from ecrm_core.services.shown import ShownView, show_tables
from ecrm_core.services.timeline import happened
from ecrm_core.services.view_parts import Duplicate, QualityWarning, Reach, Renewal
from ecrm_core.services.view_tables import tables_of
from ecrm_core.subscriptions import Recorded, Subscription
from ecrm_core.timeline import Facts, Interaction, LastContact, Matter, Order, Owned

__all__ = [
    "TIMELINE",
    "CustomerView",
    "export_customer",
    "read_view",
    "view_customer",
]

TIMELINE: Final = 100
"""Interactions that a view shows when nobody asks for more."""

_HEAD = ("field", "value", "from")


@frozen(kw_only=True, repr=False)
class CustomerView(Private):
    """One customer whole: all that is held of her, and what an agent needs to know of it.

    Held: the profile, the homes joined in it with their records (``group``), history, consents,
    merges. ``judgements`` are those on her and another, ``holds`` the legal holds, released ones
    too. ``claims`` are those she makes or that point at her, ``claim_conflicts`` the parties that
    proved to be her and others as well. ``timeline`` holds the newest interactions, ``facts`` what
    all of them add up to; ``subscription_events`` why each of the subscriptions is as it is (in an
    export alone). ``linked`` are the rows of the shop's own Kinds and of plugins', by name.

    Made of it, as of ``at``: how she may be reached (``reach``), what is open (``matters``), the
    ``orders`` and what she has of them (``owned``), what renews when (``renewals``), the saved
    ``segments`` she is in, her last ``contacts`` on every channel, the contact details her messages
    mention (``mentions``, with which nothing is done), ``warnings`` about her data, and the
    ``duplicates`` she may have. With ``brand`` all that happened is that of one shop.

    It shows itself masked, ``shown`` as a viewer's role may see it.
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
    at: datetime | None = None
    brand: str | None = None
    reach: tuple[Reach, ...] = ()
    matters: tuple[Matter, ...] = ()
    orders: tuple[Order, ...] = ()
    owned: tuple[Owned, ...] = ()
    renewals: tuple[Renewal, ...] = ()
    segments: tuple[str, ...] = ()
    contacts: tuple[LastContact, ...] = ()
    mentions: tuple[MentionedContact, ...] = ()
    warnings: tuple[QualityWarning, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()

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

    def shown(self, role: str | RedactionPolicy = MASKED) -> ShownView:
        """Return the view as a viewer may see it: nothing that is hidden is in it any more.

        ``role`` is one of ``VIEWER_ROLES`` or a policy of the shop's own; without one every value
        is masked. Raises UnknownName for another role.
        """
        return show_tables(self.id, tables_of(self), policy_of(role))

    def __str__(self) -> str:
        """Return everything as plain tables, masked."""
        return str(self.shown())

    def _repr_html_(self) -> str:
        return self.shown()._repr_html_()


def view_customer(
    store: Store,
    customer: str | SourceKey,
    *,
    timeline: int | None = TIMELINE,
    kinds: Sequence[LinkedKind] = (),
) -> CustomerView:
    """Return everything held of one customer, as of one moment; it never guesses who is meant.

    ``timeline`` is how many interactions to show, the newest first; None: every one. ``kinds`` are
    those whose rows are ``linked``. What an agent makes of it is not worked out: ``see_customer``.
    """
    for _ in range(5):
        group = group_of(store, customer)
        view = read_view(store, group, timeline, kinds)
        again = read_groups(store, [group.root.id]).get(group.root.id)
        if again is not None and again.version == group.version:
            return view
    message = "the customer is being changed by others again and again; try later"
    raise ConflictError(message, retry="operation")


def read_view(
    store: Store,
    group: Group,
    limit: int | None,
    kinds: Sequence[LinkedKind],
    *,
    brand: str | None = None,
) -> CustomerView:
    """Return everything held of a group, as it is found at this moment.

    With a ``brand`` the interactions and the facts are those of one shop.
    """
    ids, root = ids_of(group), group.root.id
    history = read_history(store, sorted(group.records))
    subjects = set(subjects_of(group, history))
    claims = claims_about(store, group)
    facts, timeline = happened(store, ids, limit=limit, brand=brand)
    rows = [row.value for held in read_subscriptions_of(store, ids).values() for row in held]
    versions = {} if limit is not None else {row.id: row.version for row in rows}
    log = read_subscription_events(store, versions.keys())
    return CustomerView(
        profile=read_profiles(store, [root]).get(root) or Profile(id=root),
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
        brand=brand,
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
