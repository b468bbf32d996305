"""Profile rows: a customer as the cells of a row, under names that row_fields reads back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from ecrm_core.customers import AttributeValue, ContactPoint, FieldMap, Profile
from ecrm_core.customers.roles import ROLES, named_role
from ecrm_core.kernel import instant_text
from ecrm_core.sources.row_fields import TEXT_FIELDS

__all__ = ["in_order", "profile_cells", "roles_of"]

_PLACES = {role: at for at, role in enumerate(ROLES)}


def profile_cells(profile: Profile) -> dict[str, str]:
    """Return what a customer's profile says, as text by column; what nobody said is not there.

    A column is called by its role: "email", the next one "email_2", a custom field
    "attribute:<name>". Of several postal addresses the first is told. Phones are E.164, dates ISO
    8601; "updated_at" is the instant of the newest statement.
    """
    cells = {"id": str(profile.id)}
    cells |= {role: str(profile.value(name)) for role, name in TEXT_FIELDS.items()
              if profile.value(name)}  # fmt: skip
    cells |= dict(_whole(profile))
    cells |= _address(profile)
    cells |= _several("email", map(_written, profile.emails))
    cells |= _several("phone", map(_written, profile.phones))
    cells |= _several("language", profile.values("languages"))
    cells |= _several("note", profile.values("notes"))
    for name in profile.fields:
        if name.startswith("attributes."):
            cells[f"attribute:{name.removeprefix('attributes.')}"] = _typed(profile.value(name))
    return cells


def _whole(profile: Profile) -> Iterator[tuple[str, str]]:
    if profile.name is not None:
        yield "full_name", profile.name.full
    if profile.value("name.phonetic"):
        yield "kana", profile.value("name.phonetic")
    if profile.organisation is not None:
        yield "organisation", profile.organisation.legal
    if profile.value("birth_on"):
        yield "birth_date", profile.value("birth_on").isoformat()
    if profile.values("tags"):
        yield "tags", ", ".join(profile.values("tags"))
    stated = [held.observed_at for values in profile.fields.values() for held in values]
    if stated:
        yield "updated_at", instant_text(max(stated))


def _address(profile: Profile) -> dict[str, str]:
    if not profile.addresses:
        return {}
    first = profile.addresses[0]
    parts = {"city": first.locality, "area": first.area, "postcode": first.postal_code,
             "country": first.country}  # fmt: skip
    return {role: text for role, text in parts.items() if text} | _several("street", first.lines)


def _several(role: str, texts: Iterable[str]) -> dict[str, str]:
    return {
        role if at == 1 else f"{role}_{at}": text
        for at, text in enumerate(filter(None, texts), start=1)
    }


def _written(contact: ContactPoint) -> str:
    """Return an address as it is sent to, or as it was typed where nobody can read it."""
    inner = f" ext. {contact.extension}" if contact.extension else ""
    return contact.raw if contact.normalised is None else contact.normalised + inner


def _typed(value: AttributeValue) -> str:
    """Return the text that a schema reads as this value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def in_order(columns: Iterable[str]) -> tuple[str, ...]:
    """Return columns of profile rows as they stand in a table: by role, by number, by name."""

    def place(column: str) -> tuple[int, int, str]:
        role = named_role(column) or column
        number = column.removeprefix(role).removeprefix("_")
        return _PLACES.get(role, len(_PLACES)), int(number or 0), column

    return tuple(sorted(columns, key=place))


def roles_of(columns: Iterable[str]) -> FieldMap:
    """Return the map that reads columns of profile rows back."""
    return FieldMap({column: named_role(column) or column for column in columns})
