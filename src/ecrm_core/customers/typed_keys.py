"""Typed keys: what a name is found by while somebody types, beside the keys of whole names.

They are built beside the older key set, whose rows stay what they are: the rest of a name that
begins with a later word of it, and what a name in Hangul sounds like in Latin letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ecrm_core.customers.keys import MAX_NAME_KEY, MatchKey
from ecrm_core.customers.korean import hangul_families, latin_sounds, romanised, split_hangul
from ecrm_core.customers.names import name_key
from ecrm_core.customers.record import SourceRecord
from ecrm_core.kernel import MAX_TEXT, script_of, strip_accents

__all__ = ["TYPED_KEYSET", "typed_forms", "typed_keys"]

TYPED_KEYSET: Final = "typed-1"
"""The version of the derivation below: another one gets another name."""
_WORDS: Final = 6  # of one name, from the first on
_UNSPACED = frozenset({"hangul", "han", "kana"})
_LEGAL_FORMS = frozenset(
    "ag bv co company corp corporation gmbh inc kg kk limited llc llp ltd nv oy plc pty sa sarl "  # noqa: SIM905 - a list of words
    "sas spa srl 주식회사 유한회사 株式会社".split()
)


def typed_forms(text: str) -> tuple[str, ...]:
    """Return the forms under which a name that begins with the text may be kept, each once.

    Folded as names are; Latin letters as typed and without accents, Hangul, kana and Chinese
    characters as typed and without spaces. None for text that says nothing.
    """
    key = name_key(text)
    other = key.replace(" ", "") if script_of(key) in _UNSPACED else strip_accents(key)
    return tuple(dict.fromkeys(form[:MAX_NAME_KEY] for form in (key, other) if form))


def typed_keys(record: SourceRecord, whole: Iterable[MatchKey]) -> frozenset[MatchKey]:
    """Return the keys of a record beside ``whole``, those of its addresses and whole names."""
    names = [key.form for key in whole if key.kind == "name"]
    split = _split(record)
    found = {MatchKey("word", word) for word in _words(names, split)}
    if split is not None:
        found.update(MatchKey("sound", sound) for sound in _sounds(*split))
    return frozenset(found)


def _words(names: list[str], split: tuple[str, str] | None) -> Iterator[str]:
    """Go through one turned name for each word that no name begins with yet."""
    begun = {name.partition(" ")[0] for name in names}
    for name in sorted(names, key=lambda each: (len(each), each)):
        if " " not in name or not (name.isascii() or strip_accents(name) == name):
            continue  # the same without accents is among them
        words = name.split(" ")[:_WORDS]
        for at, word in enumerate(words):
            if word not in begun and word not in _LEGAL_FORMS:
                begun.add(word)
                yield _joined([*words[at:], *words[:at]])[:MAX_NAME_KEY]
    family, given = split or ("", "")
    if family and given and not any(name.startswith(given) for name in names):
        yield f"{given}{family}"[:MAX_NAME_KEY]


def _joined(words: list[str]) -> str:
    return ("" if script_of(words[0]) in _UNSPACED else " ").join(words)


def _sounds(family: str, given: str) -> Iterator[str]:
    """Go through what a name in Hangul sounds like, family name first and last."""
    sound = latin_sounds(romanised(given))
    known = family if family in hangul_families() else latin_sounds(romanised(family))
    for words in ((known, sound), (sound, known)):
        yield " ".join(filter(None, words))[:MAX_NAME_KEY]


def _split(record: SourceRecord) -> tuple[str, str] | None:
    """Return family and given name in Hangul, as stated or else by the family names known."""
    given, family = record.value("name.given"), record.value("name.family")
    if given or family:
        stated = _hangul(family), _hangul(given)
        if all((stated[0] or not family, stated[1] or not given)):
            return stated
    full = _hangul(record.value("name.full"))
    return split_hangul(full) if full else None


def _hangul(text: str | None) -> str:
    """Return a text in Hangul as keys have it, without spaces; empty for any other."""
    if not text or text.isascii():
        return ""
    key = name_key(text[:MAX_TEXT]).replace(" ", "")
    return key if script_of(key) == "hangul" else ""
