"""Erased: a delivery without those who were erased; what it refused for them stays refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import compress, pairwise

from attrs import evolve, frozen

from ecrm_core.customers import ConsentStatement, SourceKey, record_keys
from ecrm_core.sources.delivery import Delivery
from ecrm_core.sources.quarantined import Quarantined

__all__ = ["Spared", "parties_of", "without_erased"]


@frozen(kw_only=True)
class Spared:
    """A delivery without the erased, how many of its rows that left out, and their refusals."""

    delivery: Delivery
    rows: int = 0
    refusals: tuple[ConsentStatement, ...] = ()


def parties_of(delivery: Delivery) -> frozenset[SourceKey]:
    """Return the keys of everybody whom a part of the delivery is about, but for its events."""
    found = {record.key for record in delivery.records}
    found.update(key for link in delivery.links for key in (link.kept, link.gone))
    others = [*map(_party, delivery.refused), *(asked.subject for asked in delivery.requests)]
    return frozenset(found.union(filter(None, others), *_speakers(delivery)))


def _speakers(delivery: Delivery) -> Iterator[frozenset[SourceKey]]:
    """Yield of each object about no party whom its events are about, where it makes statements."""
    parties = len(delivery.records)
    said = delivery.ends(delivery.spoken, len(delivery.consents))
    told = delivery.ends(delivery.told, len(delivery.interactions))
    for at in range(parties, parties + len(delivery.kept)):
        events = delivery.interactions[told[at] : told[at + 1]] if said[at] < said[at + 1] else ()
        yield frozenset(event.subject for event in events if event.subject is not None)


def _party(row: Quarantined) -> SourceKey | None:
    return None if row.party is None else SourceKey(row.source, row.party)


def without_erased(
    delivery: Delivery, gone: Collection[SourceKey], *, subject: Callable[[str], str]
) -> Spared:
    """Return the delivery without the rows of these parties and all that came with them.

    Links and requests that name one of them are left out, too. Consent that such a row refuses is
    kept under what ``subject`` makes of the address, and names nobody. Interactions stay: each says
    itself whom it is about.
    """
    stays = [record.key not in gone for record in delivery.records]
    refused = tuple(row for row in delivery.refused if _party(row) not in gone)
    rows = stays.count(False) + len(delivery.refused) - len(refused)
    delivery = evolve(
        delivery,
        links=tuple(link for link in delivery.links if not {link.kept, link.gone} & set(gone)),
        requests=tuple(asked for asked in delivery.requests if asked.subject not in gone),
    )
    lost = _spoken(delivery, [*stays, *(whom.isdisjoint(gone) for whom in _speakers(delivery))])
    if not rows and not lost:
        return Spared(delivery=delivery)
    mute = [number in lost for number in range(len(delivery.consents))]
    left = evolve(
        delivery,
        records=tuple(compress(delivery.records, stays)),
        mapped=(*compress(delivery.mapped, stays), *delivery.mapped[len(stays) :]),
        consents=tuple(compress(delivery.consents, [not gone for gone in mute])),
        spoken=(),
        refused=refused,
        told=(),
        guests={key: at for key, at in delivery.guests.items() if key not in gone},
    )
    refused_by = compress(delivery.consents, mute)
    refusals = tuple(_bare(said, subject) for said in refused_by if said.state.is_refusal)
    return Spared(delivery=left, rows=rows, refusals=refusals)


def _spoken(delivery: Delivery, stays: Sequence[bool]) -> set[int]:
    """Return the numbers of the statements that came with the rows that do not stay.

    Where nobody counted them, they are those about the addresses of these rows.
    """
    if delivery.spoken:
        spans = pairwise(delivery.ends(delivery.spoken, len(delivery.consents)))
        return {
            n for span, stay in zip(spans, stays, strict=True) if not stay for n in range(*span)
        }
    lost = compress(delivery.records, [not stay for stay in stays[: len(delivery.records)]])
    hers = {str(key) for record in lost for key in record_keys(record)}
    return {n for n, said in enumerate(delivery.consents) if said.subject in hers}


def _bare(said: ConsentStatement, subject: Callable[[str], str]) -> ConsentStatement:
    return evolve(said, subject=subject(said.subject), by=None, evidence=None, snapshot=False)
