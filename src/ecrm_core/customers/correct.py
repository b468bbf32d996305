"""Correct: deciding a correction, and turning what a person types into the field's value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from attrs import evolve, frozen

from ecrm_core.customers.contact import (
    ContactKind,
    ContactPoint,
    parse_email,
    parse_handle,
)
from ecrm_core.customers.correction import (
    CORRECTIONS,
    Correction,
    element_digest,
    in_order,
    replaced_digest,
)
from ecrm_core.customers.fields import Field, FieldValue, field_of
from ecrm_core.customers.home import Group
from ecrm_core.customers.intake import reindexed, rewritten
from ecrm_core.customers.phone import parse_phone
from ecrm_core.customers.policy import SurvivorshipPolicy
from ecrm_core.customers.profile import Profile
from ecrm_core.customers.record import CLEARED
from ecrm_core.customers.unify import unify
from ecrm_core.errors import DefinitionError, InputError, MissingError
from ecrm_core.kernel import (
    MAX_TEXT,
    ChangeSet,
    Json,
    Private,
    Put,
    canonical_json,
    combine,
    derive_id,
    gate_text,
    instant_text,
    nfc,
    parse_date,
)

__all__ = [
    "Ruling",
    "accept_value",
    "corrections_of",
    "decide_correct",
    "decide_corrections",
    "shows",
]

_LATEST = datetime.max.replace(tzinfo=UTC) - timedelta.resolution


def decide_correct(
    group: Group,
    *,
    tenant: str,
    field_name: str,
    value: object,
    replaces: object = None,
    by: str,
    at: datetime,
    pin: bool = False,
    reason: str | None = None,
    policy: SurvivorshipPolicy,
    region: str | None = None,
) -> ChangeSet:
    """Return what a correction of one field writes.

    For a list field ``replaces`` is the element that is wrong, be it unreadable (without it
    ``value`` is added); for other fields it is what the profile shows. ``value`` None or
    CLEARED empties the field. Raises UnknownName, InputError for a value that does not fit, and
    MissingError for a ``replaces`` that is not there. The result is the id of the correction.
    """
    ruling = Ruling(field_name=field_name, value=value, replaces=replaces, pin=pin, reason=reason)
    correction = _correction(group, ruling, by=by, at=at, tenant=tenant, policy=policy,
                             region=region)  # fmt: skip
    return _written_down(group, [correction], policy, result={"correction": correction.id})


@frozen(kw_only=True, repr=False)
class Ruling(Private):
    """What one correction says: see ``decide_correct``."""

    field_name: str
    value: object
    replaces: object = None
    pin: bool = False
    reason: str | None = None


def decide_corrections(
    group: Group,
    rulings: Iterable[Ruling],
    *,
    tenant: str,
    by: str,
    at: datetime,
    policy: SurvivorshipPolicy,
    region: str | None = None,
) -> ChangeSet:
    """Return what several corrections of one customer write, each upon the one before.

    Raises as ``decide_correct``. The result lists the ids of the corrections.
    """
    found = corrections_of(group, rulings, tenant=tenant, by=by, at=at, policy=policy,
                           region=region)  # fmt: skip
    return _written_down(group, found, policy, result={"corrections": [c.id for c in found]})


def corrections_of(
    group: Group,
    rulings: Iterable[Ruling],
    *,
    tenant: str,
    by: str,
    at: datetime,
    policy: SurvivorshipPolicy,
    region: str | None = None,
) -> tuple[Correction, ...]:
    """Return the rulings as corrections under the root of the group, each upon the one before.

    Raises as ``decide_correct``.
    """
    after, found = group, list[Correction]()
    for ruling in rulings:
        correction = _correction(after, ruling, by=by, at=at, tenant=tenant, policy=policy,
                                 region=region)  # fmt: skip
        found.append(correction)
        after = evolve(after, corrections=in_order((*after.corrections, correction)))
    return tuple(found)


def shows(profile: Profile, name: str, value: FieldValue) -> bool:
    """Tell whether a profile shows this value (as ``accept_value`` returns it) in the field."""
    if field_of(name).many:
        held = {element_digest(name, element) for element in profile.values(name)}
        return value is not CLEARED and element_digest(name, value) in held
    return replaced_digest(name, value) == replaced_digest(name, profile.value(name))


def _correction(
    group: Group,
    ruling: Ruling,
    *,
    by: str,
    at: datetime,
    tenant: str,
    policy: SurvivorshipPolicy,
    region: str | None,
) -> Correction:
    name, customer = ruling.field_name, group.root.id
    new = accept_value(name, ruling.value, region=region)
    profile = unify(group.records.values(), group.corrections, policy, id=customer)
    old = _replaced(profile, name, _element(name, ruling.replaces, region))
    if field_of(name).many and new is CLEARED and old is None:
        message = f"{name!r} is a list: name the element that is wrong (replaces=...)"
        raise DefinitionError(message, code="no_element", field=name)
    said = Correction(
        id="", customer=customer, field_name=name, replaces=old, value=new, at=at,
        by=gate_text(by), pin=ruling.pin,
        reason=None if ruling.reason is None else gate_text(ruling.reason),
    )  # fmt: skip
    return _dated(_named(said, tenant), group, tenant)


def _named(said: Correction, tenant: str) -> Correction:
    new = replaced_digest(said.field_name, said.value) or ""
    parts = (tenant, said.customer, said.field_name, said.replaces or "", instant_text(said.at),
             said.by, new, *(["pin"] if said.pin else []))  # fmt: skip
    return evolve(said, id=derive_id("cor", *parts))


def _dated(said: Correction, group: Group, tenant: str) -> Correction:
    """Return the ruling, dated after those it is made upon should a clock be behind or stand still.

    Rulings hold in the order of their times: what this one replaces would come back.
    """
    before = in_order(held for held in group.corrections if _is_upon(said, held))
    if not before or before[-1].at < said.at or before[-1].id == said.id:
        return said
    return _named(evolve(said, at=min(before[-1].at, _LATEST) + timedelta.resolution), tenant)


def _is_upon(said: Correction, held: Correction) -> bool:
    """Whether two rulings are about one field, or one element of a list."""
    name = said.field_name
    if held.field_name != name or not field_of(name).many:
        return held.field_name == name
    sides = [{c.replaces, replaced_digest(name, c.value)} - {None} for c in (said, held)]
    return not sides[0].isdisjoint(sides[1])


def _written_down(
    group: Group,
    corrections: Iterable[Correction],
    policy: SurvivorshipPolicy,
    *,
    result: Mapping[str, Json],
) -> ChangeSet:
    """Return the rows of corrections that are not there yet, and what follows from them."""
    known = {held.id for held in group.corrections}
    fresh = [held for held in corrections if held.id not in known]
    if not fresh:
        return ChangeSet(result=result)
    after = evolve(group, corrections=in_order((*group.corrections, *fresh)))
    rows = ChangeSet(
        puts=tuple(Put(CORRECTIONS, held) for held in fresh),
        fields=frozenset(held.field_name for held in fresh),
    )
    found = reindexed(group, after, group.root)
    return combine([rows, found, rewritten(after, policy)], result=result)


def _element(name: str, replaces: object, region: str | None) -> FieldValue:
    """Return the element meant, also where it is text no parser can read: that is what is wrong."""
    parse = _PARSERS.get(name)
    if parse is not None and isinstance(replaces, str) and field_of(name).many:
        return parse(replaces, region)
    return accept_value(name, replaces, region=region)


def _replaced(profile: Profile, name: str, replaces: object) -> str | None:
    if not field_of(name).many:
        return replaced_digest(name, profile.value(name))
    if replaces is CLEARED:
        return None
    wanted = element_digest(name, replaces)
    if wanted not in {element_digest(name, held) for held in profile.values(name)}:
        message = f"the profile holds no such element in {name!r}"
        raise MissingError(message, code="no_such_element", field=name)
    return wanted


def accept_value(name: str, value: object, *, region: str | None = None) -> FieldValue:
    """Return the value (one element of a list field) that a caller's input stands for.

    None and CLEARED give CLEARED; text is parsed for fields that are no text. Raises InputError
    for a value that does not fit, or is beyond 1 MiB, and DefinitionError for a field that cannot
    be corrected.
    """
    found = field_of(gate_text(name, "$.field", limit=_MAX_NAME))
    if name.startswith("unmapped."):
        message = f"{name!r} is kept verbatim and is not part of a profile: it has no correction"
        raise DefinitionError(message, code="not_correctable")
    if value is None or value is CLEARED:
        return CLEARED
    parse = _PARSERS.get(name)
    if parse is not None and isinstance(value, str):
        return _readable(name, parse(value, region))
    text = _written(found, value)
    if text is None or (parse is None and _is_text(name) and not isinstance(value, str)):
        message = f"found {type(value).__name__}, which is no value of {name!r}"
        raise InputError(message, path=f"$.{name}", code="wrong_type")
    if isinstance(value, str):
        limit = _MAX_TEXT if name in _LONG or name.startswith("attributes.") else MAX_TEXT
        return nfc(gate_text(value, f"$.{name}", limit=limit))
    gate_text(text, f"$.{name}", limit=_MAX_WRITTEN)
    return value


def _written(found: Field, value: object) -> str | None:
    """Return the value as JSON text; None when it does not come back from it as it was."""
    try:
        text = canonical_json(found.encode(value))
        return text if found.decode(json.loads(text)) == value else None
    except Exception:  # noqa: BLE001 - any class of misfit is the same answer
        return None


def _is_text(name: str) -> bool:
    return name not in _OBJECTS and not name.startswith("attributes.")


_MAX_TEXT = 65_536
_MAX_WRITTEN = 1024 * 1024
_MAX_NAME = 2 * MAX_TEXT  # of a field: a column's name behind its prefix
_LONG = {"notes", "address.raw"}
_OBJECTS = {"addresses", "relations", "address.lines", "handles"}
_PARSERS: Mapping[str, Callable[[str, str | None], object]] = {
    "emails": lambda text, _: parse_email(text),
    "phones": lambda text, region: parse_phone(text, region=region),
    "handles": lambda text, _: parse_handle(ContactKind.MESSAGING, text),
    "birth_on": lambda text, _: parse_date(text),
}


def _readable(name: str, value: object) -> object:
    if isinstance(value, ContactPoint) and value.match_form is None:
        message = f"found text that is no {value.kind.value}"
        raise InputError(message, path=f"$.{name}", code="unreadable")
    return value
