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
_TITLES = ("organisation.legal", "organisation.trading")
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
    return frozenset({*_words(record, names), *_sounds(record)})


def _words(record: SourceRecord, names: list[str]) -> Iterator[MatchKey]:
    """Go through one key for each word of a name that no key begins with yet."""
    for text in _texts(record):
        words = strip_accents(name_key(text)).split()[:_WORDS]
        for at, word in enumerate(words):
            if word not in _LEGAL_FORMS and not _begins(word, names):
                names.append(_joined([*words[at:], *words[:at]])[:MAX_NAME_KEY])
                yield MatchKey("word", names[-1])


def _begins(word: str, names: Iterable[str]) -> bool:
    whole = word if script_of(word) in _UNSPACED else f"{word} "
    return any(name == word or name.startswith(whole) for name in names)


def _joined(words: list[str]) -> str:
    return ("" if script_of(words[0]) in _UNSPACED else " ").join(words)


def _texts(record: SourceRecord) -> Iterator[str]:
    """Go through the names of a record, those in more words later: of a word one key is enough."""
    parts = [record.value(f"name.{part}") or "" for part in ("given", "middle", "family")]
    stated = [" ".join(filter(None, parts)), record.value("name.full"),
              record.value("name.phonetic"), *map(record.value, _TITLES)]  # fmt: skip
    for text in filter(None, stated):
        yield text[:MAX_TEXT]
    yield from (" ".join(reversed(split)) for split in _split(record) if split[0])


def _sounds(record: SourceRecord) -> Iterator[MatchKey]:
    """Go through what Hangul sounds like, family name first and last."""
    for family, given in _split(record):
        sound = latin_sounds(romanised(given))
        name = family if family in hangul_families() else latin_sounds(romanised(family))
        for words in {(name, sound), (sound, name)}:
            yield MatchKey("sound", " ".join(filter(None, words))[:MAX_NAME_KEY])


def _split(record: SourceRecord) -> Iterator[tuple[str, str]]:
    """Go through family and given name in Hangul, as stated or else by the family names known."""
    given, family = (name_key((record.value(f"name.{part}") or "")[:MAX_TEXT]).replace(" ", "")
                     for part in ("given", "family"))  # fmt: skip
    if _hangul(given or family) and _hangul(family or given):
        yield family, given
        return
    full = name_key((record.value("name.full") or "")[:MAX_TEXT]).replace(" ", "")
    split = split_hangul(full) if _hangul(full) else None
    if split is not None:
        yield split


def _hangul(text: str) -> bool:
    return script_of(text) == "hangul"
