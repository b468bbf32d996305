"""Show: values of any field as text for people, masked unless asked otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from ecrm_core.customers.address import Address
from ecrm_core.customers.contact import ContactPoint
from ecrm_core.customers.profile import Profile, Sourced
from ecrm_core.customers.relation import Relation
from ecrm_core.kernel import mask

__all__ = ["profile_rows", "provenance", "show_value"]


def show_value(value: object, *, masked: bool = True) -> str:
    """Return one value as text; masked it shows no more than the first character."""
    text = _text(value)
    return mask(text) if masked else text


def _text(value: object) -> str:
    if isinstance(value, ContactPoint):
        return (value.normalised or value.raw) + (
            f" ext. {value.extension}" if value.extension else ""
        )
    if isinstance(value, Address):
        parts = (value.recipient, *value.lines, value.postal_code, value.locality, value.area,
                 value.country)  # fmt: skip
        return ", ".join(part for part in parts if part) or (value.raw or "")
    if isinstance(value, Relation):
        return f"{value.kind.value}: {value.other_name or value.other or ''}"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    return str(value)


def provenance(sourced: Sourced) -> str:
    """Return where a value comes from: rule, source and day."""
    origin = str(sourced.source.source) if sourced.source else f"by {sourced.by}"
    return f"{sourced.rule}, {origin}, {sourced.observed_at.date()}"


def profile_rows(profile: Profile, *, masked: bool = True) -> Sequence[tuple[str, str, str]]:
    """Return a row for every value of a profile: field, value, where it comes from."""
    return [
        (name, show_value(sourced.value, masked=masked), provenance(sourced))
        for name, chosen in sorted(profile.fields.items())
        for sourced in chosen
    ]
