"""Delivery: what one payload or page of rows came to: records, consents, interactions, refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from itertools import accumulate

from attrs import define, evolve, field, frozen

from ecrm_core.customers import ConsentStatement, SourceKey, SourceRecord, cell_digest
from ecrm_core.customers.keys import source_name
from ecrm_core.errors import InputError
from ecrm_core.kernel import derive_id, digest
from ecrm_core.sources.quarantined import Quarantined, quarantine
from ecrm_core.timeline import Interaction

__all__ = [
    "Delivery",
    "DeliveryBuilder",
    "Entry",
    "Link",
    "PrivacyRequest",
    "RequestKind",
]


@frozen(kw_only=True)
class Link:
    """A source says that two of its parties are one: the record of ``gone`` goes on as ``kept``.

    ``at`` is when it joined them. This is a fact the source states (a merge in the shop, a user id
    given to an anonymous visitor), never a likeness.
    """

    kept: SourceKey
    gone: SourceKey
    at: datetime


class RequestKind(Enum):
    """What a person, or the source for her, asks by law."""

    ERASE = "erase"
    EXPORT = "export"


@frozen(kw_only=True)
class PrivacyRequest:
    """A request about a person that a source passes on; ``id`` is the source's name for it.

    Intake hands it to the host through the outbox (topic "privacy"); it erases nobody by itself.
    ``subject`` None: everybody the source knows (the shop was closed).
    """

    id: str
    kind: RequestKind
    source: str
    subject: SourceKey | None
    at: datetime


@frozen(kw_only=True)
class Delivery:
    """One payload or page, read: nothing of it is lost between ``records`` and ``refused``.

    ``rows`` counts the objects in the input: ``records``, then those of ``kept``, then ``refused``.
    ``kept`` are objects about no party by themselves (a refund, a price, a merge of two customers):
    of each the leaves that neither a field nor an interaction took. ``mapped`` are the leaf paths
    of each record's payload, then of each of ``kept``, that became fields; every other leaf is an
    ``unmapped.<path>`` cell of its record, or stands under "unmapped" in the data of an
    interaction, or in ``kept``: that is for the caller, intake counts it and stores it nowhere.
    ``spoken`` counts the statements, ``told`` the interactions of each record and then of each of
    ``kept``. ``links`` and ``requests`` are what the source says of its parties as such. ``guests``
    are the parties known by one order alone, and when it was placed: what they typed there is a
    claim. ``digest`` stands for the input, so that a request key can tell a repetition; by default
    it is that of the values, statements, interactions and refused rows, without the times of
    records and statements.
    """

    source: str
    records: tuple[SourceRecord, ...] = ()
    consents: tuple[ConsentStatement, ...] = ()
    refused: tuple[Quarantined, ...] = ()
    mapped: tuple[frozenset[str], ...] = ()
    interactions: tuple[Interaction, ...] = ()
    spoken: tuple[int, ...] = ()
    told: tuple[int, ...] = ()
    guests: Mapping[SourceKey, datetime] = field(factory=dict)
    kept: tuple[Mapping[str, object], ...] = field(default=(), repr=False)
    links: tuple[Link, ...] = ()
    requests: tuple[PrivacyRequest, ...] = ()
    digest: str = field()  # the last: it is worked out of the others

    @digest.default
    def _of_content(self) -> str:
        # Without times: what is sent again later is the same request.
        stated = [
            [
                str(record.key),
                {name: cell_digest(name, c.value) for name, c in record.cells.items()},
            ]
            for record in self.records
        ]
        said = [[s.subject, s.channel, s.purpose, s.state.value] for s in self.consents]
        content: list[object] = [stated, said, [row.id for row in self.refused]]
        if self.interactions:
            content.append([[told.event_id, told.digest] for told in self.interactions])
        if self.links:
            content.append([[str(link.kept), str(link.gone)] for link in self.links])
        if self.requests:
            content.append([[asked.id, asked.kind.value] for asked in self.requests])
        return digest(content)

    @property
    def rows(self) -> int:
        """The number of objects in the input."""
        return self._taken + len(self.refused)

    @property
    def _taken(self) -> int:
        return len(self.records) + len(self.kept)

    def pages(self, size: int, *, skip: int = 0) -> Iterator[Delivery]:
        """Yield the delivery in parts of at most ``size`` rows, without the first ``skip`` rows.

        Records come first, then what is kept, each with its statements and events, then what was
        refused; so it makes no difference where one part ends and the next begins. Links and
        requests come with the first row.
        """
        said = self.ends(self.spoken, len(self.consents))
        told = self.ends(self.told, len(self.interactions))
        count, parties = self._taken, len(self.records)
        for at in range(skip, self.rows, size):
            first, last = min(at, count), min(at + size, count)
            one, end = min(first, parties), min(last, parties)
            yield evolve(
                self,
                records=self.records[one:end],
                kept=self.kept[first - one : last - end],
                links=() if at else self.links,
                requests=() if at else self.requests,
                mapped=self.mapped[first:last],
                spoken=self.spoken[first:last],
                consents=self.consents[said[first] : said[last]],
                told=self.told[first:last],
                interactions=self.interactions[told[first] : told[last]],
                refused=self.refused[max(at - count, 0) : max(at + size - count, 0)],
                digest=derive_id("part", self.digest, str(at), str(size)),
            )

    def ends(self, counts: tuple[int, ...], total: int) -> list[int]:
        """Return 0 and where the part of each row taken ends; without counts all is the first's."""
        held = counts or (total,)
        return [0, *accumulate((*held, *(0 for _ in range(self._taken - len(held)))))]

    def unmapped(self, at: int) -> Mapping[str, object]:
        """Return path and value of what no field took of the object at this place."""
        left = self._left(at)
        ends = self.ends(self.told, len(self.interactions))
        for told in self.interactions[ends[at] : ends[at + 1]]:
            kept = told.data.get("unmapped")
            left |= kept if isinstance(kept, Mapping) else {}
        return left

    def _left(self, at: int) -> dict[str, object]:
        if at >= len(self.records):
            return dict(self.kept[at - len(self.records)])
        cells, prefix = self.records[at].cells, "unmapped."
        return {n.removeprefix(prefix): c.value for n, c in cells.items() if n.startswith(prefix)}


