"""Unify: the records of a group into one profile, field by field, with what lost and why.

It depends on the set of records and corrections alone: any order, any repetition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter

from attrs import frozen

from ecrm_core.customers.correction import Correction, in_order, substituted
from ecrm_core.customers.fields import field_of
from ecrm_core.customers.keys import SourceKey
from ecrm_core.customers.policy import Candidate, Chooser, SurvivorshipPolicy
from ecrm_core.customers.profile import Profile, Sourced
from ecrm_core.customers.record import CLEARED, SourceRecord, Stated, join
from ecrm_core.kernel import CustomerId, Reason

__all__ = ["Choice", "choose_fields", "unify"]

Rulings = Mapping[str, Sequence[Correction]]
"""The corrections of each field, as they were made."""


_NEWEST = SurvivorshipPolicy()
_PARTS = attrgetter(
    "source", "external_id"
)  # the order of keys, three times as fast as asking them


@frozen(kw_only=True)
class Choice:
    """How one field of a profile was decided: what survived, what lost, and any reasons."""

    field_name: str
    chosen: tuple[Sourced, ...]
    lost: tuple[Sourced, ...] = ()
    reasons: tuple[Reason, ...] = ()


def unify(
    records: Iterable[SourceRecord],
    corrections: Iterable[Correction] = (),
    policy: SurvivorshipPolicy | None = None,
    *,
    id: CustomerId,  # noqa: A002 - the profile's own word
) -> Profile:
    """Return the profile of the group with root ``id``; records of one source key are joined."""
    policy = policy or _NEWEST
    choices = choose_fields(records, corrections, policy)
    fields = {choice.field_name: choice.chosen for choice in choices if choice.chosen}
    return Profile(id=id, fields=fields, policy=policy.digest)


def choose_fields(
    records: Iterable[SourceRecord],
    corrections: Iterable[Correction],
    policy: SurvivorshipPolicy,
) -> tuple[Choice, ...]:
    """Return for every field how it is decided, in the order of field names."""
    by_key: dict[SourceKey, SourceRecord] = {}
    for record in records:
        held = by_key.get(record.key)
        by_key[record.key] = record if held is None else join(held, record)
    ordered = [by_key[key] for key in sorted(by_key, key=_PARTS)]
    ruled: dict[str, list[Correction]] = {}
    for correction in in_order(corrections):
        ruled.setdefault(correction.field_name, []).append(correction)
    choices: list[Choice] = []
    for group, names in _groups(ordered, ruled).items():
        if field_of(names[0]).many:
            choices.append(_choose_list(names[0], ordered, ruled.get(names[0], ())))
        else:
            candidates = [c for record in ordered if (c := _candidate(record, names, ruled)).cells]
            choices += _choose_group(candidates, names, ruled, policy.chooser(group))
    return tuple(sorted(choices, key=lambda choice: choice.field_name))


def _groups(records: Sequence[SourceRecord], ruled: Rulings) -> Mapping[str, Sequence[str]]:
    """Return the fields that somebody states or has ruled on, by lock-step group."""
    return _grouped(frozenset(ruled).union(*[record.cells for record in records]))


@lru_cache(maxsize=256)  # the rows of one file state the same fields
def _grouped(names: frozenset[str]) -> Mapping[str, Sequence[str]]:
    groups: dict[str, list[str]] = {}
    for name in sorted(name for name in names if not name.startswith("unmapped.")):
        groups.setdefault(field_of(name).group, []).append(name)
    return groups


def _candidate(record: SourceRecord, names: Sequence[str], ruled: Rulings) -> Candidate:
    """Return what the record states for these fields, bad values replaced by their corrections."""
    cells = {}
    for name in names:
        cell = record.cells.get(name)
        if cell is None:
            continue
        ruling = substituted(name, cell.value, ruled[name]) if name in ruled else None
        value = cell.value if ruling is None else ruling.value
        if value is not CLEARED:
            held = cell if ruling is None else _restated(cell, value)
            cells[name] = held
    return Candidate(record.key, cells)


def _restated(cell: Stated, value: object) -> Stated:
    return Stated(value, cell.observed_at, cell.received_at, cell.clock)


def _choose_group(
    candidates: Sequence[Candidate], names: Sequence[str], ruled: Rulings, choose: Chooser
) -> list[Choice]:
    winner, rule = choose(candidates) if candidates else (None, "correction")
    others = [candidate for candidate in candidates if candidate is not winner]
    choices = []
    for name in names:
        first = _sourced(name, winner, rule) if winner and name in winner.cells else None
        lost = tuple([_sourced(name, c, rule) for c in others if name in c.cells])
        choices.append(_with_ruling(name, first, lost, ruled.get(name, ())))
    return choices


def _sourced(name: str, candidate: Candidate, rule: str) -> Sourced:
    cell = candidate.cells[name]
    return Sourced(cell.value, candidate.source, cell.observed_at, rule)


def _with_ruling(
    name: str, stated: Sourced | None, lost: tuple[Sourced, ...], ruled: Sequence[Correction]
) -> Choice:
    """Return the choice between what survived and the last correction of the field."""
    ruling = ruled[-1] if ruled else None
    if ruling is None:
        return Choice(field_name=name, chosen=(stated,) if stated else (), lost=lost)
    if stated is None or ruling.pin or _yields(stated, ruling):
        held = () if ruling.value is CLEARED else (_ruled(ruling),)
        return Choice(field_name=name, chosen=held, lost=(stated, *lost) if stated else lost)
    text = "{field} was corrected, and a source has stated another value since"
    reason = Reason("correction_superseded", text, {"field": name, "correction": ruling.id})
    return Choice(field_name=name, chosen=(stated,), lost=lost, reasons=(reason,))


def _yields(stated: Sourced, ruling: Correction) -> bool:
    return stated.observed_at <= ruling.at or stated.value == ruling.value


def _ruled(correction: Correction) -> Sourced:
    return Sourced(correction.value, None, correction.at, "correction", correction.by)


def _choose_list(name: str, records: Sequence[SourceRecord], ruled: Sequence[Correction]) -> Choice:
    """Return the union of the lists, newest list first, each element once, preferred first."""
    identity = field_of(name).identity
    found: dict[str, Sourced] = {}
    for sourced in (*_stated(name, records, ruled), *_added(name, ruled)):
        if sourced.value is not CLEARED:
            found.setdefault(identity(sourced.value), sourced)
    chosen = tuple(found.values())
    if len(chosen) > 1:
        chosen = tuple(sorted(chosen, key=lambda s: not getattr(s.value, "preferred", False)))
    return Choice(field_name=name, chosen=chosen)


def _stated(
    name: str, records: Sequence[SourceRecord], ruled: Sequence[Correction]
) -> Iterable[Sourced]:
    lists = [(record, cell) for record in records if (cell := record.cells.get(name))]
    for record, cell in sorted(lists, key=lambda pair: pair[1].observed_at, reverse=True):
        for element in () if cell.value is CLEARED else cell.value:
            ruling = substituted(name, element, ruled)
            plain = Sourced(element, record.key, cell.observed_at, "union")
            yield _ruled(ruling) if ruling else plain


def _added(name: str, ruled: Sequence[Correction]) -> Iterable[Sourced]:
    """Go through the elements people added, each as later corrections left it."""
    for at, ruling in enumerate(ruled, start=1):
        if ruling.replaces is None and ruling.value is not CLEARED:
            yield _ruled(substituted(name, ruling.value, ruled[at:]) or ruling)
