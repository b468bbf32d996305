"""Names of people: the full name is the truth, parts are what a source stated, nothing is guessed.

One-letter names, mononyms, apostrophes, hangul, kanji, kana and Arabic are ordinary names; no
pattern judges them. Order of parts: Unicode CLDR, "Person Names" (UTS #35 part 8).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum

from attrs import frozen

from ecrm_core.kernel import (
    MAX_TEXT,
    Private,
    fold,
    gate_text,
    hiragana,
    nfc,
    script_of,
    squeeze,
    strip_accents,
)

__all__ = ["NameOrder", "PersonName", "compose_name", "name_key", "name_search_keys", "parse_name"]

_UNSPACED = frozenset({"hangul", "han"})
_FAMILY_FIRST = frozenset({"hangul", "han", "kana"})
_APOSTROPHES = frozenset("'’‘ʼʻ´`＇")
_SIGNS = re.compile(r"[^\w\s]|_")


class NameOrder(Enum):
    """Which part stands first in the full name."""

    GIVEN_FIRST = "given_first"
    FAMILY_FIRST = "family_first"


@frozen(kw_only=True, repr=False)
class PersonName(Private):
    """A person's name: ``full`` as she writes it, and the parts a source stated.

    ``phonetic`` is the reading (kana for kanji), ``locale`` a BCP 47 tag where a source states one;
    ``order`` is None where the parts are unknown or there is but one.
    """

    full: str
    given: str | None = None
    family: str | None = None
    middle: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    phonetic: str | None = None
    order: NameOrder | None = None
    locale: str | None = None


def parse_name(raw: str, path: str = "$", *, locale: str | None = None) -> PersonName | None:
    """Return the name as written, in NFC with single spaces and unsplit; None for a blank one.

    Raises InputError for text of more than 512 characters, NUL and lone surrogates.
    """
    full = nfc(squeeze(gate_text(raw, path)))
    return PersonName(full=full, locale=locale) if full else None


def compose_name(
    *,
    given: str | None = None,
    family: str | None = None,
    middle: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
    phonetic: str | None = None,
    locale: str | None = None,
) -> PersonName | None:
    """Return the name whose full form is built from its parts; None when no part says anything.

    The script decides, never the locale (a shop states the language of its page, not of a name):
    hangul and han stand family first without a space (김민준, 山田太郎, 佐藤さくら), kana family
    first with one (ヤマダ タロウ: readings are written so, and the border is not lost), any other
    script given first. Raises InputError as parse_name does, with the part as its path.
    """
    given, family = _clean(given, "$.given"), _clean(family, "$.family")
    middle, phonetic = _clean(middle, "$.middle"), _clean(phonetic, "$.phonetic")
    prefix, suffix = _clean(prefix, "$.prefix"), _clean(suffix, "$.suffix")
    order = _order(given, family)
    core = _core(order, given, middle, family)
    # A reading alone is a name too: forms ask for it and leave the kanji out.
    core = core or phonetic or ""
    if not core:
        return None
    full = " ".join([part for part in (prefix, core, suffix) if part])
    return PersonName(
        full=full, given=given, family=family, middle=middle, prefix=prefix, suffix=suffix,
        phonetic=phonetic, order=order, locale=locale,
    )  # fmt: skip


def _clean(text: str | None, path: str) -> str | None:
    return (nfc(squeeze(gate_text(text, path))) or None) if text else None


def _order(given: str | None, family: str | None) -> NameOrder | None:
    if not given or not family:
        return None
    scripts = {script_of(given), script_of(family)}
    return NameOrder.FAMILY_FIRST if scripts <= _FAMILY_FIRST else NameOrder.GIVEN_FIRST


def _core(
    order: NameOrder | None, given: str | None, middle: str | None, family: str | None
) -> str:
    if order is not NameOrder.FAMILY_FIRST:
        return " ".join([part for part in (given, middle, family) if part])
    parts = [part for part in (family, given, middle) if part]
    spaced = _UNSPACED.isdisjoint([script_of(part) for part in parts])
    return (" " if spaced else "").join(parts)


def name_key(text: str) -> str:
    """Return the folded, punctuation-free form a name is searched by; idempotent.

    O'Neill is "oneill", Anne-Marie "anne marie"; katakana and hiragana are one. What is typed into
    a search box goes through the same function. Only the first 512 characters count.
    """
    folded = fold(text[:MAX_TEXT])
    if folded.isascii() and folded.replace(" ", "").isalnum():
        return folded  # no kana, no sign
    folded = hiragana(folded)
    if folded.replace(" ", "").isalpha():
        return folded
    # A name of signs alone stays findable by them.
    return squeeze(_SIGNS.sub(_unsigned, folded)) or folded


def _unsigned(sign: re.Match[str]) -> str:
    if unicodedata.category(sign[0]).startswith("M"):
        return sign[0]  # vowel signs belong to the letter (Devanagari, Thai, Arabic)
    return "" if sign[0] in _APOSTROPHES else " "


def name_search_keys(name: PersonName) -> tuple[str, ...]:
    """Return the keys that find the name by prefix, sorted, each once.

    They are: the full name, given and family in both orders and the reading; for hangul, han and
    kana also without spaces, for Latin also without accents.
    """
    return tuple(sorted({form for text in _texts(name) for form in _forms(name_key(text)) if form}))


def _texts(name: PersonName) -> Iterator[str]:
    yield name.full
    if name.phonetic:
        yield name.phonetic
    given, family = name.given, name.family
    if given and family:
        yield f"{given} {family}"
        yield f"{family} {given}"
    elif given or family:
        yield given or family or ""


def _forms(key: str) -> Iterator[str]:
    yield key
    if script_of(key) in _FAMILY_FIRST:
        yield key.replace(" ", "")
    elif not key.isascii():
        yield strip_accents(key)
