"""Match keys: what two records of one person nearly always share, beside addresses and names.

Initials with the date of birth, that date with the postal code, street with town, a national id.
With the keys people are searched by they bring together most records of one person, and few others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from ecrm_core.customers.address import Address
from ecrm_core.customers.keys import MatchKey
from ecrm_core.customers.names import name_key
from ecrm_core.customers.record import SourceRecord
from ecrm_core.kernel import MAX_TEXT, fold, script_of, strip_accents

__all__ = ["MATCH_KEYSET", "match_keys"]

MATCH_KEYSET: Final = "match-1"
"""The version of the derivation below: another one gets another name."""
_PLACES = 3  # addresses of one record
_LONGEST = 120
_UNSPACED = frozenset({"hangul", "han", "kana"})


def match_keys(record: SourceRecord) -> frozenset[MatchKey]:
    """Return the keys of a record that only matching looks under; text is folded for them."""
    return frozenset(_keys(record))


def _keys(record: SourceRecord) -> Iterator[MatchKey]:
    places = list(_places(record))
    for street, town, _ in places:
        if street and town:
            yield MatchKey("home", f"{street}|{town}")
    if number := _plain(record.value("national_id")):
        yield MatchKey("national_id", number)
    born = record.value("birth_on")
    if isinstance(born, date):
        day = born.isoformat()
        for initials in sorted(set(filter(None, map(_initials, _names(record))))):
            yield MatchKey("born", f"{day}|{initials}")
        for _, _, code in places:
            if code:
                yield MatchKey("born_at", f"{day}|{code}")


def _names(record: SourceRecord) -> Iterator[str]:
    full = record.value("name.full")
    given, family = record.value("name.given"), record.value("name.family")
    if full:
        yield full
    if given and family:
        unspaced = script_of(family) in _UNSPACED
        yield f"{family}{given}" if unspaced else f"{given} {family}"


def _initials(name: str) -> str:
    """Return the first letters of the first and the last word, in alphabetical order.

    Of a name written without spaces, the first sign: where the family's ends nobody can say.
    """
    words = strip_accents(name_key(name[:MAX_TEXT])).split()
    if not words:
        return ""
    if script_of(words[0]) in _UNSPACED:
        return words[0][0]
    return "".join(sorted({words[0][0], words[-1][0]}))


def _places(record: SourceRecord) -> Iterable[tuple[str, str, str]]:
    """Return street, town and postal code of the addresses, each once."""
    lines, town = record.value("address.lines"), record.value("address.locality")
    found = [_place(lines, town, record.value("address.postal_code"))]
    listed: Iterable[Address] = record.value("addresses") or ()
    found += [_place(held.lines, held.locality, held.postal_code) for held in listed]
    return list(dict.fromkeys(filter(any, found)))[:_PLACES]


def _place(lines: Iterable[str] | None, town: str | None, code: str | None) -> tuple[str, str, str]:
    return _plain(" ".join(lines or ())), _plain(town), _plain(code)


def _plain(text: str | None) -> str:
    """Return the letters and digits of a text, folded and without accents."""
    if not text:
        return ""
    folded = strip_accents(fold(text[:MAX_TEXT]))
    return "".join([sign for sign in folded if sign.isalnum()])[:_LONGEST]
