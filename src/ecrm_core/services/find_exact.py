"""Found exactly: customers by id, by the id at a source, by a number of an order, by an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import Enum
from typing import Any, Final

from attrs import frozen

from ecrm_core.customers import (
    HOMES,
    KEYSET,
    RECORDS,
    SEARCH_KEYS,
    ContactKind,
    SourceKey,
    address_subject,
    home_id,
    parse_email,
    parse_phone,
)
from ecrm_core.errors import InputError
from ecrm_core.kernel import CustomerId, Kind, fold
from ecrm_core.ports import Store
from ecrm_core.services.identity import identity_of
from ecrm_core.timeline import INTERACTIONS, Interaction

__all__ = ["Clue", "Way", "by_addresses", "by_ids"]


class Way(Enum):
    """How a customer was found: by what, whether exactly, and why in words."""

    ID = ("id", True, "the text is her id, or the key of a record of hers")
    EXTERNAL_ID = ("external id", True, "a source knows her by this id")
    REFERENCE = ("reference", True, "an event of hers has this number")
    EMAIL = ("email", True, "the e-mail address is the same")
    PHONE = ("phone", True, "the phone number is the same")
    HANDLE = ("handle", True, "the handle is the same")
    NAME = ("name", True, "the name is the same")
    NAME_BEGINS = ("name", False, "the name begins so, in one of its orders")
    WORD_BEGINS = ("name", False, "a word of the name begins so")
    EMAIL_BEGINS = ("email", False, "the e-mail address begins so")
    PHONE_ENDS = ("phone", False, "the phone number ends so")
    SOUNDS = ("romanised", False, "the name in Hangul sounds so in Latin letters")
    WORDS_BEGIN = ("name", False, "words of the name begin so, in any order")
    SLIP = ("name", False, "nobody is called so; one letter otherwise the name begins so")

    def __init__(self, by: str, exact: bool, why: str) -> None:  # noqa: FBT001 - a row of the table
        """Take the row apart."""
        self.by, self.exact, self.why = by, exact, why


@frozen
class Clue:
    """One home that a text leads to, and how; ``brand`` is the shop of the event it is known by."""

    home: CustomerId
    way: Way
    brand: str | None = None


_HASHED = re.compile(r"(?:[^/]*/)?p_[0-9a-f]{32}")
_SOURCES: Final = 50
_EVENTS: Final = 100
_LAST: Final = "\U0010ffff"


def by_ids(store: Store, text: str) -> Iterator[Clue]:
    """Go through homes by id and source key, by the id at any source, by the number of an event.

    The stand-in of a personal key leads to nobody.
    """
    if not text or _HASHED.fullmatch(text):
        return
    with suppress(InputError):  # most texts are no id
        home = identity_of(store, text)
        if store.get_many(HOMES, [(home,)]):
            yield Clue(home, Way.ID)
    yield from (Clue(home, Way.EXTERNAL_ID) for home in _known_as(store, text))
    for told in _events(store, text):
        if told.home_id is not None:
            yield Clue(told.home_id, Way.REFERENCE, told.brand)


def by_addresses(store: Store, text: str, region: str | None) -> Iterator[Clue]:
    """Go through homes by a whole e-mail address, phone number or handle (service:name)."""
    email, phone = parse_email(text), parse_phone(text, region=region)
    asked = {address_subject(email): Way.EMAIL} if email.match_form else {}
    asked |= {address_subject(phone): Way.PHONE} if phone.match_form else {}
    handles = (ContactKind.MESSAGING, ContactKind.SOCIAL) if ":" in text else ()
    asked |= {f"{kind.value}:{fold(text)}": Way.HANDLE for kind in handles}
    found = store.find_many(SEARCH_KEYS, "by_key", [(KEYSET, subject) for subject in asked])
    for subject, way in asked.items():
        yield from (Clue(row.value.home_id, way) for row in found.get((KEYSET, subject), ()))


def _known_as(store: Store, text: str) -> Iterable[CustomerId]:
    keys = []
    for source in _sources(store, RECORDS):
        with suppress(InputError):
            keys.append(SourceKey(source, text))
    homes = [home_id(store.tenant, key) for key in keys]
    there = store.get_many(HOMES, [(home,) for home in homes])
    return [home for home in homes if (home,) in there]


def _events(store: Store, text: str) -> Iterable[Interaction]:
    """Return events by the number people say, with "#" or without, or by what they belong to."""
    number = text.removeprefix("#")
    forms = {spelled for each in (number, number.upper(), number.lower())
             for spelled in (each, f"#{each}")}  # fmt: skip
    told = store.find_many(INTERACTIONS, "by_reference", [(f,) for f in sorted(forms)],
                           limit=_EVENTS)  # fmt: skip
    keys = [(source, text) for source in _sources(store, INTERACTIONS)]
    tied = store.find_many(INTERACTIONS, "by_correlation", keys, limit=_EVENTS)
    rows = (row for found in (told, tied) for key in sorted(found) for row in found[key])
    return [row.value for row in rows]


def _sources(store: Store, kind: Kind[Any]) -> list[str]:
    """Return the sources that have rows of a Kind whose key begins with one: from one to the next.

    No more than the first 50 by name.
    """
    found: list[str] = []
    after = None
    while len(found) < _SOURCES:
        page = store.scan(kind, after=after, limit=1)
        if not page.rows:
            break
        found.append(kind.key_of(page.rows[0].value)[0])
        after = (found[-1], _LAST)
    return found
