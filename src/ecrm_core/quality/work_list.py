"""Work list: whom to verify again first: the value that hangs on contact details that may be dead.

Value at risk is the value of a customer, times one less the best chance of reaching her in any way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from heapq import nsmallest
from typing import Final

from attrs import define, frozen

from ecrm_core.customers import Profile, SourceRecord
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId, Json, Money, gate_decimal, html_table, plain_table
from ecrm_core.quality.freshness import Freshness, freshness
from ecrm_core.quality.half_lives import HalfLives
from ecrm_core.quality.hard_event import HardEvent, day_of
from ecrm_core.quality.party import Party, party_of

__all__ = ["WAYS", "Events", "Value", "WorkList", "WorkRow", "work_list"]

WAYS: Final = ("emails", "phones", "handles", "addresses")
"""The ways a customer is reached by."""
Worth = Money | Decimal | int
Value = Mapping[str, Worth] | Mapping[CustomerId, Worth] | Callable[[str], Worth | None]
"""What a customer is worth, by her id: a mapping, or a function (None: nothing is known)."""
Events = Mapping[str, Sequence[HardEvent]]
"""Hard events by the id of the customer they happened to."""
_HEAD = ("customer", "value", "chance", "at risk", "verify", "why")
_PLACES = Decimal("0.0001")
_EXACT = Context(prec=120)  # whatever the host has set: a gated value has 40 digits


@frozen(kw_only=True)
class WorkRow:
    """One customer to verify: ``at_risk`` = ``value`` x (1 - ``chance``).

    ``chance`` (0 to 1, four places) is that of the surest way, ``surest``: the one to try first.
    None: there is no way that can be read, and all of the value is at risk.
    """

    id: str
    value: Decimal
    chance: Decimal
    surest: Freshness | None = None

    @property
    def at_risk(self) -> Decimal:
        """The value at risk, in the currency of the list."""
        return _EXACT.multiply(self.value, _EXACT.subtract(Decimal(1), self.chance))

    @property
    def why(self) -> str:
        """How the chance comes about, in words."""
        return self.surest.explain() if self.surest else "there is no way to reach her"


@frozen(kw_only=True)
class WorkList:
    """Customers by value at risk, the greatest first, equal ones by id.

    ``customers`` counts all that were looked at, ``at_risk`` adds up all of them, listed or not.
    ``currency`` is that of the values, None where they are plain numbers.
    """

    rows: tuple[WorkRow, ...]
    customers: int
    at_risk: Decimal
    as_of: date
    currency: str | None = None

    def to_rows(self) -> list[dict[str, Json]]:
        """Return flat rows, as a frame takes them; amounts as text, no personal data."""
        return [
            {
                "customer": row.id,
                "value": f"{row.value:f}",
                "chance": float(row.chance),
                "at_risk": f"{row.at_risk:f}",
                "currency": self.currency,
                "verify": row.surest.path if row.surest else None,
                "why": row.why,
            }
            for row in self.rows
        ]

    def to_json(self) -> dict[str, Json]:
        """Return the list as JSON values."""
        return {
            "as_of": self.as_of.isoformat(),
            "customers": self.customers,
            "at_risk": f"{self.at_risk:f}",
            "currency": self.currency,
            "rows": self.to_rows(),
        }

    def __str__(self) -> str:
        """Return the list as a plain table."""
        return f"{self._title()}\n{plain_table(_HEAD, self._cells())}"

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._cells(), caption=self._title())

    def _title(self) -> str:
        amount = f"{self.at_risk:,.2f} {self.currency or ''}".strip()
        people = "1 customer" if self.customers == 1 else f"{self.customers} customers"
        return f"{amount} at risk with {people} as of {self.as_of}"

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (row.id, f"{row.value:,.2f}", f"{row.chance * 100:.0f} %", f"{row.at_risk:,.2f}",
             row.surest.path if row.surest else "-", row.why)
            for row in self.rows
        ]  # fmt: skip


def work_list(
    parties: Iterable[Profile | SourceRecord],
    *,
    value: Value,
    as_of: date,
    half_lives: HalfLives | None = None,
    events: Events | None = None,
    ways: Collection[str] = WAYS,
    limit: int = 100,
) -> WorkList:
    """Return whom to verify again first, by value at risk: value x (1 - the best chance).

    The best chance is the greatest confidence (``freshness``) among the ``ways``; no two are taken
    together, for what makes one wrong often makes the other wrong. A customer is named by her id, a
    record by its source key, in ``value`` and ``events`` too. Those without a value, or of 0 and
    less, are counted and not listed. Any number of parties is taken, in the memory of ``limit``.

    Raises DefinitionError for a limit below 1, an unknown way or two currencies, InputError for a
    value that is no finite number.
    """
    if type(limit) is not int or limit < 1:
        message = f"the limit is {limit!r:.40}, expected a whole number of 1 or more"
        raise DefinitionError(message, code="limit")
    if not ways or set(ways) - set(WAYS):
        raise DefinitionError(f"found no ways among {', '.join(WAYS)}", code="ways")
    told = {} if events is None else events  # an empty one may still fill as parties are read
    work = _Work(value, day_of(as_of), half_lives, told, ways)
    rows = nsmallest(limit, work.rows(parties), key=lambda row: (-row.at_risk, row.id))
    return WorkList(
        rows=tuple(rows), customers=work.customers, at_risk=work.at_risk, as_of=work.as_of,
        currency=work.currency or None,
    )  # fmt: skip


@define
class _Work:
    """A list in the making, customer by customer; ``currency`` is None until a value says it."""

    value: Value
    as_of: date
    half_lives: HalfLives | None
    events: Events
    ways: Collection[str]
    customers: int = 0
    at_risk: Decimal = Decimal(0)
    currency: str | None = None

    def rows(self, parties: Iterable[Profile | SourceRecord]) -> Iterator[WorkRow]:
        for party in parties:
            self.customers += 1
            name = party.id if isinstance(party, Profile) else str(party.key)
            worth = self._worth(name)
            if worth > 0:
                row = self._row(name, worth, party_of(party, as_of=self.as_of))
                self.at_risk = _EXACT.add(self.at_risk, row.at_risk)
                if row.at_risk:
                    yield row

    def _worth(self, name: str) -> Decimal:
        told = self.value(name) if callable(self.value) else self.value.get(CustomerId(name))
        if told is None:
            return Decimal(0)
        currency = told.currency if isinstance(told, Money) else ""
        if self.currency is None:
            self.currency = currency
        if currency != self.currency:
            found = " beside ".join(held or "plain numbers" for held in (currency, self.currency))
            raise DefinitionError(f"found {found}: convert one first", code="currencies")
        return told.amount if isinstance(told, Money) else gate_decimal(told)

    def _row(self, name: str, worth: Decimal, party: Party) -> WorkRow:
        events = self.events.get(name, ())
        found = [
            held
            for way in self.ways
            for held in freshness(party, way, half_lives=self.half_lives, events=events)
        ]
        # Four places: what a platform's powers differ in does not decide who comes first.
        surest = max(found, key=lambda held: round(held.confidence, 4), default=None)
        chance = Decimal(str(surest.confidence)).quantize(_PLACES) if surest else Decimal(0)
        return WorkRow(id=name, value=worth, chance=chance, surest=surest)
