"""Sample: small Kinds with everything a Kind may have, and texts that sort unlike they look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256

from attrs import frozen

from ecrm_core.kernel import OUTBOX, REQUESTS, ChangeSet, Index, Kind, Put
from ecrm_core.ports import Store

__all__ = [
    "LINES",
    "LONG",
    "NOON",
    "SAMPLE_KINDS",
    "THINGS",
    "TRAPS",
    "Line",
    "Shade",
    "Thing",
    "fill",
    "names",
    "things",
]

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
"""An instant on a leap day."""

TRAPS = (
    "", " ", "%", "%%", "'; DROP TABLE k_thing; --", "A", "B", "Z", "\\", "_", "_a", "a", "aB",
    "a_", "b", "ss", "z", "ß", "é", "가", "\ud7ff", "\ue000", "\uffff", "\U0001f600", "\U0010ffff",
)  # fmt: skip
"""By code point. UTF-16 has the emoji before U+FFFF; casefolding joins B with b, ß with ss."""


LONG = "".join(sha256(str(at).encode()).hexdigest() for at in range(200))
"""12,800 letters that no compression makes few: more than an index of Postgres takes."""


class Shade(Enum):
    """A closed choice, stored by value; the order of the values is not that of the names."""

    LIGHT = "z-light"
    DARK = "a-dark"


@frozen(kw_only=True)
class Thing:
    """A row under two key columns, with an owner it may lack, a shade and a time."""

    source: str
    name: str
    owner: str | None = None
    shade: Shade = Shade.LIGHT
    at: datetime = NOON
    note: str = ""


@frozen(kw_only=True)
class Line:
    """A row that is written once."""

    number: str
    text: str = ""


THINGS = Kind(
    name="thing",
    of=Thing,
    key=("source", "name"),
    indexes=(Index("owner", ("owner",)), Index("shade", ("shade", "at"))),
    owner="testing",
)
"""Things by owner (a thing may have none), and by shade and time."""

LINES = Kind(name="line", of=Line, key=("number",), insert_only=True, owner="testing")
"""Lines, of which the first under a number stays."""


SAMPLE_KINDS = (THINGS, LINES, OUTBOX, REQUESTS)
"""Every Kind the contract of borrowed transactions writes."""


def things(names: Iterable[str], *, source: str = "s", note: str = "") -> tuple[Put, ...]:
    """Return puts of things of these names; every third has no owner."""
    owners = (None, "ann", "bob")
    return tuple(
        Put(
            THINGS,
            Thing(
                source=source,
                name=name,
                owner=owners[at % 3],
                shade=list(Shade)[at % 2],
                at=NOON + timedelta(microseconds=at % 5),
                note=note,
            ),
        )
        for at, name in enumerate(names)
    )


def fill(store: Store, names: Iterable[str], *, source: str = "s", note: str = "") -> None:
    """Write things of these names."""
    store.apply(ChangeSet(puts=things(names, source=source, note=note)))


def names(store: Store, source: str = "s") -> list[str]:
    """Return the names of all things of a source, as the store orders them."""
    return [row.value.name for row in store.scan(THINGS, within=(source,), limit=10_000).rows]
