"""Months: movements added up by currency and month; start and movements are the end, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import groupby

from attrs import evolve, field, frozen

from ecrm_core.kernel import Json, Money, add_months, html_table, plain_table
from ecrm_core.subscriptions.movements.movement import Movement, MovementKind
from ecrm_core.subscriptions.proration import round_fraction

__all__ = ["Month", "Movements", "in_months"]

_KINDS = (MovementKind.NEW, MovementKind.EXPANSION, MovementKind.REACTIVATION,
          MovementKind.CONTRACTION, MovementKind.CHURN)  # fmt: skip
_HEAD = ("month", "currency", "start", *(kind.value for kind in _KINDS), "end", "churn by cause")


@frozen(kw_only=True)
class Month:
    """One month of one currency, all amounts exact, in minor units of it.

    ``churned`` is the churn by cause: "requested", "expired", "unpaid", "paused" and so on.
    """

    month: date
    currency: str
    start: Fraction
    new: Fraction = Fraction(0)
    expansion: Fraction = Fraction(0)
    reactivation: Fraction = Fraction(0)
    contraction: Fraction = Fraction(0)
    churned: Mapping[str, Fraction] = field(factory=dict)

    @property
    def churn(self) -> Fraction:
        """All of the churn."""
        return sum(self.churned.values(), Fraction(0))

    @property
    def end(self) -> Fraction:
        """What is left at the end of the month."""
        gained = self.new + self.expansion + self.reactivation
        return self.start + gained - self.contraction - self.churn

    def row(self) -> dict[str, str]:
        """Return the cells by their column: amounts as decimals, rounded to the minor unit."""
        amounts = {name: self._shown(getattr(self, name)) for name in _HEAD[2:-1]}
        causes = (f"{cause} {self._shown(part)}" for cause, part in sorted(self.churned.items()))
        return {"month": f"{self.month:%Y-%m}", "currency": self.currency, **amounts,
                "churn by cause": ", ".join(causes)}  # fmt: skip

    def to_json(self) -> Json:
        """Return the month as JSON values: amounts as exact fractions of a minor unit."""
        amounts: dict[str, Json] = {name: str(getattr(self, name)) for name in _HEAD[2:-1]}
        causes: dict[str, Json] = {c: str(part) for c, part in sorted(self.churned.items())}
        return {"month": f"{self.month:%Y-%m}", "currency": self.currency, **amounts,
                "churned": causes}  # fmt: skip

    def _shown(self, exact: Fraction) -> str:
        return f"{Money.from_minor(round_fraction(exact), self.currency).amount:f}"


class Movements(tuple[Month, ...]):
    """Months by currency, without a gap between the first and the last; printed, a table."""

    __slots__ = ()

    def __str__(self) -> str:
        """Return the plain table, or "nothing"."""
        return plain_table(_HEAD, self._rows()) if self else "nothing"

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._rows())

    def to_json(self) -> list[Json]:
        """Return every month as JSON values."""
        return [month.to_json() for month in self]

    def to_columns(self) -> dict[str, list[str]]:
        """Return the table by its columns: what every frame library takes."""
        rows = [month.row() for month in self]
        return {name: [row[name] for row in rows] for name in _HEAD}

    def _rows(self) -> list[tuple[str, ...]]:
        return [tuple(month.row().values()) for month in self]


def in_months(
    told: Iterable[Movement], *, since: date | None = None, until: date | None = None
) -> Movements:
    """Return movements added up by currency and month, with the months in which nothing moved."""
    counted = sorted(
        (moved for moved in told if until is None or moved.on < until),
        key=lambda moved: (moved.currency, moved.on),
    )
    return Movements(
        month
        for currency, of in groupby(counted, lambda moved: moved.currency)
        for month in _of_currency(currency, list(of), until)
        if since is None or month.month >= since.replace(day=1)
    )


def _of_currency(currency: str, told: list[Movement], until: date | None) -> Iterator[Month]:
    by_month: dict[date, list[Movement]] = defaultdict(list)
    for moved in told:
        by_month[moved.on.replace(day=1)].append(moved)
    month, last = min(by_month), max(by_month)
    if until is not None:
        last = max(last, add_months(until, -1 if until.day == 1 else 0).replace(day=1))
    left = Fraction(0)
    while month <= last:
        held = _added(Month(month=month, currency=currency, start=left), by_month[month])
        yield held
        left, month = held.end, add_months(month, 1)


def _added(month: Month, told: list[Movement]) -> Month:
    sums: dict[MovementKind, Fraction] = defaultdict(Fraction)
    causes: dict[str, Fraction] = defaultdict(Fraction)
    for moved in told:
        sums[moved.kind] += moved.amount
        if moved.kind is MovementKind.CHURN:
            causes[moved.cause or "other"] += moved.amount
    return evolve(
        month, new=sums[MovementKind.NEW], expansion=sums[MovementKind.EXPANSION],
        reactivation=sums[MovementKind.REACTIVATION],
        contraction=sums[MovementKind.CONTRACTION], churned=dict(causes),
    )  # fmt: skip
