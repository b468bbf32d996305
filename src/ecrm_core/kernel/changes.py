"""Changes: what a decision wants written, as one frozen value that is applied whole or not at all.

A dry run, a preview and an audit entry are this same value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from attrs import evolve, field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel.audit import Noted
from ecrm_core.kernel.explain import Reason
from ecrm_core.kernel.ids import digest
from ecrm_core.kernel.kinds import AnyKind, Index, Key, Kind

__all__ = [
    "ABSENT",
    "OUTBOX",
    "REQUESTS",
    "Applied",
    "ChangeSet",
    "Drop",
    "Emit",
    "Expect",
    "Put",
    "RequestKey",
    "combine",
]

ABSENT: Final = 0
"""The version to expect of a row that must not be there."""


@frozen
class Put:
    """Write a value under its own key, new or in place of the old one."""

    kind: AnyKind
    value: object = field(repr=False)
    key: Key = field(init=False, repr=False, eq=False)
    """The key it is written under."""

    @key.default
    def _key(self) -> Key:
        return self.kind.key_of(self.value)


@frozen
class Drop:
    """Remove the row of that key; nothing happens when it is gone already."""

    kind: AnyKind
    key: Key = field(repr=False)


@frozen
class Expect:
    """Apply only if the row still has this version (or is ABSENT); ConflictError otherwise."""

    kind: AnyKind
    key: Key = field(repr=False)
    version: int


@frozen(kw_only=True)
class Emit:
    """An effect for the host (a mail, a task), in the outbox with the change that causes it.

    One row for each ``key``: a second Emit under it keeps the first. It is not handed out before
    ``at``.
    """

    key: str
    topic: str
    at: datetime
    payload: Mapping[str, object] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class RequestKey:
    """The caller's name for a request: applied once, however often it is sent.

    ``params_digest`` stands for the parameters; the same name with another digest is KeyReused.
    """

    name: str
    params_digest: str
    at: datetime

    @classmethod
    def of(cls, name: str, params: object, at: datetime) -> RequestKey:
        """Return the key of a request with these parameters (a JSON value)."""
        return cls(name=name, params_digest=digest(params), at=at)


@frozen(kw_only=True)
class Applied:
    """What applying a ChangeSet came to.

    ``sequence`` grows with every applied set of a tenant; ``replayed`` tells that the request key
    had been applied before, and then ``result`` is the first one's.
    """

    sequence: int
    replayed: bool = False
    result: Mapping[str, object] = field(factory=dict)


@frozen(kw_only=True)
class Request:
    """A request key with what came of it: the row that makes a repetition harmless."""

    name: str
    params_digest: str
    at: datetime
    sequence: int
    result: Mapping[str, object] = field(factory=dict)


OUTBOX: Final = Kind(
    name="outbox",
    of=Emit,
    key=("key",),
    indexes=(Index("by_topic", ("topic", "at")),),
    insert_only=True,
    owner="kernel",
)
"""The rows of Emit: what the host is to be told or asked to do, and nobody works on yet."""
REQUESTS: Final = Kind(
    name="request",
    of=Request,
    key=("name",),
    indexes=(Index("by_time", ("at",)),),
    insert_only=True,
    owner="kernel",
)
"""The request keys applied so far, with their results."""


@frozen(kw_only=True)
class ChangeSet:
    """Everything one decision writes, under the versions it was made on.

    No row is written twice in one set. ``result`` is small JSON of ids and counts, handed back by
    ``apply`` and again by every replay; ``reasons`` say why. ``fields`` names the fields of
    customers that change, ``note`` is what the audit is to tell of the set; without one it tells
    nothing.
    """

    puts: tuple[Put, ...] = ()
    drops: tuple[Drop, ...] = ()
    expects: tuple[Expect, ...] = ()
    emits: tuple[Emit, ...] = ()
    key: RequestKey | None = None
    result: Mapping[str, object] = field(factory=dict)
    reasons: tuple[Reason, ...] = ()
    fields: frozenset[str] = frozenset()
    note: Noted | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a set that writes one row twice: it does not say which is meant."""
        rows = [(put.kind.name, put.key) for put in self.puts]
        rows += [(OUTBOX.name, (emit.key,)) for emit in self.emits]
        rows += [(drop.kind.name, drop.key) for drop in self.drops]
        if len(set(rows)) < len(rows):
            message = "a ChangeSet writes one row twice"
            raise DefinitionError(message, code="written_twice")

    @property
    def writes(self) -> tuple[Put, ...]:
        """The puts, with the emits as rows of the outbox."""
        return self.puts + tuple(Put(OUTBOX, emit) for emit in self.emits)

    @property
    def empty(self) -> bool:
        """Whether nothing would be written."""
        return not (self.puts or self.drops or self.emits or self.key or self.note)

    def keyed(self, key: RequestKey | None) -> ChangeSet:
        """Return the set under a request key."""
        return self if key is self.key else evolve(self, key=key)


def combine(sets: Iterable[ChangeSet], *, result: Mapping[str, object] | None = None) -> ChangeSet:
    """Return several sets as one; ``result`` replaces theirs. Keys and notes are left out."""
    parts = tuple(sets)
    return ChangeSet(
        puts=tuple(put for part in parts for put in part.puts),
        drops=tuple(drop for part in parts for drop in part.drops),
        expects=tuple(dict.fromkeys(e for part in parts for e in part.expects)),
        emits=tuple(emit for part in parts for emit in part.emits),
        result=result or {},
        reasons=tuple(reason for part in parts for reason in part.reasons),
        fields=frozenset().union(*(part.fields for part in parts)),
    )
