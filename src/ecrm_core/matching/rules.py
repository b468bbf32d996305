"""Rules: which pieces bring rows together, and the keys of rows that fit a rule.

A rule is one or more pieces; rows that agree on all of them are a block. Rules are general: which
of them apply follows from the roles, never from the data set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import chain, product
from types import MappingProxyType

import numpy as np

from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.matching.arrays import Keys
from ecrm_core.matching.features import Feature
from ecrm_core.matching.keys import PERSON, Pieces
from ecrm_core.matching.texts import mixed

__all__ = [
    "FIXED",
    "ROW",
    "ROWS",
    "RULES",
    "WIDE",
    "Rule",
    "checked_rules",
    "keys_of",
    "rules_between",
    "rules_of",
]

Rule = tuple[str, ...]
"""Names of pieces."""
RULES: tuple[Rule, ...] = (
    ("national_id",), ("email",), ("phone",), ("whole", "birth_date"), ("whole", "postcode"),
    ("whole", "city"), ("name", "birth_date"), ("name", "postcode"), ("birth_date", "postcode"),
    ("name", "street"), ("street", "city"), ("name3", "phone6"), ("organisation",),
)  # fmt: skip
"""Rules that nearly always bring together rows of one person, the most telling first."""

WIDE: tuple[Rule, ...] = (
    ("names3", "birth_y"), ("names3", "postcode3"), ("name", "local"), ("name", "birth_ym"),
    ("whole",), ("street",), ("local",), ("birth_date",), ("name", "city"), ("name3", "postcode"),
    ("street6", "city"), ("title4", "city"), ("names3",), ("phone6",), ("postcode",),
    ("birth_ym", "postcode3"), ("birth_ym", "city"), ("birth_y", "postcode"), ("name3", "birth_ym"),
    ("name3", "street6"), ("street6", "postcode3"), ("name3", "city"), ("name3", "postcode3"),
    ("name", "birth_y"), ("name3", "birth_y"), ("local5", "name3"), ("local5", "birth_y"),
    ("local5",), ("birth_md", "name3"), ("initials", "birth_y"), ("initials", "postcode3"),
    ("name", "category"), ("name",), ("title4",), ("street6",), ("word",), ("text",),
)  # fmt: skip
"""Rules that are followed where a sample of what they bring together holds matches."""

FIXED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    **dict.fromkeys(("whole", "name", "name3", "names3", "initials"), PERSON),
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
ROW = 28
"""Bits of the number of a row, beside its key."""
ROWS = np.uint64((1 << ROW) - 1)
"""The bits of the number of a row."""
_RULES = 60  # they are the bits of a number


def rules_of(pieces: Pieces) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Return the telling and the wide rules these pieces serve; custom keys are telling."""
    own = sorted(piece for piece in pieces.names if piece.startswith("attribute:"))
    held = [tuple(rule for rule in rules if pieces.names >= set(rule)) for rules in (RULES, WIDE)]
    return (*held[0], *((piece,) for piece in own)), held[1]


def checked_rules(pieces: Pieces, rules: Sequence[Sequence[str]]) -> tuple[Rule, ...]:
    """Return a caller's rules.

    Raises UnknownName for a piece that the features do not have, DefinitionError for a rule that is
    none, and for more rules than there are bits for.
    """
    for rule in rules:
        if isinstance(rule, str) or not rule:
            found = "a text" if rule else "nothing"
            message = f"found {found} as a rule, expected the names of its pieces in a tuple"
            raise DefinitionError(message, code="rules")
    for name in chain.from_iterable(rules):
        if name not in pieces.names:
            text = str(name)[:80]
            raise UnknownName("piece", text, tuple(get_close_matches(text, pieces.names)))
    if len(rules) > _RULES:
        message = f"found {len(rules)} rules, expected at most {_RULES}"
        raise DefinitionError(message, code="rules")
    return tuple(map(tuple, rules))


def keys_of(pieces: Pieces, rule: Sequence[str]) -> Keys:
    """Return key and row, in one number, of every way a row fits the rule."""
    found = []
    columns = [[(slot, np.flatnonzero(slot)) for slot in pieces[piece].T] for piece in rule]
    for held in product(*columns):
        slots = [slot for slot, _ in held]
        members = min((rows for _, rows in held), key=len)
        for slot in slots:
            members = members[slot[members] > 0]
        key = slots[0][members]
        for slot in slots[1:]:
            key = mixed(key * np.uint64(3) + slot[members])
        found.append(key & ~ROWS | members.astype(np.uint64))
    return np.concatenate(found) if found else np.zeros(0, np.uint64)


def rules_between(features: Sequence[Feature]) -> tuple[Rule, ...]:
    """Return the rules, the most telling first, that bring the first two rows together."""
    pieces = Pieces(features)
    telling, wide = rules_of(pieces)
    return tuple(rule for rule in (*telling, *wide) if _shared(keys_of(pieces, rule)))


def _shared(found: Keys) -> bool:
    rows, keys = found & ROWS, found & ~ROWS
    return not {*keys[rows == 0].tolist()}.isdisjoint(keys[rows == 1].tolist())
