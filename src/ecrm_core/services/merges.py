"""Merges: previewing, merging and undoing, each one load and one decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import field, frozen

from ecrm_core.customers import (
    ANY_CHANNEL,
    HOMES,
    Correction,
    Group,
    SourceKey,
    Verdict,
    ids_of,
    person_subject,
)
from ecrm_core.errors import ConflictError, InputError, MissingError
from ecrm_core.kernel import ChangeSet, CustomerId, Stored, gate_text
from ecrm_core.merging import (
    MERGE_EDGES,
    Cause,
    LegalHold,
    LinkedKind,
    MergeEdge,
    MergePreview,
    Proof,
    decide_merge,
    decide_unmerge,
    joined,
    preview_merge,
)
from ecrm_core.merging.caution import Voices
from ecrm_core.ports import (
    Store,
    read_consents,
    read_corrections,
    read_edges,
    read_groups,
    read_holds,
    read_judgements,
    read_subscriptions_of,
)
from ecrm_core.services.contact import Asked, may_contact_group, subjects_of
from ecrm_core.services.hanging import hanging_on
from ecrm_core.services.identity import Act, groups_of
from ecrm_core.services.judgements import held_apart
from ecrm_core.services.tombstones import read_erasures, refuse_erased

__all__ = ["Review", "prepare_merge", "prepare_preview", "prepare_unmerge", "ruled_since",
           "written_since"]  # fmt: skip

_ATTEMPTS = 5


@frozen(kw_only=True, repr=False)
class Review:
    """What a reviewer says beside who is to win: values by field, and blockers to look past."""

    values: Mapping[str, object] = field(factory=dict)
    despite: tuple[str, ...] = ()
    region: str | None = None

    @classmethod
    def of(
        cls, values: Mapping[str, object] | None, despite: Iterable[str], region: str | None = None
    ) -> Review:
        """Return the review of these, gone through once; values and blockers may be none.

        Raises InputError for what names neither.
        """
        if not isinstance(values, Mapping | None):
            raise _no(values, "$.values", "values by field")
        if not isinstance(despite, Iterable):
            raise _no(despite, "$.despite", "codes of blockers")
        codes = (despite,) if isinstance(despite, str) else despite
        return cls(
            values={gate_text(name, "$.values"): value for name, value in (values or {}).items()},
            despite=tuple(gate_text(code, "$.despite") for code in codes),
            region=region,
        )

    @property
    def params(self) -> list[object]:
        """The parameters of a request beyond those that every merge has; none where it is empty."""
        chosen = [part for name, value in sorted(self.values.items()) for part in (name, value)]
        past = ["despite", *sorted(self.despite)] if self.despite else []
        return [*(["values", *chosen] if chosen else []), *past]


def _no(found: object, path: str, expected: str) -> InputError:
    message = f"found {type(found).__name__}, expected {expected}"
    return InputError(message, path=path, code="not_many")


@frozen(kw_only=True)
class _Loaded:
    """Two groups as of one moment, and what is known of both together."""

    keep: Group
    give: Group
    earlier: tuple[MergeEdge, ...]
    holds: tuple[LegalHold, ...]
    protected: bool

    @property
    def groups(self) -> tuple[Group, Group]:
        return self.keep, self.give


def prepare_preview(
    store: Store,
    winner: str | SourceKey,
    loser: str | SourceKey,
    *,
    act: Act,
    review: Review | None = None,
    kinds: Sequence[LinkedKind] = (),
) -> MergePreview:
    """Return what merging the loser into the winner would give, and what speaks against it.

    ``kinds`` are those of plugins and of the shop itself whose rows are counted. It is as of one
    moment; ConflictError when others change the two again and again.
    """
    for _ in range(_ATTEMPTS):
        both = _load(store, winner, loser)
        preview = _preview(store, both, act=act, review=review or Review(), kinds=kinds)
        roots = store.get_many(HOMES, [(group.root.id,) for group in both.groups])
        if all(roots[(group.root.id,)].version == group.version for group in both.groups):
            return preview
    message = "the customers are being changed by others again and again; try later"
    raise ConflictError(message, retry="operation")


def _preview(
    store: Store, both: _Loaded, *, act: Act, review: Review, kinds: Sequence[LinkedKind]
) -> MergePreview:
    ids = ids_of(joined(both.keep, both.give))
    rows = read_subscriptions_of(store, ids).values()
    one, two = (hanging_on(store, group, kinds) for group in both.groups)
    return preview_merge(
        both.keep, both.give, tenant=store.tenant, earlier=both.earlier, by=act.by, at=act.at,
        values=review.values, despite=review.despite, region=review.region, policy=act.policy,
        protected=both.protected, holds=both.holds,
        edges=tuple(row.value for row in read_edges(store, ids)),
        linked={name: (count, two[name]) for name, count in one.items()},
        subscriptions=[row.value for held in rows for row in held],
        voices=_voices(store, both, act),
    )  # fmt: skip


def prepare_merge(
    store: Store,
    winner: str | SourceKey,
    loser: str | SourceKey,
    *,
    act: Act,
    review: Review | None = None,
    cause: Cause = Cause.HUMAN,
    model: str | None = None,
    proof: Proof | None = None,
) -> ChangeSet:
    """Return what merging the loser into the winner changes."""
    review, both = review or Review(), _load(store, winner, loser)
    return decide_merge(
        both.keep, both.give, tenant=store.tenant, earlier=both.earlier, by=act.by, at=act.at,
        values=review.values, despite=review.despite, region=review.region, policy=act.policy,
        protected=both.protected, holds=both.holds, cause=cause, model=model, proof=proof,
    )  # fmt: skip


def _load(store: Store, winner: str | SourceKey, loser: str | SourceKey) -> _Loaded:
    keep, give = groups_of(store, [winner, loser])
    root = give.root.id
    edges = [row.value for row in read_edges(store, [root])]
    return _Loaded(
        keep=keep,
        give=give,
        earlier=tuple(edge for edge in edges if edge.loser == root),
        holds=read_holds(store, sorted({*ids_of(keep), *ids_of(give)})),
        protected=_protected(store, keep, give),
    )


def _protected(store: Store, one: Group, two: Group) -> bool:
    """Tell whether they were judged different, by way of others too."""
    if not read_judgements(store, ids_of(two)):
        return False  # whoever is held apart is named by a judgement
    return two.root.id in held_apart(store, frozenset(ids_of(one)))


def _voices(store: Store, both: _Loaded, act: Act) -> Voices:
    """Return what may_contact says of each and of both, wherever anything was said of either."""
    whole = joined(both.keep, both.give)
    subjects = {*subjects_of(whole), *map(person_subject, ids_of(whole))}
    statements = read_consents(store, sorted(subjects))
    channels = {said.channel for said in statements} - {ANY_CHANNEL} or {"email"}
    pairs = {(channel, said.purpose) for said in statements for channel in channels}

    def verdict(group: Group, pair: tuple[str, str]) -> Verdict:
        asked = Asked(channel=pair[0], purpose=pair[1], at=act.at, secret=act.secret)
        return may_contact_group(store, group, asked)

    return {
        pair: (verdict(both.keep, pair), verdict(both.give, pair), verdict(whole, pair))
        for pair in sorted(pairs)
    }


def prepare_unmerge(
    store: Store,
    edge_id: str,
    *,
    act: Act,
    cause: Cause = Cause.HUMAN,
    kinds: Iterable[LinkedKind] = (),
) -> ChangeSet:
    """Return what undoing one merge changes; MissingError for an edge that is unknown.

    Raises RefusedError (code "erased") when one of the two was erased since.
    """
    found = store.get_many(MERGE_EDGES, [(gate_text(edge_id),)]).get((edge_id,))
    if found is None:
        raise _no_merge(store, edge_id, act)
    group = read_groups(store, [found.value.winner]).get(found.value.winner)
    ids = ids_of(group) if group else ()
    # Read behind the version of the group: it may have been undone, or erased, since it was found.
    edges = {row.value.id: row.value for row in read_edges(store, ids)}
    if group is None or edge_id not in edges:
        raise _no_merge(store, edge_id, act)
    return decide_unmerge(
        group,
        tuple(edges.values()),
        edges[edge_id],
        meanwhile=ruled_since(read_corrections(store, ids), found.version),
        refusals=len(read_consents(store, map(person_subject, ids))),
        linked=written_since(store, group, kinds, found.version),
        holds=read_holds(store, ids),
        by=act.by,
        at=act.at,
        cause=cause,
        policy=act.policy,
    )


def _no_merge(store: Store, edge_id: str, act: Act) -> MissingError:
    """Return that there is no such merge; RefusedError where it went with an erasure."""
    refuse_erased(read_erasures(store, [edge_id], secret=act.secret), "who was merged here")
    return MissingError("no merge has this id", code="no_merge")


def ruled_since(
    corrections: Mapping[CustomerId, Iterable[Stored[Correction]]], version: int
) -> tuple[Correction, ...]:
    """Return the corrections written with the edge of this version, or since.

    Versions only grow, so that is known without trusting a clock; what was written with the edge
    has its very version.
    """
    return tuple(row.value for rows in corrections.values() for row in rows
                 if row.version >= version)  # fmt: skip


def written_since(
    store: Store, group: Group, kinds: Iterable[LinkedKind], version: int
) -> Mapping[str, Sequence[CustomerId]]:
    """Return the customers of the rows written since, by Kind; rows of a record follow it.

    Under whom a row stands says its stored entry: no code of a plugin is in the way of an undo.
    """
    return {
        kind.name: [
            CustomerId(id_)
            for (id_,), rows in store.find_many(kind.kind, kind.by, kind.values(group)).items()
            for row in rows
            if row.version > version
        ]
        for kind in kinds
        if kind.of_customer
    }
