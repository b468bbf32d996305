"""Addresses, and the country a text names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from attrs import frozen

from ecrm_core.customers.data import load_data
from ecrm_core.kernel import Private, fold, gate_text, strip_accents

__all__ = ["Address", "parse_country"]

_SIGNS = re.compile(r"[^\w\s]|_")
_LONGEST = 100  # the longest name in the table has 52 letters
_SMALL = frozenset({"the", "and", "of"})


@frozen(kw_only=True, repr=False)
class Address(Private):
    """A postal address as a source states it.

    ``country`` is ISO 3166-1 alpha-2, or None where the text names none (``raw`` keeps it);
    ``area`` is a state, province, prefecture or 시/도, ``locality`` the town or city; ``recipient``
    may be someone else. ``area_code`` is the area as ISO 3166-2 codes it behind the country ("CA"),
    where the source says it beside the name.
    """

    country: str | None = None
    lines: tuple[str, ...] = ()
    locality: str | None = None
    area: str | None = None
    postal_code: str | None = None
    recipient: str | None = None
    organisation: str | None = None
    phone: str | None = None
    raw: str | None = None
    area_code: str | None = None

    @property
    def identity(self) -> str:
        """What makes two statements the same address: the place, folded, without signs.

        Recipient, organisation and phone are who is there, not where; an address without a place
        is known by its raw text.
        """
        place = (self.country, *self.lines, self.locality, self.area, self.postal_code)
        parts = [_SIGNS.sub("", fold(part)) for part in place if part]
        return "|".join(parts) if parts else f"~{fold(self.raw or '')}"


def parse_country(text: str, path: str = "$") -> str | None:
    """Return the ISO 3166-1 alpha-2 code a text names; None when it names none for certain.

    Takes alpha-2, alpha-3, and names in English, Korean, Japanese, Chinese and the large European
    languages as well as a country's own (Unicode CLDR). England, Scotland, Wales and Northern
    Ireland are GB; "Congo" alone is CG, its short name in ISO 3166. Raises InputError for text of
    more than 512 characters, NUL and lone surrogates.
    """
    given = gate_text(text, path).strip()
    if len(given) == 2 and given in load_data("countries"):
        return given  # what nearly every row says
    if len(given) > _LONGEST:
        return None
    return _countries().get(_country_key(given))


def _country_key(text: str) -> str:
    """One spelling for "Korea, Republic of", "republic of korea" and "Côte d'Ivoire"."""
    bare = strip_accents(_SIGNS.sub(" ", fold(text).replace("&", " and ").replace(".", "")))
    return " ".join(sorted(word for word in bare.split() if word not in _SMALL)) or bare


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """Every code and name of the table by its key; the table was checked to hold no clash."""
    table = load_data("countries")
    return {_country_key(name): code for code, names in table.items() for name in (code, *names)}
