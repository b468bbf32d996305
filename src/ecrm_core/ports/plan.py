"""Plan: a ChangeSet made ready for any adapter, so that nothing can be refused half-way.

Every row is taken apart and every text looked at here, before a store is touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from attrs import evolve, frozen

from ecrm_core.errors import ConflictError, InputError, KeyReused
from ecrm_core.kernel import (
    AUDIT,
    AUDIT_LINKS,
    REQUESTS,
    Applied,
    AuditEntry,
    AuditLink,
    ChangeSet,
    Expect,
    Key,
    Kind,
    RequestKey,
    Row,
)
from ecrm_core.kernel.audit import NAMED
from ecrm_core.kernel.changes import Request
from ecrm_core.ports.span import check_keys

__all__ = ["Plan", "conflict", "plan_of", "replay"]

T = TypeVar("T")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 10**18 - 1


@frozen(kw_only=True)
class Plan:
    """What an adapter does, in this order: replay, expects, drops, writes, request.

    Each is grouped by Kind, in the order of the names; expects stand in the order of their keys.
    ``result`` has been through JSON, as that of a replay will have been. ``audit`` and ``links``
    are what the audit is to tell, still without the sequence.
    """

    expects: tuple[tuple[Kind[Any], tuple[Expect, ...]], ...]
    drops: tuple[tuple[Kind[Any], tuple[Key, ...]], ...]
    writes: tuple[tuple[Kind[Any], tuple[Row, ...]], ...]
    request: Request | None
    result: Mapping[str, object]
    audit: AuditEntry | None = None
    links: tuple[AuditLink, ...] = ()

    def writes_at(self, sequence: int) -> tuple[tuple[Kind[Any], tuple[Row, ...]], ...]:
        """Return the writes with the rows that name their sequence.

        They are what will answer a repetition of the request, and what the audit tells.
        """
        writes = self.writes
        if self.request is not None:
            answer = REQUESTS.row(evolve(self.request, sequence=sequence))
            writes = (*writes, (REQUESTS, (answer,)))
        if self.audit is not None:
            name = f"{_LAST - sequence:018d}"  # of entries of one instant the last comes first
            writes = (*writes, (AUDIT, (AUDIT.row(evolve(self.audit, id=name)),)))
            links = tuple(AUDIT_LINKS.row(evolve(link, entry=name)) for link in self.links)
            writes = (*writes, (AUDIT_LINKS, links)) if links else writes
        return writes

    def applied(self, sequence: int) -> Applied:
        """Return what the apply came to."""
        return Applied(sequence=sequence, result=self.result)


def plan_of(changes: ChangeSet) -> Plan:
    """Return the plan of a set; InputError or DefinitionError for what no store can hold."""
    rows = ((put.kind, put.kind.row(put.value, key=put.key)) for put in changes.writes)
    drops = _grouped((drop.kind, drop.key) for drop in changes.drops)
    expects = sorted(changes.expects, key=lambda expect: expect.key)
    for kind, keys in (*drops, *_grouped((e.kind, e.key) for e in expects)):
        if len(check_keys(kind, keys)) < len(set(keys)):
            raise InputError("found a lone surrogate, expected text", code="forbidden_character")
        if any("\0" in text for key in keys for text in key):
            raise InputError("found a NUL character, expected text", code="forbidden_character")
    request = _request(changes)
    return Plan(
        expects=_grouped((expect.kind, expect) for expect in expects),
        drops=drops,
        writes=_grouped(rows),
        request=request if changes.key else None,
        result=REQUESTS.read(REQUESTS.row(request).body, 0, REQUESTS.format).value.result,
        audit=_entry(changes),
        links=_links(changes),
    )


def _entry(changes: ChangeSet) -> AuditEntry | None:
    """Return what the audit tells of the set: how many rows of which Kinds, and no value."""
    note = changes.note
    if note is None:
        return None
    written = Counter(put.kind.name for put in changes.writes)
    dropped = Counter(drop.kind.name for drop in changes.drops)
    return AuditEntry(
        id="", verb=note.verb, at=note.at, by=note.by, case=note.case, written=dict(written),
        dropped=dict(dropped), fields=tuple(sorted(set(map(_field, changes.fields)))),
        customers=len(note.customers),
    )  # fmt: skip


def _field(name: str) -> str:
    """Return the name of a field; what a source or a shop calls its own is not repeated."""
    head = name.partition(".")[0]
    return head if head in {"unmapped", "attributes"} else name


def _links(changes: ChangeSet) -> tuple[AuditLink, ...]:
    note, request = changes.note, changes.key.name if changes.key else None
    if note is None or (len(note.customers) > NAMED and request is None):
        return ()
    # Of several customers a reason may name another one, who takes away no row but her own.
    why = note.why if len(note.customers) == 1 else None
    return tuple(
        AuditLink(customer=id_, entry="", at=note.at, why=why, request=request)
        for id_ in note.customers
    )


def conflict(expect: Expect) -> ConflictError:
    """Return the error of an Expect that does not hold; it names the Kind and no key."""
    message = (
        f"a row of {expect.kind.name!r} was changed by somebody else: "
        "load it, decide and apply again"
    )
    return ConflictError(message, kind=expect.kind.name, retry="operation")


def replay(request: Request, before: Request) -> Applied:
    """Return what the same request came to before; KeyReused when it was another one."""
    if before.params_digest != request.params_digest:
        message = "a request key came again with other parameters: take a new key for a new request"
        raise KeyReused(message, sequence=before.sequence)
    return Applied(sequence=before.sequence, replayed=True, result=before.result)


def _request(changes: ChangeSet) -> Request:
    """Return the request of the set; without a key a nameless one, which only holds the result."""
    key = changes.key or RequestKey(name="", params_digest="", at=_NEVER)
    return Request(
        name=key.name,
        params_digest=key.params_digest,
        at=key.at,
        sequence=0,
        result=changes.result,
    )


def _grouped(pairs: Iterable[tuple[Kind[Any], T]]) -> tuple[tuple[Kind[Any], tuple[T, ...]], ...]:
    groups: dict[str, tuple[Kind[Any], list[T]]] = {}
    for kind, thing in pairs:
        groups.setdefault(kind.name, (kind, []))[1].append(thing)
    return tuple((kind, tuple(things)) for _, (kind, things) in sorted(groups.items()))
