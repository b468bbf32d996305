"""Money: exact amounts in one currency, rounded to its minor unit, split without losing a cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel.codec import Json, guarded
from ecrm_core.kernel.gates import gate_decimal

__all__ = ["Money", "Rounding", "minor_units"]

# ISO 4217, amendment 177: every active currency, by digits behind the point.
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP "
    "LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR "
    "NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
    "SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR "
    "ZMW ZWG"
)
_UNITS = {
    code: digits
    for digits, codes in ((0, _ZERO), (2, _TWO), (3, _THREE), (4, _FOUR))
    for code in codes.split()
}


class Rounding(Enum):
    """How a fraction becomes a whole minor unit: commercial (half up) or banker's (half even)."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


_MODES = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN}
# Wide enough for any two amounts: the context of the host (28 digits by default) never rounds ours.
_EXACT = Context(prec=200)


def minor_units(currency: str) -> int:
    """Return the digits behind the point of an ISO 4217 currency: JPY 0, EUR 2, KWD 3.

    Raises DefinitionError for a code that is none.
    """
    try:
        return _UNITS[currency]
    except (KeyError, TypeError):
        raise DefinitionError("found no ISO 4217 currency code", code="currency") from None


@frozen(order=False)
class Money:
    """An exact amount (Decimal, int or decimal text; never a float) in an ISO 4217 currency.

    Amounts finer than the minor unit are allowed until ``rounded``. Two currencies never add or
    compare: DefinitionError. Raises InputError for NaN, infinity and more than 40 digits.
    """

    amount: Decimal = field(converter=gate_decimal)
    currency: str

    def __attrs_post_init__(self) -> None:
        """Refuse an unknown currency."""
        minor_units(self.currency)

    @classmethod
    def from_minor(cls, units: int, currency: str) -> Money:
        """Return the money of so many minor units (cents)."""
        return cls(Decimal(units).scaleb(-minor_units(currency), _EXACT), currency)

    def to_json(self) -> Json:
        """Return the amount as decimal text, with its currency."""
        return {"amount": str(self.amount), "currency": self.currency}

    @classmethod
    @guarded
    def from_json(cls, data: Json) -> Money:
        """Return the money read back; InputError for what is none."""
        return _read(**data)

    @property
    def minor(self) -> int:
        """The whole minor units; InputError when the amount is finer than that."""
        scaled = self.amount.scaleb(minor_units(self.currency), _EXACT)
        if scaled != scaled.to_integral_value():
            message = f"found an amount finer than the minor unit of {self.currency}"
            raise InputError(message, code="unrounded")
        return int(scaled)

    def rounded(self, rounding: Rounding = Rounding.HALF_UP) -> Money:
        """Return the amount at the minor unit."""
        unit = Decimal(1).scaleb(-minor_units(self.currency))
        return Money(self.amount.quantize(unit, _MODES[rounding], _EXACT), self.currency)

    def allocate(self, weights: Sequence[int | Decimal | Fraction]) -> tuple[Money, ...]:
        """Return shares in proportion to the weights that add up to the whole, to the minor unit.

        Largest remainder (Hamilton); ties go to the earlier share. Raises DefinitionError without
        a weight above zero or with one below.
        """
        exact = [Fraction(gate_decimal(w) if isinstance(w, Decimal) else w) for w in weights]
        total = sum(exact)
        if not exact or min(exact) < 0 or total == 0:
            message = "found no weight above zero, or one below"
            raise DefinitionError(message, code="weights")
        whole = self.minor
        quotas = [abs(whole) * weight / total for weight in exact]
        units = [int(quota) for quota in quotas]
        order = sorted(range(len(units)), key=lambda at: (units[at] - quotas[at], at))
        for at in order[: abs(whole) - sum(units)]:
            units[at] += 1
        sign = -1 if whole < 0 else 1
        return tuple(Money.from_minor(sign * unit, self.currency) for unit in units)

    def __add__(self, other: Money) -> Money:
        """Add within one currency."""
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract within one currency."""
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> Money:
        """Return the opposite amount."""
        return Money(_EXACT.minus(self.amount), self.currency)

    def __lt__(self, other: Money) -> bool:
        """Compare within one currency."""
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        """Compare within one currency."""
        return self.amount <= self._same(other)

    def __str__(self) -> str:
        """Return the amount and the currency: "12.30 EUR"."""
        return f"{self.amount:f} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            message = f"found {other.currency} beside {self.currency}: convert one first"
            raise DefinitionError(message, code="currencies")
        return other.amount


@lru_cache(maxsize=4_096)  # a shop has few prices, and many rows with each
def _read(*, amount: str, currency: str) -> Money:
    if type(amount) is not str or type(currency) is not str:
        raise TypeError
    return Money(gate_decimal(amount), currency)
