"""People: profiles and records of the library as columns, the same roles as any table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from attrs import evolve

from ecrm_core.customers import ContactPoint, FieldMap, FieldValue, Profile, SourceRecord
from ecrm_core.matching.comparison import Comparison, by_role
from ecrm_core.matching.model import Model, default_model
from ecrm_core.matching.roles import COMPARED

__all__ = ["completed", "people_columns", "people_fields"]

_TEXTS: Mapping[str, str] = {
    "name.given": "given_name", "name.family": "family_name", "name.middle": "middle_name",
    "name.phonetic": "kana", "organisation.legal": "organisation", "birth_on": "birth_date",
    "national_id": "national_id",
}  # fmt: skip
_PLACE: Mapping[str, str] = {"locality": "city", "area": "area", "postal_code": "postcode",
                             "country": "country"}  # fmt: skip
_PLACES = 3  # addresses of one kind that are compared


def people_columns(
    people: Sequence[SourceRecord | Profile], attributes: Collection[str] = ()
) -> tuple[dict[str, list[object]], FieldMap, list[object]]:
    """Return the columns of people, their roles, and their ids (source keys, customer ids).

    ``attributes`` are the roles of custom fields that are wanted: "attribute:serial".
    """
    rows = [_row(one) | _custom(one, attributes) for one in people]
    names = sorted({name for row in rows for name in row}) or ["full_name"]
    columns = {name: [row.get(name) for row in rows] for name in names}
    roles = {name: name if name in attributes else name.rstrip("123") for name in names}
    ids: list[object] = [str(p.key) if isinstance(p, SourceRecord) else p.id for p in people]
    return columns, FieldMap(roles), ids


def people_fields(attributes: Collection[str] = ()) -> FieldMap:
    """Return all roles that people may have something for, each as a column of its name."""
    roles = ("full_name", "email", "phone", "street", *_TEXTS.values(), *_PLACE.values())
    return FieldMap({role: role for role in (*roles, *attributes)})


def completed(model: Model, comparisons: Iterable[Comparison] = ()) -> Model:
    """Return a model that weighs all people may state, by the table of roles what it never met.

    A shop that has no phones today may have some tomorrow.
    """
    own = by_role(comparisons)
    known = {held.role for held in model.fields}
    roles = [role for role in people_fields(own).columns.values() if role not in known]
    more = default_model([(role, role) for role in roles if role in COMPARED or role in own],
                         comparisons=own.values())  # fmt: skip
    return evolve(model, fields=(*model.fields, *more.fields))


def _row(one: SourceRecord | Profile) -> dict[str, object]:
    row: dict[str, object] = {
        role: value for name, role in _TEXTS.items() if (value := one.value(name)) is not None
    }
    if full := _full_name(one):
        row["full_name"] = full
    row |= _contacts(one, "emails", "email") | _contacts(one, "phones", "phone")
    return row | _address(one)


def _custom(one: SourceRecord | Profile, roles: Iterable[str]) -> dict[str, object]:
    held = {role: one.value(role.replace("attribute:", "attributes.", 1)) for role in roles}
    return {
        role: " ".join(map(str, value)) if isinstance(value, tuple) else value
        for role, value in held.items()
        if value is not None
    }


def _full_name(one: SourceRecord | Profile) -> str | None:
    if isinstance(one, Profile):
        return one.name.full if one.name else None
    full: str | None = one.value("name.full")
    return full


def _contacts(one: SourceRecord | Profile, name: str, role: str) -> dict[str, object]:
    held = one.values(name) if isinstance(one, Profile) else one.value(name) or ()
    forms = dict.fromkeys(_forms(held))
    return {f"{role}{at}": form for at, form in enumerate(list(forms)[:_PLACES], start=1)}


def _forms(contacts: Iterable[ContactPoint]) -> Iterable[str]:
    """Go through what contacts are compared by; a relay address identifies nobody."""
    return (contact.match_form or contact.raw for contact in contacts if not contact.relay)


def _address(one: SourceRecord | Profile) -> dict[str, object]:
    """Return the parts of the first address."""
    listed: FieldValue = one.values("addresses") if isinstance(one, Profile) else ()
    if not listed:
        listed = one.value("addresses") or () if isinstance(one, SourceRecord) else ()
    first = listed[0] if listed else None
    parts = {role: one.value(f"address.{part}") or getattr(first, part, None)
             for part, role in _PLACE.items()}  # fmt: skip
    lines = one.value("address.lines") or (first.lines if first else ())
    return {role: part for role, part in {**parts, "street": " ".join(lines)}.items() if part}
