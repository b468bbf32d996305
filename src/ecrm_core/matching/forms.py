"""Forms: cells as the text they are compared by, whatever spelling, width or case they came in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ecrm_core.customers import name_key, parse_country, parse_email
from ecrm_core.errors import InputError
from ecrm_core.kernel import MAX_TEXT, fold, parse_date, strip_accents
from ecrm_core.matching.names import organisation_form, person_form

__all__ = ["LONGEST", "abbreviated", "form_of"]

LONGEST = 128
"""Characters of a form: likeness of long texts costs the product of their lengths."""
_LETTER = re.compile(r"[^\W_]")
_SIGNS = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("['’`´]")
_COMPACT = re.compile(r"(?:1[6-9]|20)\d{6}", re.ASCII)


def form_of(
    role: str,
    text: str,
    *,
    date_order: str | None = None,
    own: Callable[[str], str | None] | None = None,
) -> str:
    """Return the form of a cell under a role; empty: it says nothing. It never raises.

    ``own`` is the form of a custom field, None where it has none; what that raises is passed on.
    """
    text = text[:MAX_TEXT].replace("\0", "")
    said = own(text) if own is not None and text else None
    if said is not None:
        return said[:LONGEST]
    if role == "birth_date":
        return _date(text, date_order)
    return _FORMS.get(role, _words)(text)[:LONGEST]


def _name(text: str) -> str:
    return person_form(name_key(text))


def _organisation(text: str) -> str:
    return organisation_form(_words(_APOSTROPHES.sub("", text)))


def _words(text: str) -> str:
    return strip_accents(" ".join(_SIGNS.sub(" ", fold(text)).split()))


def _street(text: str) -> str:
    return abbreviated(_words(text))


def abbreviated(text: str) -> str:
    """Return folded words with the kinds of ways in their short form: oak street, oak st."""
    return " ".join([_WAYS.get(word, word) for word in text.split(" ")])


def _letters(text: str) -> str:
    return _SIGNS.sub("", fold(text))


def _phone(text: str) -> str:
    digits = re.sub(r"\D", "", fold(text))
    # A country code or a trunk zero stands before the same nine digits.
    return digits[-9:] if len(digits) > 5 else ""


def _email(text: str) -> str:
    try:
        found = parse_email(text)
    except InputError:
        return ""
    if found.relay:
        return ""  # it reaches somebody and identifies nobody
    return found.match_form or (fold(text) if _LETTER.search(text) else "")


def _country(text: str) -> str:
    try:
        return parse_country(text) or _words(text)
    except InputError:
        return ""


def _date(text: str, order: str | None) -> str:
    digits = re.sub(r"\D", "", fold(text))
    if _COMPACT.fullmatch(digits[:8]) and text[:4].isdigit():
        return digits[:8]
    try:
        return parse_date(text, order=order).strftime("%Y%m%d").zfill(8)
    except InputError:
        return digits  # never guessed: compared as the digits it has


_WAYS: Mapping[str, str] = MappingProxyType({
    "street": "st", "road": "rd", "avenue": "ave", "av": "ave", "lane": "ln",
    "drive": "dr", "court": "ct", "place": "pl", "close": "cl", "boulevard": "blvd",
    "blv": "blvd", "square": "sq", "terrace": "ter", "highway": "hwy", "parkway": "pkwy",
    "crescent": "cres", "circle": "cir", "apartment": "apt", "suite": "ste", "floor": "fl",
    "north": "n", "south": "s", "east": "e", "west": "w", "saint": "st", "mount": "mt",
    "strasse": "str", "platz": "pl", "calle": "c", "avenida": "ave", "plaza": "pl",
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
    "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
})  # fmt: skip
_FORMS: Mapping[str, Callable[[str], str]] = MappingProxyType({
    "full_name": _name, "given_name": _name, "family_name": _name, "middle_name": _name,
    "kana": _name, "email": _email, "phone": _phone, "postcode": _letters,
    "national_id": _letters, "country": _country, "street": _street,
    "organisation": _organisation,
})  # fmt: skip
