"""Checks: what is no day, number, name or choice is refused when a command or rule is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from attrs import Attribute

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.duration import is_count

__all__ = ["a_day", "a_name", "from_to", "is_a", "is_name", "maybe_day", "several"]

_MOST_CHARACTERS: Final = 60


def a_day(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is no calendar day; an instant is none."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _wrong(attribute, type(value).__name__, "a date")


def maybe_day(command: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is neither a calendar day nor None."""
    if value is not None:
        a_day(command, attribute, value)


def is_a(kind: type, *, or_none: bool = False) -> Callable[[object, Attribute[Any], object], None]:
    """Return the check of a value of a class: of a choice its text is none."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if not (isinstance(value, kind) or (or_none and value is None)):
            raise _wrong(attribute, type(value).__name__, f"a value of {kind.__name__}")

    return check


def several(kind: type) -> Callable[[object, Attribute[Any], object], None]:
    """Return the check of a tuple of values of a class."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if not (isinstance(value, tuple) and all(isinstance(each, kind) for each in value)):
            raise _wrong(attribute, "something else", f"a tuple of {kind.__name__}")

    return check


def from_to(low: int, high: int) -> Callable[[object, Attribute[Any], object], None]:
    """Return the check of a whole number in a range, or None."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if value is not None and not is_count(value, low, high):
            raise _wrong(attribute, "something else", f"a whole number from {low} to {high}")

    return check


def a_name(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is no short name without personal data: letters, digits, - and _."""
    if not is_name(value):
        raise _wrong(attribute, "something else", "letters, digits, - and _")


def is_name(value: object) -> bool:
    """Return whether a value may stand in a key: letters, digits, - and _, at most 60 of them."""
    plain = value.replace("_", "").replace("-", "") if isinstance(value, str) else ""
    return plain.isascii() and plain.isalnum() and len(str(value)) <= _MOST_CHARACTERS


def _wrong(attribute: Attribute[Any], found: str, expected: str) -> DefinitionError:
    message = f"found {found} as {attribute.name}, expected {expected}"
    return DefinitionError(message, code="argument")
