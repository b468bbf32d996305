"""Uplift: the price with which another term begins."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from enum import Enum

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import gate_decimal
from ecrm_core.subscriptions.checks import is_a

__all__ = ["Uplift", "UpliftTo", "as_uplift"]


class UpliftTo(Enum):
    """What the price of another term is worked out from."""

    SAME = "same"
    """It stays."""
    LIST = "list"
    """It becomes the list price of the plan."""
    PERCENT = "percent"
    """So many percent are added, or taken off below zero."""


@frozen
class Uplift:
    """The price of another term: the same, the plan's list price, or so many percent more.

    Raises DefinitionError for percents without "percent", and for those that are not -100 to 1,000.
    """

    to: UpliftTo = field(default=UpliftTo.SAME, validator=is_a(UpliftTo))
    percent: Decimal = field(default=Decimal(0), converter=gate_decimal)

    def __attrs_post_init__(self) -> None:
        """Refuse percents that nobody means."""
        if not -100 <= self.percent <= 1_000 or (
            bool(self.percent) and self.to is not UpliftTo.PERCENT
        ):
            message = "found an uplift beyond -100 to 1,000 percent, or percents without need"
            raise DefinitionError(message, code="uplift")


def as_uplift(given: object) -> Uplift:
    """Return an uplift as it is, or read it: "same", "list", "3.5%"; DefinitionError else."""
    if isinstance(given, Uplift):
        return given
    text = given.strip() if isinstance(given, str) else ""
    if text in {"same", "list"}:
        return Uplift(UpliftTo(text))
    digits = text[:-1].strip() if text.endswith("%") else ""
    try:
        return Uplift(UpliftTo.PERCENT, Decimal(digits[:40]))
    except InvalidOperation:
        message = 'found no uplift, expected "same", "list" or percents ("3.5%")'
        raise DefinitionError(message, code="uplift") from None
