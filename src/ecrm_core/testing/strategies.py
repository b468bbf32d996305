"""Strategies: Hypothesis draws of records, cells, corrections and consents with valid values.

They draw from few keys, times and values on purpose, so that statements meet, tie and repeat; and
from all of Unicode that the gates let through, so that nothing depends on ASCII.
``register_strategies()`` makes them what ``st.from_type(SourceRecord)`` draws.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from ecrm_core.customers import (
    ANY_CHANNEL,
    CLEARED,
    FIELDS,
    Address,
    ConsentState,
    ConsentStatement,
    ContactKind,
    ContactPoint,
    Correction,
    FieldValue,
    Profile,
    Relation,
    RelationKind,
    SourceKey,
    SourceRecord,
    Stated,
    Verification,
    VerificationState,
    field_of,
    parse_email,
    parse_handle,
    unify,
)
from ecrm_core.customers.correction import replaced_digest
from ecrm_core.kernel import CustomerId, Money, derive_id, instant_text

__all__ = [
    "NAMES",
    "addresses",
    "attribute_values",
    "cells",
    "consents",
    "contacts",
    "corrections",
    "instants",
    "json_values",
    "profiles",
    "records",
    "register_strategies",
    "relations",
    "source_keys",
    "stated",
    "texts",
    "values",
]

NAMES = (*FIELDS, "attributes.size", "attributes.점수", "unmapped.$.a[0].b", "unmapped.note")
"""Every field by name, with custom and unmapped ones."""

_ZONES = [UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-5, minutes=-30))]
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
_SOMEBODY = CustomerId(derive_id("cus", "main", "shop", "1"))


def texts(*, min_size: int = 1, max_size: int = 20) -> st.SearchStrategy[str]:
    """Draw text that the gates let through: no NUL, no lone surrogate."""
    allowed = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
    few = [text for text in ("Kim", "김", "O'Neill", "山田 太郎", "é", "e\u0301", "ß")
           if min_size <= len(text) <= max_size]  # fmt: skip
    return st.text(allowed, min_size=min_size, max_size=max_size) | st.sampled_from(few or ["a"])


def instants() -> st.SearchStrategy[datetime]:
    """Draw aware instants: often one of seven, in several zones, sometimes any from 1970 on."""
    few = st.builds(
        lambda hours, zone: (_NOON + timedelta(hours=hours)).astimezone(zone),
        st.integers(-3, 3),
        st.sampled_from(_ZONES),
    )
    first, last = datetime(1970, 1, 1), datetime(9999, 12, 1)  # noqa: DTZ001 - drawn with a zone
    return few | st.datetimes(first, last, timezones=st.sampled_from(_ZONES))


def source_keys(sources: Sequence[str] = ("shop", "mail", "till")) -> st.SearchStrategy[SourceKey]:
    """Draw keys: one of these sources, and often one of three ids."""
    ids = st.sampled_from(["1", "2", "é/3"]) | texts(max_size=200).filter(str.strip)
    return st.builds(SourceKey, st.sampled_from(list(sources)), ids)


def json_values() -> st.SearchStrategy[object]:
    """Draw JSON values as ``parse_json`` gives them, and such as look like tags of ours."""
    numbers = st.decimals(
        allow_nan=False, allow_infinity=False, places=2, min_value=-1, max_value=9
    )
    leaves = st.none() | st.booleans() | st.integers(-2, 2) | numbers | texts(min_size=0)
    keys = st.sampled_from(["$decimal", "$cleared", "$value", "$money", "a"]) | texts(min_size=0)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=6,
    )


def attribute_values() -> st.SearchStrategy[object]:
    """Draw values of custom fields: equal ones of different types among them."""
    few = [1, True, Decimal(1), Decimal("1.0"), "1", ("1",), Money(1, "EUR"), Money("1.0", "EUR")]
    dates = st.dates(_NOON.date().replace(year=1900), _NOON.date().replace(year=9999))
    return (
        st.sampled_from(few)
        | st.integers(-(10**39), 10**39)
        | st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-99, max_value=99)
        | instants().map(lambda at: at.astimezone(UTC))
        | dates
        | texts(min_size=0)
        | st.lists(texts(), max_size=3).map(tuple)
    )


def contacts(kind: ContactKind) -> st.SearchStrategy[ContactPoint]:
    """Draw contact points of this kind: readable and unreadable, relays, verified ones."""
    if kind is ContactKind.EMAIL:
        plain = _emails()
    elif kind is ContactKind.PHONE:
        plain = st.builds(_phone, st.integers(0, 3) | st.integers(0, 10**8), st.none() | _digits())
    else:
        plain = texts().filter(str.strip).map(lambda text: parse_handle(kind, text))
    unread = texts().map(lambda raw: ContactPoint(kind=kind, raw=raw))
    dressed = st.builds(
        lambda contact, **more: type(contact)(**_parts(contact) | more),
        plain,
        preferred=st.booleans(),
        relay=st.booleans(),
        purpose=st.none() | st.just("work"),
        verification=st.none() | _verifications(),
    )
    return plain | unread | dressed


def _emails() -> st.SearchStrategy[ContactPoint]:
    few = st.sampled_from(["kim@example.com", "Kim+shop@example.com", "lee@example.kr"])
    local = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
    return (few | local.map(lambda part: f"{part}@example.com")).map(parse_email)


def _digits() -> st.SearchStrategy[str]:
    return st.text(string.digits, min_size=1, max_size=4)


def _phone(number: int, extension: str | None) -> ContactPoint:
    """Return a number as ``parse_phone`` would, without its tables: fictional, in Korea."""
    digits = f"822{number:08}"
    return ContactPoint(kind=ContactKind.PHONE, raw=f"+{digits}", normalised=f"+{digits}",
                        match_form=digits, extension=extension)  # fmt: skip


def _verifications() -> st.SearchStrategy[Verification]:
    at = st.none() | instants()
    return st.builds(Verification, state=st.sampled_from(VerificationState), at=at)


def _parts(contact: ContactPoint) -> dict[str, object]:
    names = ("kind", "raw", "normalised", "match_form", "extension", "service")
    return {name: getattr(contact, name) for name in names}


def addresses() -> st.SearchStrategy[Address]:
    """Draw postal addresses, in parts or raw alone."""
    part = st.none() | texts()
    return st.builds(
        Address,
        country=st.sampled_from([None, "KR", "JP", "DE"]),
        lines=st.lists(texts(), max_size=2).map(tuple),
        locality=part,
        postal_code=part,
        recipient=part,
        raw=part,
    )


def relations() -> st.SearchStrategy[Relation]:
    """Draw relations, open and ended ones."""
    day = st.none() | st.dates(_NOON.date(), _NOON.date().replace(year=2030))
    return st.builds(
        Relation,
        kind=st.sampled_from(RelationKind),
        other=st.none() | st.just("shop/1"),
        other_name=texts(),
        role=st.none() | texts(),
        from_on=day,
        until_on=day,
    )


_VALUES: Mapping[str, st.SearchStrategy[FieldValue]] = {
    "address.country": st.sampled_from(["KR", "JP", "DE"]),
    "address.lines": st.lists(texts(), max_size=3).map(tuple),
    "birth_on": st.dates(_NOON.date().replace(year=1900), _NOON.date()),
    "emails": contacts(ContactKind.EMAIL),
    "phones": contacts(ContactKind.PHONE),
    "handles": contacts(ContactKind.MESSAGING) | contacts(ContactKind.SOCIAL),
    "addresses": addresses(),
    "relations": relations(),
}


@cache  # a strategy made anew for every draw costs more than the draw
def values(name: str) -> st.SearchStrategy[FieldValue]:
    """Draw what a record may state for this field: the whole list where it is a list field."""
    element = _element(name)
    return st.lists(element, max_size=3).map(tuple) if field_of(name).many else element


@cache
def _element(name: str) -> st.SearchStrategy[FieldValue]:
    if name.startswith("attributes."):
        return attribute_values()
    if name.startswith("unmapped."):
        return json_values()
    return _VALUES.get(name, texts())


@cache
def stated(name: str) -> st.SearchStrategy[Stated]:
    """Draw a cell of this field: a value or CLEARED, with a source's clock or that of receipt."""
    held = values(name) | st.just(CLEARED)
    by_source = st.builds(Stated, held, instants(), instants())
    by_receipt = st.builds(lambda value, at: Stated(value, at, at, "receipt"), held, instants())
    return by_source | by_receipt


