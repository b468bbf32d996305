"""Problems of an address: what its country asks and it does not say, or says otherwise."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from attrs import frozen

from ecrm_core.adapters.address.countries import FIELDS, Node, country_of, fields_in, node_of
from ecrm_core.adapters.address.places import places_of
from ecrm_core.customers import Address
from ecrm_core.kernel import MAX_TEXT, Private, squeeze

__all__ = ["AddressProblem", "ProblemKind", "address_problems"]

_LEVELS = ("area", "locality", "district")
_LONGEST = 20  # characters of a postal code, signs and all
_ANNOUNCED = re.compile(r"^[A-Z]{1,12}[- ]*(?=\d)")
_ZEROS = 2
_SIGNS = re.compile(r"[\s-]+")


class ProblemKind(Enum):
    """What is wrong: REQUIRED (missing), INVALID (none such), ELSEWHERE (of another place)."""

    REQUIRED = "required"
    INVALID = "invalid"
    ELSEWHERE = "elsewhere"


@frozen(kw_only=True, repr=False)
class AddressProblem(Private):
    """One problem of one part; ``against`` is the part a postal code does not go with.

    ``meant`` is what may be meant instead, with a confidence of 0 to 1.
    """

    field: str
    kind: ProblemKind
    against: str | None = None
    meant: str | None = None
    confidence: float = 0.0


def address_problems(
    address: Address, *, district: str | None = None, hints: bool = True
) -> tuple[AddressProblem, ...]:
    """Return what the address data has against an address, part by part; unknown country: nothing.

    An address without a country is asked for what any needs: a town and a street, and the country.
    ``district`` is the part of the town, where a country names one and a source states it. Without
    ``hints`` nobody looks for what may be meant, which takes most of the time.
    """
    data = country_of(address.country)
    if data is None:
        return ()
    found = [] if address.country else [_missing("country")]
    parts = _parts(address, district)
    found += [
        _missing(name)
        for name in (FIELDS[letter] for letter in data["require"])
        if not parts.get(name)
    ]
    if address.country:
        nodes, unknown = _walk(address.country, parts, fields_in(data["fmt"]), hints=hints)
        found += unknown
        found += _postal(parts["postal_code"], data, nodes, hints=hints)
    return tuple(found)


def _parts(address: Address, district: str | None) -> dict[str, str]:
    """Return the parts by name, tidied; what is blank is empty."""
    lines = next((line for line in address.lines if line.strip()), None)
    texts = {
        "area": address.area,
        "district": district,
        "lines": lines,
        "locality": address.locality,
        "postal_code": address.postal_code,
    }
    return {name: squeeze(text[:MAX_TEXT]) if text else "" for name, text in texts.items()}


def _missing(name: str) -> AddressProblem:
    return AddressProblem(field=name, kind=ProblemKind.REQUIRED)


def _invalid(name: str, meant: str | None) -> AddressProblem:
    confidence = 0.8 if meant else 0.0
    return AddressProblem(field=name, kind=ProblemKind.INVALID, meant=meant, confidence=confidence)


def _walk(
    country: str, parts: dict[str, str], asked: tuple[str, ...], *, hints: bool
) -> tuple[dict[str, str], list[AddressProblem]]:
    """Return the node of each part the data knows, from the area down, and the first it does not.

    Below a place that is not known, or one of two of that name, nothing can be said.
    """
    nodes, node = dict[str, str](), country
    for name in _LEVELS:
        places, text = places_of(node), parts[name]
        if not places or not text:
            break
        if not places.knows(text):
            if name not in asked:
                break
            return nodes, [_invalid(name, places.near(text) if hints else None)]
        key = places.key(text)
        if key is None:
            break
        nodes[name] = node = f"{node}/{key}"
    return nodes, []


def _postal(
    text: str, data: Node, nodes: dict[str, str], *, hints: bool
) -> Iterator[AddressProblem]:
    """Find a postal code not of the country, or not of the smallest place that is known."""
    pattern = data.get("zip")
    if not text or not pattern or "postal_code" not in fields_in(data["fmt"]):
        return
    code = _bare(text, data)
    if not _is(code, pattern) and not _is(code.replace(" ", ""), pattern):
        looked = hints and len(code) <= _LONGEST
        yield _invalid("postal_code", _mended(code, pattern, data) if looked else None)
        return
    for name, node in nodes.items():
        own = next((held["zip"] for held in node_of(node) if "zip" in held), None)
        if own and not _regex(own).match(code):
            yield AddressProblem(field="postal_code", kind=ProblemKind.ELSEWHERE, against=name)
            return


def _bare(text: str, data: Node) -> str:
    """Return a code in capitals and plain digits, without what only announces it (〒, CH-, D-)."""
    code = unicodedata.normalize("NFKC", text[: _LONGEST + 1]).upper().removeprefix("〒").strip()
    code = re.sub(r"[‐‑–—−ー]", "-", code)  # hyphens of other keyboards
    code = code.removeprefix(data.get("postprefix", "")).strip()
    if data.get("zipex", "")[:1].isdigit():  # letters are a country or a city: D-80331
        code = _ANNOUNCED.sub("", code)
    return code


def _is(code: str, pattern: str) -> bool:
    return len(code) <= _LONGEST and _regex(pattern).fullmatch(code) is not None


def _mended(code: str, pattern: str, data: Node) -> str | None:
    """Return the code with the signs of the country's own, or the zeros a spreadsheet took away."""
    bare = _SIGNS.sub("", code)
    tries = [bare]
    for example in data.get("zipex", "").split(","):
        tries += [
            _shaped(bare, example),
            _shaped(_filled(bare, len(_SIGNS.sub("", example))), example),
        ]
    return next((held for held in tries if held and _is(held, pattern)), None)


def _filled(bare: str, length: int) -> str:
    """Return a code with the zeros a spreadsheet took away: one or two, more are a guess."""
    return bare.zfill(length) if length - len(bare) <= _ZEROS else bare


def _shaped(bare: str, example: str) -> str:
    """Return letters and digits with spaces and hyphens where the example has them."""
    signs = iter(bare)
    if len(bare) != len(_SIGNS.sub("", example)) or not bare.isdecimal():
        return ""
    return "".join(held if _SIGNS.match(held) else next(signs) for held in example)


@lru_cache(maxsize=512)
def _regex(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of the data, which is no user's."""
    return re.compile(pattern)