@frozen(kw_only=True, repr=False)
class Entry:
    """One object, read: its record, the statements and events with it, the paths that were taken.

    Without a record it is about no party by itself; ``kept`` are then the leaves that nothing took.
    ``guest_at``: when she ordered as a guest, known by that order alone. ``line``: its event is
    told line by line, and the next object may go on with it; ``summed``: its amount is that of its
    lines.
    """

    record: SourceRecord | None = None
    consents: tuple[ConsentStatement, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    mapped: frozenset[str] = frozenset()
    guest_at: datetime | None = None
    kept: Mapping[str, object] = field(factory=dict)
    links: tuple[Link, ...] = ()
    requests: tuple[PrivacyRequest, ...] = ()
    line: bool = False
    summed: bool = False


@define
class DeliveryBuilder:
    """A delivery in the making: every object is either accepted or refused."""

    source: str = field(converter=source_name)
    received_at: datetime
    _entries: list[Entry] = field(factory=list, init=False)
    _refused: list[Quarantined] = field(factory=list, init=False)
    _told: int | None = field(default=None, init=False)

    def accept(self, entry: Entry) -> None:
        """Take an object in."""
        if entry.interactions:
            self._told = len(self._entries)
        self._entries.append(entry)

    @property
    def told(self) -> Entry | None:
        """The last object taken in that tells an event."""
        return None if self._told is None else self._entries[self._told]

    def amend(self, entry: Entry) -> None:
        """Put another entry in the place of ``told``: its event went on."""
        if self._told is not None:
            self._entries[self._told] = entry

    def refuse(
        self, place: str, payload: object, error: InputError, *, party: str | None = None
    ) -> None:
        """Put a party into quarantine, whole; ``party`` is her id at the source, if known."""
        self.put_aside(
            quarantine(
                self.source, place, payload, error=error, received_at=self.received_at, party=party
            )
        )

    def put_aside(self, row: Quarantined) -> None:
        """Put into quarantine what is a row of it already."""
        self._refused.append(row)

    @property
    def rows(self) -> int:
        """The number of objects so far."""
        return len(self._entries) + len(self._refused)

    def build(self, digest: str) -> Delivery:
        """Return the delivery; ``digest`` stands for the input."""
        parties = [entry for entry in self._entries if entry.record]
        apart = [entry for entry in self._entries if not entry.record]
        entries = [*parties, *apart]
        return Delivery(
            source=self.source,
            records=tuple(entry.record for entry in parties if entry.record),
            consents=tuple(said for entry in entries for said in entry.consents),
            refused=tuple(self._refused),
            mapped=tuple(entry.mapped for entry in entries),
            digest=digest,
            spoken=tuple(len(entry.consents) for entry in entries),
            interactions=tuple(told for entry in entries for told in entry.interactions),
            told=tuple(len(entry.interactions) for entry in entries),
            guests={e.record.key: e.guest_at for e in parties if e.record and e.guest_at},
            kept=tuple(entry.kept for entry in apart),
            links=tuple(link for entry in entries for link in entry.links),
            requests=tuple(asked for entry in entries for asked in entry.requests),
        )