def cells(names: Sequence[str] = NAMES) -> st.SearchStrategy[dict[str, Stated]]:
    """Draw cells for some of these fields."""
    return _cells(st.lists(st.sampled_from(list(names)), unique=True, max_size=5))


@st.composite
def _cells(draw: st.DrawFn, names: st.SearchStrategy[list[str]]) -> dict[str, Stated]:
    return {name: draw(stated(name)) for name in draw(names)}


def records(
    keys: st.SearchStrategy[SourceKey] | None = None, names: Sequence[str] = NAMES
) -> st.SearchStrategy[SourceRecord]:
    """Draw records with cells for some of these fields; ``keys`` draws their keys."""
    return st.builds(SourceRecord, source_keys() if keys is None else keys, cells(names))


def profiles() -> st.SearchStrategy[Profile]:
    """Draw what is known of one customer: up to three records, unified."""
    return st.lists(records(), max_size=3).map(lambda told: unify(told, id=_SOMEBODY))


def corrections(names: Sequence[str] = tuple(FIELDS)) -> st.SearchStrategy[Correction]:
    """Draw rulings on values, elements and missing fields, some pinned, as if by ``correct``."""
    return st.sampled_from(list(names)).flatmap(_ruling)


@cache
def _ruling(name: str) -> st.SearchStrategy[Correction]:
    element = _element(name)
    return st.builds(
        _correction,
        st.just(name),
        st.none() | element,
        element | st.just(CLEARED),
        instants(),
        pin=st.booleans(),
    )


