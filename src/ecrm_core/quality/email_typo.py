"""E-mail typing errors: which well-known domain is probably meant.

A hint is looked for only when the domain is not one of those known to be real: mail.com, ymail.com
and mac.com are no slips of gmail.com and me.com. One slip is one letter more, less, other, or two
neighbours swapped (optimal string alignment distance 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from attrs import frozen

from ecrm_core.customers import parse_country
from ecrm_core.quality.data import load_data

__all__ = ["Hint", "hint_of", "one_slip"]

_SHORT = 4  # letters of a name that is a neighbour of too many others
_MIDDLING = 5
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    key: "".join(row[max(at - 1, 0) : at + 2] for row in _KEYS[max(line - 1, 0) : line + 2])
    for line, keys in enumerate(_KEYS)
    for at, key in enumerate(keys)
}
_MORE_COUNTRIES = ("ac", "eu", "su", "uk")  # top-level domains that are no codes of ISO 3166
_SIGNS = re.compile(r"[^a-z0-9.\-]+")


@frozen(kw_only=True)
class Hint:
    """The domain probably meant; ``known``: it is one of the table, not its ending alone."""

    domain: str
    confidence: float
    known: bool

    @property
    def ending(self) -> str:
        """The top-level domain."""
        return self.domain.rpartition(".")[2]


@lru_cache(maxsize=4096)  # by domain, never by person
def hint_of(domain: str) -> Hint | None:
    """Return the domain probably meant; None where it is known, or nothing is near.

    A comma for a dot and signs no domain has are looked through.
    """
    table = load_data("mail_domains")
    known = table["domains"]
    if domain in known or any(domain.endswith(f".{real}") for real in known):
        return None
    bare = _SIGNS.sub("", domain.replace(",", ".")).strip(".-")
    if "." not in bare:
        return None
    if bare in known:
        return Hint(domain=bare, confidence=0.95, known=True)
    if bare in table["aliases"]:
        return Hint(domain=table["aliases"][bare], confidence=0.9, known=True)
    mended = _mended(bare)
    for candidate, confidence in ((mended, 0.9), (bare, 0.8)):
        if candidate and (meant := _near(candidate)):
            return Hint(domain=meant, confidence=confidence, known=True)
    return _same_name(bare) or _ending_hint(bare)


def _near(domain: str) -> str | None:
    """Return the first domain of the table the domain is, or is one slip from."""
    known: list[str] = load_data("mail_domains")["domains"]
    if domain in known:
        return domain
    return next((real for real in known if _slipped(domain, real)), None)


def _slipped(domain: str, real: str) -> bool:
    """Tell whether a domain is one slip from a real one, in a place where slips are telling.

    Short names have neighbours that are words (nate.com, date.com): of them only the ending, or two
    letters swapped, counts. Nobody slips on the first letter unnoticed, but for swapping it.
    """
    if abs(len(domain) - len(real)) > 1 or not one_slip(domain, real):
        return False
    name, real_name = domain.partition(".")[0], real.partition(".")[0]
    if name == real_name:
        return not _is_country(domain)  # hotmail.at is no slip of hotmail.it
    if sorted(domain) == sorted(real):
        return True
    if len(real_name) <= _SHORT or domain[0] != real[0]:
        return False
    return len(real_name) > _MIDDLING or len(domain) != len(real) or _keys_near(domain, real)


def _is_country(domain: str) -> bool:
    """Tell whether a domain ends as those of a country do, and not in a slip of com."""
    ending = domain.rpartition(".")[2]
    if ending in load_data("mail_domains")["real"]:
        return False
    return ending in _MORE_COUNTRIES or parse_country(ending.upper()) == ending.upper()


def _keys_near(typed: str, real: str) -> bool:
    """Tell whether a wrong letter is a neighbour on the keyboard, or the one before it again.

    So yajoo and yahho are yahoo, while never is not naver.
    """
    before = f" {typed}"
    letters = zip(typed, real, before, strict=False)
    return all(a in (b, last) or b in _NEIGHBOURS.get(a, "") for a, b, last in letters)


def one_slip(left: str, right: str) -> bool:
    """Tell whether one slip makes one text of the other; equal texts are no slip."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    if at is None:
        return True  # one letter more at the end
    if len(left) != len(right):
        longer, shorter = (left, right) if len(left) > len(right) else (right, left)
        return longer[at + 1 :] == shorter[at:]
    other = left[at + 1 :] == right[at + 1 :]
    swapped = left[at : at + 2] == right[at : at + 2][::-1] and left[at + 2 :] == right[at + 2 :]
    return other or swapped


def _mended(domain: str) -> str | None:
    """Return the domain with its ending put right, where it ends in one slip of com, net or org."""
    name, _, ending = domain.rpartition(".")
    meant = next(_endings(ending), None)
    return f"{name}.{meant}" if name and meant else None


def _endings(ending: str) -> Iterator[str]:
    table = load_data("mail_domains")
    if ending not in table["real"]:
        yield from (meant for meant in table["targets"] if one_slip(ending, meant))


def _same_name(domain: str) -> Hint | None:
    """Find comcast.nry: a well-known name before an ending of three letters like its own."""
    name, _, ending = domain.partition(".")
    if len(name) <= _SHORT or len(ending) != 3 or ending in load_data("mail_domains")["real"]:
        return None
    for real in load_data("mail_domains")["domains"]:
        real_name, _, real_ending = real.partition(".")
        if name == real_name and len(real_ending) == 3 and _shared(ending, real_ending):
            return Hint(domain=real, confidence=0.7, known=True)
    return None


def _shared(left: str, right: str) -> bool:
    return any(a == b for a, b in zip(left, right, strict=True))


def _ending_hint(domain: str) -> Hint | None:
    mended = _mended(domain)
    return Hint(domain=mended, confidence=0.6, known=False) if mended else None
