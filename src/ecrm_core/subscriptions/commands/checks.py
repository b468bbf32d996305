"""Checks: what is no day, number or name in a command is refused when it is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from attrs import Attribute

from ecrm_core.subscriptions.duration import is_count
from ecrm_core.subscriptions.given import wrong

__all__ = ["a_day", "a_name", "from_to", "maybe_day"]

_MOST_CHARACTERS: Final = 60


def a_day(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is no calendar day; an instant is none."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise wrong(attribute, type(value).__name__, "a date")


def maybe_day(command: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is neither a calendar day nor None."""
    if value is not None:
        a_day(command, attribute, value)


def from_to(low: int, high: int) -> Callable[[object, Attribute[Any], object], None]:
    """Return the check of a whole number in a range, or None."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if value is not None and not is_count(value, low, high):
            raise wrong(attribute, "something else", f"a whole number from {low} to {high}")

    return check


def a_name(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is no short name without personal data: letters, digits, - and _."""
    plain = value.replace("_", "").replace("-", "") if isinstance(value, str) else ""
    if not (plain.isascii() and plain.isalnum() and len(str(value)) <= _MOST_CHARACTERS):
        raise wrong(attribute, "something else", "letters, digits, - and _")
