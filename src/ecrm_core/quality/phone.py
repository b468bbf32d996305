"""Phone: is the number possible, is it in use, is it one of films, or typed at random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ecrm_core.customers import ContactPoint, phone_type
from ecrm_core.kernel import Json
from ecrm_core.quality.data import load_data
from ecrm_core.quality.evidence import FOUND, Evidence, Suggestion
from ecrm_core.quality.party import Party

__all__ = ["PHONE_TESTS", "is_fictional", "pattern_of"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_TELLING = 7  # digits at the end that make a pattern
_STEPS = {"repeated": 0, "ascending": 1, "descending": 9}


def _impossible(value: ContactPoint, record: Party, _: Params) -> Yields:
    return FOUND if value.normalised is None and not _countryless(value, record) else ()


def _country(value: ContactPoint, record: Party, _: Params) -> Yields:
    return FOUND if value.normalised is None and _countryless(value, record) else ()


def _countryless(value: ContactPoint, record: Party) -> bool:
    """Tell whether nobody says in which country the number is to be dialled."""
    raw = value.raw.strip()
    digits = sum(map(str.isdigit, raw))
    international = raw.startswith(("+", "＋", "00"))
    return record.country is None and not international and digits > len(raw) / 2


def _unknown(value: ContactPoint, _: Party, __: Params) -> Yields:
    return FOUND if value.normalised is not None and phone_type(value) is None else ()


def is_fictional(contact: ContactPoint) -> bool:
    """Tell whether the number is kept free for films and books (see fictional_phones.json).

    555-0123 without an area code is no number, and of the films all the same.
    """
    if contact.normalised is None:
        return _dialled(contact)[:5] == "55501" and len(_dialled(contact)) == _TELLING
    digits = contact.normalised[1:]
    if digits.startswith("1") and _in(digits[4:], load_data("fictional_phones")["nanp"]):
        return True
    ranges = _ranges().get(digits[:4])
    return ranges is not None and _in(digits, ranges)


def _in(digits: str, ranges: Iterable[Sequence[str]]) -> bool:
    return any(
        digits.startswith(prefix)
        and len(digits) == len(prefix) + len(first)
        and first <= digits[len(prefix) :] <= last
        for prefix, first, last in ranges
    )


@lru_cache(maxsize=1)
def _ranges() -> Mapping[str, list[Sequence[str]]]:
    """Return the ranges by the first four digits."""
    found: dict[str, list[Sequence[str]]] = {}
    for ranges in load_data("fictional_phones")["ranges"].values():
        for held in ranges:
            found.setdefault(held[0][:4], []).append(held)
    return found


def pattern_of(contact: ContactPoint) -> str | None:
    """Return "repeated", "ascending" or "descending" where the last seven digits are; else None."""
    return _PATTERNS.get((contact.normalised or _dialled(contact))[-_TELLING:])


def _dialled(contact: ContactPoint) -> str:
    """Return the digits of a number that cannot be read."""
    return "".join(char for char in contact.raw if "0" <= char <= "9")


def _pattern_texts() -> Mapping[str, str]:
    """Return all endings that are a pattern: from each digit on, each next one a step away."""
    return {
        "".join(str((first + step * at) % 10) for at in range(_TELLING)): name
        for name, step in _STEPS.items()
        for first in range(10)
    }


_PATTERNS = _pattern_texts()


def _fictional(value: ContactPoint, _: Party, __: Params) -> Yields:
    return FOUND if is_fictional(value) else ()


def _pattern(value: ContactPoint, _: Party, __: Params) -> Yields:
    pattern = pattern_of(value)
    return () if pattern is None else (Evidence(facts={"pattern": pattern}),)


PHONE_TESTS = {
    "phone_country": _country,
    "phone_fictional": _fictional,
    "phone_impossible": _impossible,
    "phone_pattern": _pattern,
    "phone_unknown": _unknown,
}
"""The tests of this file by name."""
