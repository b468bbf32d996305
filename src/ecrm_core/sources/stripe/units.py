"""Units: amounts as Stripe counts them, which is not always in the minor unit of ISO 4217.

https://docs.stripe.com/currencies: hundredths of ISK and UGX, which have none, and whole MGA.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Final

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money, minor_units

__all__ = ["amount_of", "units_of"]

_DIGITS: Final[Mapping[str, int]] = {"ISK": 2, "MGA": 0, "UGX": 2}
_EXACT: Final = Context(prec=200)


def units_of(amount: Money) -> int:
    """Return an amount as Stripe counts it.

    Raises InputError for an amount finer than Stripe's unit.
    """
    units = amount.amount.scaleb(_digits(amount.currency), _EXACT)
    if units != units.to_integral_value():
        message = f"found {amount}, expected whole units of Stripe's"
        raise InputError(message, path="$.amount", code="amount")
    return int(units)


def amount_of(units: Decimal | int, currency: str, path: str = "$.currency") -> Money:
    """Return so many units of Stripe's as money; InputError for a currency that is none.

    ``currency`` is as Stripe writes it ("usd").
    """
    code = currency.upper()
    try:
        return Money(Decimal(units).scaleb(-_digits(code), _EXACT), code)
    except DefinitionError as error:  # of a payload, not of the shop
        raise InputError(str(error), path=path, code="currency") from None


def _digits(currency: str) -> int:
    held = _DIGITS.get(currency)
    return minor_units(currency) if held is None else held
