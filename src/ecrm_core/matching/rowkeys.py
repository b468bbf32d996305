"""Row keys: the keys of one row, by the pieces of ``keys``, in Python's own numbers.

What ``Pieces`` makes of a million rows at once costs half a millisecond for one; this a tenth.
That both say the same is a law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, combinations, islice, product
from types import MappingProxyType

from ecrm_core.matching.dressed import forms_beside
from ecrm_core.matching.features import Feature
from ecrm_core.matching.keys import MOST_FORMS, MOST_NAMES, PERSON
from ecrm_core.matching.rules import ROWS, Rule
from ecrm_core.matching.texts import Texts, mixed_one, number_of

__all__ = ["keys_of_row"]

_KEY = ((1 << 64) - 1) ^ int(ROWS)
_OF_NAMES = 4  # beginnings that are combined


def keys_of_row(features: Sequence[Feature], rules: Sequence[Rule]) -> list[set[int]]:
    """Return for each rule the keys of the first row."""
    said: dict[str, list[str]] = {}
    for feature in features:
        values = [feature.values[code] for code in feature.codes[0].tolist() if code >= 0]
        said.setdefault(feature.role, []).extend(values)
    wanted = set(chain.from_iterable(rules))
    pieces = {
        piece: list(filter(None, map(number_of, map(cut, said.get(role, ())))))
        for piece, (role, cut) in _CUTS.items()
        if piece in wanted
    }
    pieces |= _of_names([(role, said[role]) for role in PERSON if role in said])
    pieces |= {f.role: _plugged(f) for f in features if f.own is not None and f.own.keys}
    return [set(map(_key, product(*(pieces.get(piece, ()) for piece in rule)))) for rule in rules]


def _key(slots: Sequence[int]) -> int:
    key, *more = slots
    for slot in more:
        key = mixed_one(key * 3 + slot)
    return key & _KEY


def _start(size: int, text: str) -> str:
    return text[:size] if len(text) >= min(size, 2) else ""


def _local(text: str) -> str:
    local, at, _ = text.rpartition("@")
    return local[:64] if at and len(local) > 4 else ""


def _whole(text: str) -> str:
    return text


_CUTS: Mapping[str, tuple[str, Callable[[str], str]]] = MappingProxyType({
    **{role: (role, _whole) for role in (
        "national_id", "email", "phone", "birth_date", "postcode", "street", "city", "organisation",
    )},
    "local": ("email", _local),
    "phone6": ("phone", lambda text: text[-6:]),
    "birth_y": ("birth_date", partial(_start, 4)),
    "birth_ym": ("birth_date", partial(_start, 6)),
    "postcode3": ("postcode", partial(_start, 3)),
})  # fmt: skip
# Piece of a telling rule: the role it comes from, and what of the text.


def _of_names(names: Sequence[tuple[str, Sequence[str]]]) -> dict[str, list[int]]:
    values = [value for _, held in names for value in held]
    words = _once(_words(values, _whole), MOST_FORMS)
    beside = [forms for role, held in names for forms in _beside(role, held)]
    starts = _once(_words(values, partial(_start, 3)), MOST_FORMS)
    return {
        "name": _once(chain(words, map(number_of, beside)), MOST_NAMES),
        "name3": starts,
        "whole": [mixed_one(sum(words))] if words else [],
        "names3": [mixed_one(one + two) for one, two in combinations(starts[:_OF_NAMES], 2)],
    }


def _beside(role: str, values: Sequence[str]) -> Iterator[str]:
    for forms in forms_beside(role, Texts(values), every=True).values():
        yield from forms[:MOST_FORMS]


def _words(values: Iterable[str], cut: Callable[[str], str]) -> Iterable[int]:
    """Go through the numbers of the words of each value."""
    for value in values:
        words = dict.fromkeys(filter(None, map(cut, value.split() if " " in value else [value])))
        yield from map(number_of, islice(words, MOST_FORMS))


def _once(numbers: Iterable[int], most: int) -> list[int]:
    return list(islice(dict.fromkeys(numbers), most))


def _plugged(feature: Feature) -> list[int]:
    values = [feature.values[code] for code in feature.codes[0].tolist() if code >= 0]
    shared = (feature.own.shared(value) if feature.own else () for value in values)
    return [number_of(key) for keys in shared for key in islice(keys, MOST_FORMS) if key]
