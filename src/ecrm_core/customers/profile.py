"""Profile: one customer as seen from all records of the group, every value with its provenance.

``unify`` depends on the set of records and corrections alone: any order, any repetition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen

from ecrm_core.customers.address import Address
from ecrm_core.customers.contact import ContactPoint
from ecrm_core.customers.correction import Correction, in_order, substituted
from ecrm_core.customers.fields import FIELDS, field_of
from ecrm_core.customers.keys import SourceKey
from ecrm_core.customers.names import PersonName, compose_name
from ecrm_core.customers.organisation import OrganisationName
from ecrm_core.customers.policy import Candidate, SurvivorshipPolicy
from ecrm_core.customers.record import CLEARED, SourceRecord, Stated
from ecrm_core.kernel import CustomerId, Kind, Private, Reason, instant_text

__all__ = ["PROFILES", "Profile", "Sourced", "choose_fields", "unify"]


@frozen(repr=False)
class Sourced(Private):
    """A value of a profile and where it comes from.

    ``source`` is None for a correction, and then ``by`` says whose.
    """

    value: Any
    source: SourceKey | None
    observed_at: datetime
    rule: str
    by: str | None = None


@frozen(kw_only=True)
class Choice:
    """How one field of a profile was decided: what survived, what lost, and any reasons."""

    field_name: str
    chosen: tuple[Sourced, ...]
    lost: tuple[Sourced, ...] = ()
    reasons: tuple[Reason, ...] = ()


@frozen(kw_only=True, repr=False)
class Profile(Private):
    """The single view of one customer: values by field, each with its provenance."""

    id: CustomerId
    fields: Mapping[str, tuple[Sourced, ...]] = field(factory=dict)
    policy: str = ""

    def __repr__(self) -> str:
        """Show the id and the number of fields."""
        return f"<Profile {self.id}: {len(self.fields)} fields>"

    def values(self, name: str) -> tuple[Any, ...]:
        """Return the values of a field, without provenance; empty when there is none."""
        return tuple(sourced.value for sourced in self.fields.get(name, ()))

    def value(self, name: str) -> Any:  # noqa: ANN401
        """Return the first value of a field; None when there is none."""
        found = self.fields.get(name)
        return found[0].value if found else None

    @property
    def name(self) -> PersonName | None:
        """The person's name: as written in full, or composed when a part is stated later."""
        parts = {n.removeprefix("name."): s[0] for n, s in self.fields.items() if n[:5] == "name."}
        full = parts.pop("full", None)
        texts = {part: sourced.value for part, sourced in parts.items()}
        if full and all(full.observed_at >= s.observed_at for s in parts.values()):
            return PersonName(full=full.value, **texts)
        return compose_name(**texts) or (PersonName(full=full.value) if full else None)

    @property
    def organisation(self) -> OrganisationName | None:
        """The organisation's name, if one is stated."""
        legal = self.value("organisation.legal") or self.value("organisation.trading")
        if legal is None:
            return None
        return OrganisationName(
            legal=legal,
            trading=self.value("organisation.trading"),
            legal_form=self.value("organisation.legal_form"),
        )

    @property
    def emails(self) -> tuple[ContactPoint, ...]:
        """The e-mail addresses, preferred and newest first."""
        return self.values("emails")

    @property
    def phones(self) -> tuple[ContactPoint, ...]:
        """The phone numbers, preferred and newest first."""
        return self.values("phones")

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The postal addresses: the one stated in parts, then those stated in lists."""
        flat = {n.removeprefix("address."): s[0].value
                for n, s in self.fields.items() if n[:8] == "address."}  # fmt: skip
        listed: tuple[Address, ...] = self.values("addresses")
        return (Address(**flat), *listed) if flat else listed

    def to_json(self) -> dict[str, Any]:
        """Return the profile as JSON; each provenance is written once."""
        stamps: dict[tuple[Any, ...], int] = {}
        fields: dict[str, list[list[Any]]] = {}
        for name, chosen in sorted(self.fields.items()):
            encode = field_of(name).encode
            fields[name] = [
                [encode(s.value), stamps.setdefault(_stamp(s), len(stamps))] for s in chosen
            ]
        return {"id": self.id, "policy": self.policy, "from": list(map(list, stamps)),
                "fields": fields}  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Profile:
        """Return the profile that ``to_json`` wrote."""
        stamps = [_unstamp(stamp) for stamp in data["from"]]
        fields = {
            name: tuple(Sourced(field_of(name).decode(value), *stamps[at]) for value, at in chosen)
            for name, chosen in data["fields"].items()
        }
        return cls(id=CustomerId(data["id"]), policy=data["policy"], fields=fields)


PROFILES: Final = Kind(name="profile", of=Profile, key=("id",), owner="customers")


def _stamp(sourced: Sourced) -> tuple[Any, ...]:
    source = sourced.source
    key = (source.source, source.external_id) if source else (None, None)
    return (*key, instant_text(sourced.observed_at), sourced.rule, sourced.by)


def _unstamp(stamp: Sequence[Any]) -> tuple[Any, ...]:
    source = SourceKey(stamp[0], stamp[1]) if stamp[0] is not None else None
    return source, datetime.fromisoformat(stamp[2]), stamp[3], stamp[4]


def unify(
    records: Iterable[SourceRecord],
    corrections: Iterable[Correction] = (),
    policy: SurvivorshipPolicy | None = None,
    *,
    id: CustomerId,  # noqa: A002 - the profile's own word
) -> Profile:
    """Return the profile of the group with root ``id``, one record for each source key."""
    policy = policy or SurvivorshipPolicy()
    choices = choose_fields(records, corrections, policy)
    fields = {choice.field_name: choice.chosen for choice in choices if choice.chosen}
    return Profile(id=id, fields=fields, policy=policy.digest)


def choose_fields(
    records: Iterable[SourceRecord],
    corrections: Iterable[Correction],
    policy: SurvivorshipPolicy,
) -> tuple[Choice, ...]:
    """Return for every field how it is decided, in the order of field names."""
    ordered = sorted({record.key: record for record in records}.values(), key=lambda r: r.key)
    ruled: dict[str, list[Correction]] = {}
    for correction in in_order(corrections):
        ruled.setdefault(correction.field_name, []).append(correction)
    names = {name for record in ordered for name in record.cells} | set(ruled)
    groups: dict[str, list[str]] = {}
    for name in sorted(name for name in names if not name.startswith("unmapped.")):
        groups.setdefault(field_of(name).group, []).append(name)
    choices: list[Choice] = []
    for group, members in groups.items():
        if field_of(members[0]).many:
            choices.append(_choose_list(members[0], ordered, ruled.get(members[0], ())))
        else:
            choices += _choose_group(group, members, ordered, ruled, policy)
    return tuple(sorted(choices, key=lambda choice: choice.field_name))


def _choose_group(
    group: str,
    names: Sequence[str],
    records: Sequence[SourceRecord],
    ruled: Mapping[str, Sequence[Correction]],
    policy: SurvivorshipPolicy,
) -> list[Choice]:
    candidates = [c for record in records if (c := _candidate(record, names, ruled)).cells]
    winner, rule = policy.choose(group, candidates) if candidates else (None, "correction")
    return [
        _choose_field(name, winner, candidates, ruled.get(name, ()), rule) for name in names
    ]


def _candidate(
    record: SourceRecord, names: Sequence[str], ruled: Mapping[str, Sequence[Correction]]
) -> Candidate:
    """Return what the record states for these fields, bad values replaced by their corrections."""
    cells = {}
    for name in names:
        cell = record.cells.get(name)
        if cell is None:
            continue
        ruling = substituted(name, cell.value, ruled[name]) if name in ruled else None
        value = cell.value if ruling is None else ruling.value
        if value is not CLEARED:
            cells[name] = Stated(value, cell.observed_at, cell.received_at, cell.clock)
    return Candidate(record.key, cells)


def _choose_field(
    name: str,
    winner: Candidate | None,
    candidates: Sequence[Candidate],
    ruled: Sequence[Correction],
    rule: str,
) -> Choice:
    cell = winner.cells.get(name) if winner else None
    stated = Sourced(cell.value, winner.source, cell.observed_at, rule) if cell and winner else None
    lost = tuple(
        Sourced(c.cells[name].value, c.source, c.cells[name].observed_at, rule)
        for c in candidates
        if c is not winner and name in c.cells
    )
    ruling = ruled[-1] if ruled else None
    if ruling is None:
        return Choice(field_name=name, chosen=(stated,) if stated else (), lost=lost)
    if stated is None or ruling.pin or stated.observed_at <= ruling.at or (
        stated.value == ruling.value
    ):
        held = () if ruling.value is CLEARED else (_ruled(ruling),)
        return Choice(field_name=name, chosen=held, lost=(stated, *lost) if stated else lost)
    text = "{field} was corrected, and a source has stated another value since"
    reason = Reason("correction_superseded", text, {"field": name, "correction": ruling.id})
    return Choice(field_name=name, chosen=(stated,), lost=lost, reasons=(reason,))


def _ruled(correction: Correction) -> Sourced:
    return Sourced(correction.value, None, correction.at, "correction", correction.by)


def _choose_list(
    name: str, records: Sequence[SourceRecord], ruled: Sequence[Correction]
) -> Choice:
    identity = field_of(name).identity
    found: dict[str, Sourced] = {}
    stated = [(record, cell) for record in records if (cell := record.cells.get(name))]
    newest_first = sorted(stated, key=lambda pair: pair[1].observed_at, reverse=True)
    for record, cell in newest_first:
        for element in () if cell.value is CLEARED else cell.value:
            ruling = substituted(name, element, ruled)
            sourced = _ruled(ruling) if ruling else Sourced(
                element, record.key, cell.observed_at, "union"
            )
            if sourced.value is not CLEARED:
                found.setdefault(identity(sourced.value), sourced)
    for ruling in ruled:
        if ruling.replaces is None and ruling.value is not CLEARED:
            latest = substituted(name, ruling.value, ruled) or ruling
            if latest.value is not CLEARED:
                found.setdefault(identity(latest.value), _ruled(latest))
    preferred_first = sorted(found.values(), key=lambda s: not getattr(s.value, "preferred", False))
    return Choice(field_name=name, chosen=tuple(preferred_first))


