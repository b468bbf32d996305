"""Parameters: what the tests of this library may be told, and what each of them has to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from math import isfinite
from types import MappingProxyType

from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.kernel import Json
from ecrm_core.quality.half_lives import HalfLives

__all__ = ["NEEDS", "check_parameters"]

Check = Callable[[Json], str | None]
"""Returns what is expected where a value is none of it."""


def _whole(least: int, most: int) -> Check:
    def check(value: Json) -> str | None:
        good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return None if good else f"a whole number of {least} to {most}"

    return check


def _share(value: Json) -> str | None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    good = number and isfinite(value) and 0 <= value <= 1
    return None if good else "a number of 0 to 1"


def _texts(value: Json) -> str | None:
    listed = isinstance(value, (list, tuple, set, frozenset))
    return None if listed and all(isinstance(text, str) for text in value) else "a list of texts"


def _days(value: Json) -> str | None:
    if _texts(value) is None and all(map(_is_day, value)):
        return None
    return "a list of days such as 1900-01-01"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _half_lives(value: Json) -> str | None:
    HalfLives.from_json(value)  # says itself what is wrong
    return None


_AGE: Mapping[str, Check] = {"below": _share, "half_lives": _half_lives}
_PARAMETERS: Mapping[str, Mapping[str, Check]] = MappingProxyType({
    "address_old": _AGE,
    "birth_on": {"oldest": _whole(1, 1_000)},
    "birth_on_stand_in": {"days": _days},
    "birth_on_young": {"youngest": _whole(1, 1_000)},
    "contact_old": _AGE,
    "contact_shared": {"most": _whole(1, 10**9)},
    "email_disposable": {"domains": _texts},
    "email_free_for_company": {"domains": _texts},
    "email_long": {"longest": _whole(1, 512)},
    "job_old": _AGE,
    "stated_in_future": {"days": _whole(0, 100_000)},
})  # fmt: skip
"""By test: its parameters. A test that is not here takes none."""

NEEDS: Mapping[str, str] = MappingProxyType({
    **dict.fromkeys(
        ("address_old", "birth_on", "birth_on_young", "contact_expired", "contact_old",
         "job_ended", "job_old", "stated_in_future"), "as_of",
    ),
    "contact_shared": "shared",
})  # fmt: skip
"""By test: what a party must know, for it can ask nothing without."""


def check_parameters(test: str, params: Mapping[str, Json]) -> None:
    """Refuse parameters the test of that name does not take, and values that are none of them.

    Raises UnknownName with the near ones, and DefinitionError with what was expected.
    """
    takes = _PARAMETERS.get(test, {})
    for name, value in params.items():
        if name not in takes:
            near = tuple(get_close_matches(name[:80], takes, n=3)) or tuple(takes)
            raise UnknownName(f"parameter of {test}", name[:80], near)
        expected = takes[name](value)
        if expected:
            found = type(value).__name__ if isinstance(value, (str, Mapping)) else repr(value)[:40]
            message = f"found {found} as {name!r} of the test {test}, expected {expected}"
            raise DefinitionError(message, code="parameter")
