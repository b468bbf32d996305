"""Keys: the pieces of what is known that two rows of one person may share, and the rules of them.

A rule is one or more pieces; rows that agree on all of them are a block. Rules are general: which
of them apply follows from the roles, never from the data set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from types import MappingProxyType

import numpy as np

from ecrm_core.kernel import script_of
from ecrm_core.matching.arrays import Codes
from ecrm_core.matching.features import Feature

__all__ = ["FIXED", "RULES", "Pieces", "pieces_of", "rules_of"]

Pieces = Mapping[str, Codes]
"""The codes of each piece: a row for each row, a column for each of several forms, -1: none."""

RULES: tuple[tuple[str, ...], ...] = (
    ("national_id",), ("email",), ("phone",), ("whole",), ("local",), ("birth_date",),
    ("name", "birth_y"), ("name", "postcode"), ("name3", "birth_ym"), ("name", "city"),
    ("name3", "postcode3"), ("names3",), ("name3", "birth_y"), ("local5",), ("phone6",),
    ("organisation",), ("street",), ("birth_ym", "postcode3"), ("birth_ym", "city"),
    ("birth_y", "postcode"), ("name3", "street6"), ("street6", "postcode3"), ("street6", "city"),
    ("title4", "city"), ("title4",), ("street6",), ("word",), ("name", "category"), ("name",),
    ("postcode",), ("name3", "city"), ("birth_md", "name3"), ("text",), ("initials", "birth_y"),
    ("initials", "postcode3"),
)  # fmt: skip
"""Every rule, the most telling first."""

_PERSON = ("given_name", "family_name", "middle_name", "full_name", "kana")
FIXED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    **dict.fromkeys(("whole", "name", "name3", "names3", "initials"), _PERSON),
    **dict.fromkeys(("birth_date", "birth_y", "birth_ym", "birth_md"), ("birth_date",)),
    **dict.fromkeys(("email", "local", "local5"), ("email",)),
    **dict.fromkeys(("phone", "phone6"), ("phone",)),
    **dict.fromkeys(("postcode", "postcode3"), ("postcode",)),
    **dict.fromkeys(("street", "street6"), ("street",)),
    **dict.fromkeys(("organisation", "title4"), ("organisation",)),
    "word": ("organisation", "street"),
    "text": ("text",), "city": ("city",), "category": ("category",),
    "national_id": ("national_id",),
})  # fmt: skip
"""The roles that agree in a block because of the piece, so that the block teaches nothing there."""

_UNSPACED = frozenset({"hangul", "han", "kana"})
_MOST = 6  # forms of one piece in one row
_Split = Callable[[str], Iterable[str]]


def _start(size: int) -> _Split:
    return lambda text: (text[:size],) if len(text) >= min(size, 2) else ()


def _local(text: str) -> Iterable[str]:
    local = text.rpartition("@")[0]
    return (local,) if len(local) > 4 else ()


def _words(text: str) -> Iterable[str]:
    return dict.fromkeys(word for word in text.split() if len(word) > 2)


_WHOLE: _Split = lambda text: (text,)  # noqa: E731 - one of a table of them
# Piece: the role it comes from, and how.
_PIECES: Mapping[str, tuple[str, _Split]] = MappingProxyType({
    "national_id": ("national_id", _WHOLE),
    "email": ("email", _WHOLE),
    "local": ("email", _local),
    "local5": ("email", lambda text: [local[:5] for local in _local(text)]),
    "phone": ("phone", _WHOLE),
    "phone6": ("phone", lambda text: (text[-6:],)),
    "birth_date": ("birth_date", _WHOLE),
    "birth_y": ("birth_date", _start(4)),
    "birth_ym": ("birth_date", _start(6)),
    "birth_md": ("birth_date", lambda text: ("".join(sorted((text[4:6], text[6:8]))),)),
    "postcode": ("postcode", _WHOLE),
    "postcode3": ("postcode", _start(3)),
    "street": ("street", _WHOLE),
    "street6": ("street", _start(6)),
    "city": ("city", _WHOLE),
    "organisation": ("organisation", _WHOLE),
    "title4": ("organisation", _start(4)),
    "category": ("category", _WHOLE),
    "text": ("text", _words),
})  # fmt: skip


def pieces_of(features: Sequence[Feature]) -> Pieces:
    """Return every piece that the features have."""
    roles: dict[str, list[Feature]] = {}
    for feature in features:
        roles.setdefault(feature.role, []).append(feature)
    found = {
        piece: _coded([_split(feature, split) for feature in roles[role]])
        for piece, (role, split) in _PIECES.items()
        if role in roles
    }
    titles = [feature for role in ("organisation", "street") for feature in roles.get(role, [])]
    if titles:
        found["word"] = _coded([_split(feature, _words) for feature in titles])
    people = [feature for role in _PERSON for feature in roles.get(role, [])]
    for feature in features:
        if feature.own is not None and feature.own.keys is not None:
            found[feature.role] = _coded([_split(feature, feature.own.shared)])
    return found | (_of_names(people) if people else {})


def rules_of(pieces: Pieces) -> tuple[tuple[str, ...], ...]:
    """Return the rules these pieces serve; at the end one for each custom field with keys."""
    own = sorted(piece for piece in pieces if piece.startswith("attribute:"))
    return (*(rule for rule in RULES if pieces.keys() >= set(rule)), *((piece,) for piece in own))


_Forms = tuple[list[tuple[str, ...]], Codes]


def _split(feature: Feature, split: _Split) -> _Forms:
    return [tuple(split(value)) for value in feature.values], feature.codes


def _coded(parts: Sequence[_Forms]) -> Codes:
    """Return the forms of all parts as codes of one dictionary, side by side."""
    known: dict[str, int] = {}
    columns = []
    for forms, codes in parts:
        width = min(_MOST, max(map(len, forms), default=0))
        table = np.full((len(forms) + 1, width), -1, np.int32)  # the last row: missing
        for at, held in enumerate(forms):
            for slot, form in enumerate(held[:_MOST]):
                table[at, slot] = known.setdefault(form, len(known))
        columns += [table[slot] for slot in codes.T]
    return np.concatenate(columns, axis=1)


def _of_names(people: Sequence[Feature]) -> dict[str, Codes]:
    """Return the pieces of names; the parts of a name count in every order."""
    rows: dict[tuple[int, ...], int] = {}
    held = np.stack([feature.first for feature in people], axis=1)
    which = np.fromiter((rows.setdefault(row, len(rows)) for row in map(tuple, held.tolist())),
                        np.int32, len(held))  # fmt: skip
    named = [_words_of_name(people, row) for row in rows]
    forms: dict[str, list[tuple[str, ...]]] = {
        "name": named,
        "name3": [tuple(dict.fromkeys(w[:3] for w in words if len(w) > 1)) for words in named],
        "names3": [tuple("|".join(sorted(pair)) for pair in combinations([w[:3] for w in words], 2))
                   for words in named],
        "whole": [("|".join(sorted(words)),) if words else () for words in named],
        "initials": [_initials(words) for words in named],
    }  # fmt: skip
    return {piece: _coded([(each, which[:, None])]) for piece, each in forms.items()}


def _initials(words: Sequence[str]) -> tuple[str, ...]:
    return ("".join(sorted({word[0] for word in words})),) if len(words) > 1 else ()


def _words_of_name(people: Sequence[Feature], row: Sequence[int]) -> tuple[str, ...]:
    """Return the words of all names of a row; in hangul and han the whole, in both orders."""
    texts = [feature.values[code] for feature, code in zip(people, row, strict=True) if code >= 0]
    words = dict.fromkeys(word for text in texts for word in text.split())
    parts = [feature.values[code] for feature, code in zip(people, row, strict=True)
             if code >= 0 and feature.role in {"given_name", "family_name"}]  # fmt: skip
    if len(parts) == 2 and all(script_of(part) in _UNSPACED for part in parts):
        words |= dict.fromkeys((parts[0] + parts[1], parts[1] + parts[0]))
    return tuple(words)[:_MOST]
