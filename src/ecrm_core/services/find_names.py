"""Found by name: as it begins, by any word of it, as it sounds, and with one letter otherwise.

Also by the beginning of an e-mail address and the end of a phone number.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, permutations
from typing import Final
from unicodedata import normalize

from ecrm_core.customers import (
    KEYSET,
    SEARCH_KEYS,
    TYPED_KEYSET,
    SearchKey,
    latin_families,
    latin_sounds,
    one_slip,
    typed_forms,
)
from ecrm_core.kernel import fold, squeeze
from ecrm_core.ports import Store
from ecrm_core.services.find_exact import Clue, Way

__all__ = ["by_email", "by_name", "by_phone", "by_slip", "by_sound", "by_words"]

_NAMES: Final = ((KEYSET, "name"), (TYPED_KEYSET, "word"))
_LEAST_OF_EMAIL: Final = 3
_LEAST_OF_PHONE: Final = 4
_LEAST_WITH_ZERO: Final = 7
_LEAST_OF_SOUND: Final = 2
_WORDS: Final = 3
_HOPS: Final = 24
_PAGES: Final = 4
_LAST: Final = "\U0010ffff"
_BETWEEN: Final = str.maketrans("", "", " -().+/")
_VOWELS: Final = "aeiouyw"


def by_name(store: Store, text: str, many: int) -> Iterator[Clue]:
    """Go through homes whose name is the text, then those with a name or a word that begins so."""
    for (keyset, kind), way in zip(_NAMES, (Way.NAME_BEGINS, Way.WORD_BEGINS), strict=True):
        for form in typed_forms(text):
            for row in _begin(store, (keyset, kind), form, many):
                # In the order of keys the name itself comes before all that begin with it.
                same = kind == "name" and row.key == f"name:{form}"
                yield Clue(row.home_id, Way.NAME if same else way)


def by_email(store: Store, text: str, many: int) -> Iterator[Clue]:
    """Go through homes with an e-mail address that begins with the text: 3 characters or more."""
    form = fold(text)
    if len(form) >= _LEAST_OF_EMAIL and " " not in form:
        for row in _begin(store, (KEYSET, "email"), form, many):
            yield Clue(row.home_id, Way.EMAIL_BEGINS)


def by_phone(store: Store, text: str, many: int) -> Iterator[Clue]:
    """Go through homes with a phone number that ends with the text: 4 digits or more.

    Of 7 or more a leading zero may be the one that is dialled within a country only.
    """
    digits = normalize("NFKC", text).translate(_BETWEEN)
    if not (digits.isdecimal() and digits.isascii() and len(digits) >= _LEAST_OF_PHONE):
        return
    national = digits.lstrip("0") if len(digits) >= _LEAST_WITH_ZERO else digits
    for ends in dict.fromkeys((digits, national)):
        if len(ends) >= _LEAST_OF_PHONE:
            page = store.scan(SEARCH_KEYS, index="by_part", starts=ends[::-1], limit=many)
            for row in page.rows:
                if row.value.key.startswith("phone:"):
                    yield Clue(row.value.home_id, Way.PHONE_ENDS)


def by_sound(store: Store, text: str, many: int) -> Iterator[Clue]:
    """Go through homes with a name in Hangul that sounds like the text in Latin letters."""
    latin = text.lower().replace("h-", "-").replace("-", "")  # Suh-yun: the end of a syllable
    for form in dict.fromkeys(_sounds(squeeze(latin).split())):
        for row in _begin(store, (TYPED_KEYSET, "sound"), form, many):
            yield Clue(row.home_id, Way.SOUNDS)


def _sounds(words: list[str]) -> Iterator[str]:
    """Go through what keys may begin with: family names in Hangul, given names as sounds."""
    if not words or not all(word.isascii() and word.isalpha() for word in words):
        return
    families, whole = latin_families(), "".join(words)
    first, rest, last = words[0], "".join(words[1:]), words[-1]
    for family in families.get(first, (latin_sounds(first),) if rest else ()):
        yield from (f"{family} {sound}".strip() for sound in _ends(rest))
    if rest:
        given = latin_sounds("".join(words[:-1]))
        named = {family for spelled, held in families.items() if spelled.startswith(last)
                 for family in held}  # fmt: skip
        yield from (f"{given} {family}" for family in sorted(named | {latin_sounds(last)}))
    if len(whole) >= _LEAST_OF_SOUND:
        yield from _ends(whole)
        begun = {held for spelled in families if spelled.startswith(whole)
                 for held in families[spelled]}  # fmt: skip
        yield from sorted(begun)


def _ends(latin: str) -> Iterator[str]:
    """Go through the sounds of a beginning; vowels at its end may be half of another."""
    yield latin_sounds(latin)
    for short in (latin[:-1], latin[:-2]):
        if len(short) >= _LEAST_OF_SOUND and not latin[len(short) :].strip(_VOWELS):
            yield latin_sounds(short)


def by_words(store: Store, text: str, many: int) -> Iterator[Clue]:
    """Go through homes with a name of which words begin with those of the text, in any order.

    Of two or three words. The first words of names that begin with one of them are gone through,
    then names that begin with it, so many at the most, for those where the other words come later;
    the next way is taken where the one before finds nobody.
    """
    words = typed_forms(text)[-1].split() if typed_forms(text) else []
    if not 1 < len(words) <= _WORDS:
        return
    ways = [_turned(store, words, many)]
    ways += [_led(store, words, at, many) for at in _longest(words)]
    ways += [_mixed(store, words, at, many) for at in _longest(words)]
    for rows in ways:
        anybody = False
        for row in rows:
            anybody = True
            yield Clue(row.home_id, Way.WORDS_BEGIN)
        if anybody:
            return


def _turned(store: Store, words: list[str], many: int) -> Iterator[SearchKey]:
    """Go through the words in the other orders: all of them but the last are whole."""
    for order in islice(permutations(words), 1, None):
        for names in _NAMES:
            yield from _begin(store, names, " ".join(order), many)


def _led(store: Store, words: list[str], at: int, many: int) -> Iterator[SearchKey]:
    """Go through names of which the first word begins with one of the words, then the others."""
    others = " ".join([*words[:at], *words[at + 1 :]])
    for names in _NAMES:
        for whole in _hops(store, names, words[at]):
            yield from _begin(store, names, f"{whole} {others}", many)


def _mixed(store: Store, words: list[str], at: int, many: int) -> Iterator[SearchKey]:
    """Go through names that begin with one of the words and have the others anywhere."""
    for names in _NAMES:
        for row in _begin(store, names, words[at], many):
            if _holds(row.key.partition(":")[2].split(), words):
                yield row


def _longest(words: list[str]) -> list[int]:
    return sorted(range(len(words)), key=lambda at: (-len(words[at]), at))


def _holds(name: list[str], words: list[str]) -> bool:
    """Tell whether each word begins a word of the name, no two of them the same."""
    left = list(name)
    for word in sorted(words, key=lambda each: (-len(each), each)):
        found = min((each for each in left if each.startswith(word)), key=len, default=None)
        if found is None:
            return False
        left.remove(found)
    return True


def _hops(store: Store, names: tuple[str, str], begins: str) -> Iterator[str]:
    """Go through the first words of names that begin so, from one to the next: the first 24."""
    keyset, kind = names
    after = None
    for _ in range(_HOPS):
        page = store.scan(SEARCH_KEYS, within=(keyset,), starts=f"{kind}:{begins}", after=after,
                          limit=1)  # fmt: skip
        if not page.rows:
            return
        word = page.rows[0].value.part or ""
        yield word
        after = (keyset, f"{kind}:{word} {_LAST}", "")


def by_slip(store: Store, text: str, many: int) -> Iterator[Clue]:
    """Go through homes with a name that begins with the text once a whole word of it is mended."""
    forms = typed_forms(text)
    words = forms[-1].split() if forms else []
    if len(words) > _WORDS:
        return
    asked = {slip: at for at, word in enumerate(words) for slip in one_slip(word)}
    held = store.find_many(SEARCH_KEYS, "by_part", [(slip,) for slip in asked], limit=1)
    for (slip,) in sorted(held):
        mended = [*words[: asked[slip]], slip, *words[asked[slip] + 1 :]]
        for order in permutations(mended):
            for names in _NAMES:
                for row in _begin(store, names, " ".join(order), many):
                    if order[-1] != slip or _ends_a_word(row, " ".join(order)):
                        yield Clue(row.home_id, Way.SLIP)


def _ends_a_word(row: SearchKey, begins: str) -> bool:
    return f"{row.key.partition(':')[2]} ".startswith(f"{begins} ")


def _begin(store: Store, keys: tuple[str, str], form: str, many: int) -> Iterator[SearchKey]:
    """Go through the rows whose key begins so, page by page, so many at the most."""
    (keyset, kind), after = keys, None
    for _ in range(_PAGES):
        page = store.scan(
            SEARCH_KEYS, within=(keyset,), starts=f"{kind}:{form}", after=after,
            limit=max(many // _PAGES, 1),
        )  # fmt: skip
        yield from (row.value for row in page.rows)
        after = page.following
        if after is None:
            return