def _correction(
    name: str, wrong: FieldValue, right: FieldValue, at: datetime, *, pin: bool
) -> Correction:
    replaces, new = replaced_digest(name, wrong), replaced_digest(name, right)
    return Correction(
        id=derive_id("cor", name, str(replaces), str(new), instant_text(at), str(pin)),
        customer=_SOMEBODY,
        field_name=name,
        replaces=replaces,
        value=right,
        at=at,
        by="ada",
        pin=pin,
    )


def consents(
    subjects: Sequence[str] = ("email:kim@example.com", "customer:cus_1", "customer:cus_2"),
    brands: Sequence[str | None] = (None,),
) -> st.SearchStrategy[ConsentStatement]:
    """Draw statements about these subjects, to these brands.

    They are on two channels, every channel, and two purposes.
    """
    return st.builds(
        ConsentStatement,
        subject=st.sampled_from(list(subjects)),
        channel=st.sampled_from(["email", "sms", ANY_CHANNEL]),
        purpose=st.sampled_from(["marketing", "service"]),
        state=st.sampled_from(ConsentState),
        at=instants(),
        source=st.sampled_from(["shop", "mail"]),
        by=st.none() | texts(),
        double_opt_in=st.booleans(),
        confirmed_at=st.none() | instants(),
        expires_at=st.none() | instants(),
        night=st.booleans(),
        snapshot=st.booleans(),
        evidence=st.none() | texts(),
        brand=st.sampled_from(list(brands)),
    )


def register_strategies() -> None:
    """Tell Hypothesis how to draw the parts of a customer by their type, from now on.

    Call it once, in a conftest: ``st.from_type(SourceRecord)``, ``st.builds`` and ``@given(...)``
    by annotation then draw valid records.
    """
    kinds = (ContactKind.EMAIL, ContactKind.PHONE, ContactKind.MESSAGING)
    contact = st.one_of(*map(contacts, kinds))
    st.register_type_strategy(Address, addresses())
    st.register_type_strategy(ConsentStatement, consents())
    st.register_type_strategy(ContactPoint, contact)
    st.register_type_strategy(Correction, corrections())
    st.register_type_strategy(Profile, profiles())
    st.register_type_strategy(Relation, relations())
    st.register_type_strategy(SourceKey, source_keys())
    st.register_type_strategy(SourceRecord, records())
    st.register_type_strategy(Stated, st.sampled_from(NAMES).flatmap(stated))
