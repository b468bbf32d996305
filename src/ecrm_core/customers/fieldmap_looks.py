"""How values look: shares of e-mail addresses, phone numbers, dates and postal codes in a sample.

Two questions with two answers: may the values be what the header says (lenient), and what are they
where no header helps (strict)? Shares leave this file, values never do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from attrs import frozen

from ecrm_core.kernel import fold

__all__ = ["LOOKS", "Looks", "looks_of"]

LOOKS: Mapping[str, str] = MappingProxyType(
    {
        "email": "e-mail addresses",
        "phone": "phone numbers",
        "birth_date": "dates",
        "postcode": "postal codes",
    }
)
"""The roles whose values have a look, and what to call them."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(?:tel:)?\+?[\d\s()./-]{7,30}(?:\s*(?:ext\.?|x|#|내선|内線)\s*\d{1,7})?")
_DIALLED = re.compile(
    r"\+[\d\s()./-]{8,}|\(?0(?!00)[\d\s()./-]{8,}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}"
)
_DATE = re.compile(
    r"(?:19|20)\d{2}(?:[-./]\d{1,2}[-./]\d{1,2}|\d{4}|[年년]\s*\d{1,2}[月월]\s*\d{1,2}[日일])\.?"
    r"(?:[t ].*)?|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d{2}"
)
_POSTCODE = re.compile(r"〒?\s*(?=.*\d)[a-z0-9][a-z0-9 -]{2,9}")
_POSTCODE_JP = re.compile(r"〒\s*\d{3}-?\d{4}|\d{3}-\d{4}")


@frozen
class Looks:
    """Shares (0 to 1) of a sample by role: as the header may say, and on their own."""

    lenient: Mapping[str, float]
    best: str | None

    def share(self, role: str) -> float | None:
        """Return the share that may be of the role; None: it has no look, or nothing was seen."""
        return self.lenient.get(role)


def looks_of(texts: Iterable[str]) -> Looks:
    """Return how the texts look."""
    sample = [fold(text) for text in texts]
    if not sample:
        return Looks({}, None)
    strict = {role: _share(sample, test) for role, test in _STRICT.items()}
    best = max(strict, key=lambda role: strict[role])
    lenient = {role: _share(sample, test) for role, test in _LENIENT.items()}
    return Looks(lenient, best if strict[best] >= 0.5 else None)


def _share(sample: list[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, sample)) / len(sample)


def _is(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


def _may_be_phone(text: str) -> bool:
    return _is(_PHONE)(text) and 7 <= sum(map(str.isdigit, text)) <= 22 and not _is(_DATE)(text)


def _is_phone(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return _is(_DIALLED)(text) and 8 <= digits <= 15 and not _is(_DATE)(text)


def _is_email(text: str) -> bool:
    return _is(_EMAIL)(text.rpartition("<")[2].rstrip(">"))


_LENIENT: Mapping[str, Callable[[str], bool]] = {
    "email": _is_email,
    "phone": _may_be_phone,
    "birth_date": _is(_DATE),
    "postcode": _is(_POSTCODE),
}
_STRICT: Mapping[str, Callable[[str], bool]] = {
    "email": _is_email,
    "phone": _is_phone,
    "birth_date": _is(_DATE),
    "postcode": _is(_POSTCODE_JP),
}
