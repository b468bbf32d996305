"""Erasure: one customer found in every Kind, and taken out; nobody else loses anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve

from ecrm_core.customers import SourceKey, new_group, person_subject
from ecrm_core.errors import DefinitionError, InputError, MissingError
from ecrm_core.kernel import (
    ABSENT,
    Applied,
    ChangeSet,
    CustomerId,
    Drop,
    Expect,
    RequestKey,
    gate_text,
)
from ecrm_core.merging import (
    MERGE_EDGES,
    PROPOSALS,
    REVIEW_DECISIONS,
    Erasing,
    LinkedKind,
    Proposal,
    decide_erase,
)
from ecrm_core.ports import Store, read_consents, read_facts, read_groups, read_holds
from ecrm_core.services.commit import commit
from ecrm_core.services.hers import Hers
from ecrm_core.services.identity import Act, group_of, identity_of
from ecrm_core.services.judgements import roots_now
from ecrm_core.services.marking import marks_on
from ecrm_core.services.personal import personal_rows
from ecrm_core.services.tombstones import read_erasures, refuse_erased
from ecrm_core.timeline import FACTS, INTERACTIONS, correlation_key, correlation_name

__all__ = ["erase_customer", "prepare_erase"]


def prepare_erase(
    store: Store,
    customer: str | SourceKey,
    *,
    act: Act,
    reason: str,
    kinds: Sequence[LinkedKind] = (),
) -> ChangeSet:
    """Return what erasing a customer, with all her homes, writes.

    ``kinds`` are those of plugins and of the shop itself. Raises DefinitionError (code
    "secret_needed") for a store without a secret, RefusedError (codes "erased", "legal_hold"),
    MissingError and InputError.
    """
    return _decided(_hers(store, customer, act, kinds), act, reason)


def erase_customer(
    store: Store,
    customer: str | SourceKey,
    *,
    act: Act,
    reason: str,
    kinds: Sequence[LinkedKind] = (),
    key: RequestKey | None = None,
) -> Applied:
    """Erase a customer and return what came of it.

    Rows that others wrote while hers were looked up (a consent about her address, an event) are
    looked for once more: from the first transaction on nobody can write any. Whoever died before
    that calls again, with the key or without.
    """
    seen: list[Hers] = []

    def decide() -> ChangeSet:
        hers = _hers(store, customer, act, kinds)
        seen.append(hers)
        return _decided(hers, act, reason)

    applied = commit(store, decide, key=key)
    hers = seen[-1] if seen else _remains(store, customer, kinds)
    if hers is not None:
        commit(store, lambda: _left(hers))
    return applied


def _hers(store: Store, customer: str | SourceKey, act: Act, kinds: Sequence[LinkedKind]) -> Hers:
    home = identity_of(store, customer)
    groups = read_groups(store, [home])
    if groups:
        return Hers(store, groups[home], kinds)
    remains = _remains(store, customer, kinds)  # events may be there before their record, too
    if remains is None:
        refuse_erased(read_erasures(store, [home], secret=act.secret))
        group_of(store, customer)  # says that nobody has this id
        raise MissingError("no customer has this id", code="no_customer")
    return remains


def _remains(store: Store, customer: str | SourceKey, kinds: Sequence[LinkedKind]) -> Hers | None:
    """Return what there is of somebody without a record; None for nothing, or an id alone."""
    home = identity_of(store, customer)
    if str(customer) == home or read_groups(store, [home]):
        return None
    key = customer if isinstance(customer, SourceKey) else SourceKey.parse(customer)
    hers = Hers(store, new_group(store.tenant, key), kinds)
    return hers if any(personal_rows(hers)) else None


def _decided(hers: Hers, act: Act, reason: str) -> ChangeSet:
    why = gate_text(reason, "$.reason").strip()
    if not why:
        raise InputError("found no reason, expected the case", path="$.reason", code="empty")
    if act.secret is None:
        message = (
            "an erasure leaves keyed hashes that keep the person from coming back: give the store "
            "a secret of 16 bytes or more, for ever: Crm.open(..., secret=...)"
        )
        raise DefinitionError(message, code="secret_needed")
    store, told = hers.store, _facts(hers)
    rows = list(personal_rows(hers))
    read_erasures(store, (), secret=act.secret)  # refuses another secret than that of before
    erasing = Erasing(
        group=hers.group,
        rows=[(kind, kind.key_of(row.value)) for kind, row in rows],
        holds=read_holds(store, hers.ids),
        said={
            subject: read_consents(store, _counting(hers, subject))
            for subject in sorted(hers.addresses)
        },
        undos=[row.value.id for kind, row in rows if kind in (MERGE_EDGES, REVIEW_DECISIONS)],
        correlations={
            correlation_name(key)
            for kind, row in rows
            if kind is INTERACTIONS and (key := correlation_key(row.value)) is not None
        },
        near=_near(hers, [row.value for kind, row in rows if kind is PROPOSALS]),
    )
    changes = decide_erase(
        erasing, tenant=store.tenant, secret=act.secret, by=act.by, at=act.at, reason=why
    )
    return evolve(
        changes,
        puts=(*changes.puts, *marks_on(store, _others(hers))),
        expects=(*changes.expects, *told),
    )


def _others(hers: Hers) -> set[CustomerId]:
    """Return the homes of others that hold an address of hers: her refusal was heard there."""
    return set().union(*hers.holders.values()) - set(hers.ids)


def _facts(hers: Hers) -> tuple[Expect, ...]:
    """Return what holds as long as nobody records anything with her."""
    held = read_facts(hers.store, hers.ids)
    versions = {id_: row.version for id_, row in held.items()}
    return tuple(Expect(FACTS, (id_,), versions.get(id_, ABSENT)) for id_ in hers.ids)


def _counting(hers: Hers, subject: str) -> tuple[str, ...]:
    """Return the subjects of what counts at an address of hers and goes with her.

    What is said about an address that somebody else holds stays as it is, and of her own refusals
    those count there that are heard there: of the homes that hold it now.
    """
    if subject in hers.own_addresses:
        return (subject, *hers.people)
    return tuple(map(person_subject, sorted(hers.holders[subject] & set(hers.ids))))


def _near(hers: Hers, proposals: Iterable[Proposal]) -> set[CustomerId]:
    """Return the other customers that the proposals about her name.

    One that was merged with her meanwhile is none: the set comes too late then, and is decided
    again.
    """
    ends = {end for held in proposals for end in (held.left, held.right)} - set(hers.ids)
    return set(roots_now(hers.store, ends).values()) - set(hers.ids)


def _left(hers: Hers) -> ChangeSet:
    """Return what takes out the rows that came while hers were being looked up."""
    return ChangeSet(drops=tuple(
        Drop(kind, kind.key_of(row.value)) for kind, row in personal_rows(hers.again())
    ))  # fmt: skip
