"""Profile: one customer as seen from all records of the group, every value with its provenance.

``unify`` depends on the set of records and corrections alone: any order, any repetition.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import field, frozen

from ecrm_core.customers.address import Address
from ecrm_core.customers.contact import ContactPoint
from ecrm_core.customers.fields import FieldValue, field_of
from ecrm_core.customers.keys import SourceKey
from ecrm_core.customers.names import PersonName, compose_name
from ecrm_core.customers.organisation import OrganisationName
from ecrm_core.kernel import CustomerId, Json, Kind, Private, guarded, instant_text

__all__ = ["PROFILES", "Profile", "Sourced"]


@frozen(repr=False)
class Sourced(Private):
    """A value of a profile and where it comes from.

    ``source`` is None for a correction, and then ``by`` says whose.
    """

    value: FieldValue
    source: SourceKey | None
    observed_at: datetime
    rule: str
    by: str | None = None

    def reveal(self) -> FieldValue:
        """Return the value itself."""
        return self.value


@frozen(kw_only=True, repr=False)
class Profile(Private):
    """The single view of one customer: values by field, each with its provenance."""

    id: CustomerId
    fields: Mapping[str, tuple[Sourced, ...]] = field(factory=dict)
    policy: str = ""

    def __repr__(self) -> str:
        """Show the id and the number of fields."""
        return f"<Profile {self.id}: {len(self.fields)} fields>"

    def values(self, name: str) -> tuple[FieldValue, ...]:
        """Return the values of a field, without provenance; empty when there is none."""
        return tuple(sourced.value for sourced in self.fields.get(name, ()))

    def value(self, name: str) -> FieldValue:
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

    def to_json(self) -> Json:
        """Return the profile as JSON; each provenance is written once."""
        stamps: dict[_Stamp, int] = {}
        fields: dict[str, list[list[Json]]] = {}
        for name, chosen in sorted(self.fields.items()):
            encode = field_of(name).encode
            fields[name] = [
                [encode(s.value), stamps.setdefault(_stamp(s), len(stamps))] for s in chosen
            ]
        return {"id": self.id, "policy": self.policy, "from": list(map(_stamp_to_json, stamps)),
                "fields": fields}  # fmt: skip

    @classmethod
    @guarded
    def from_json(cls, data: Json) -> Profile:
        """Return the profile that ``to_json`` wrote; InputError for JSON that is none."""
        stamps = [_stamp_from_json(stamp) for stamp in data["from"]]
        fields = {}
        for name, chosen in data["fields"].items():
            read = field_of(name).decode
            fields[name] = tuple([Sourced(read(value), *stamps[at]) for value, at in chosen])
        return cls(id=CustomerId(data["id"]), policy=data["policy"], fields=fields)


PROFILES: Final = Kind(name="profile", of=Profile, key=("id",), owner="customers")
"""The rows of profiles, one for each root."""


_Stamp = tuple[SourceKey | None, datetime, str, str | None]


def _stamp(sourced: Sourced) -> _Stamp:
    return sourced.source, sourced.observed_at, sourced.rule, sourced.by


def _stamp_to_json(stamp: _Stamp) -> Json:
    source, observed_at, rule, by = stamp
    key = (source.source, source.external_id) if source else (None, None)
    return [*key, instant_text(observed_at), rule, by]


def _stamp_from_json(data: Json) -> _Stamp:
    source, external_id, observed_at, rule, by = data
    key = SourceKey(source, external_id) if source is not None else None
    return key, datetime.fromisoformat(observed_at), rule, by
