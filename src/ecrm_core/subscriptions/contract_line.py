"""Contract line: what is invoiced by hand or in another system: periods, stubs, invoice days."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from attrs import field, frozen

from ecrm_core.kernel import DateInterval, add_months
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.duration import Duration, as_duration
from ecrm_core.subscriptions.subscription import last_day

__all__ = ["ContractLine"]

_DAY = timedelta(days=1)


@frozen(kw_only=True)
class ContractLine:
    """One line of a contract: from ``start`` up to, and without, ``until`` (None: open).

    ``month_end`` lets every period end with the last day of a month, on which it is invoiced when
    paid in arrears; else a period paid in arrears is invoiced on the day after its last.
    """

    start: date
    until: date | None = None
    period: Duration = field(converter=as_duration)
    pay: Pay = Pay.IN_ADVANCE
    month_end: bool = False

    def period_from(self, day: date, *, invoice_on: date | None = None) -> DateInterval | None:
        """Return the period that begins on a day, cut off at the end; None after the end.

        ``invoice_on`` is its invoice day where somebody has set it, which then says its end.
        """
        if self.until is not None and day >= self.until:
            return None
        end = self._end(day) if invoice_on is None else self._end_invoiced(invoice_on)
        return DateInterval(day, end if self.until is None else min(end, self.until))

    def invoice_day(self, period: DateInterval) -> date:
        """Return the day a period of this line is invoiced."""
        if self.pay is Pay.IN_ADVANCE:
            return period.start
        return last_day(period) - _DAY if self.month_end else last_day(period)

    def periods(self) -> Iterator[DateInterval]:
        """Go through all periods, each counted from the start of the line; without end if open."""
        number, day = 0, self.start
        while True:
            number += 1
            end = self._end(self.start, number)
            if self.until is not None and day >= self.until:
                return
            yield DateInterval(day, end if self.until is None else min(end, self.until))
            day = end

    def _end(self, day: date, times: int = 1) -> date:
        """Return the end of a period, itself outside."""
        if not self.month_end or not self.period.months:
            return self.period.after(day, times)
        last = add_months(day.replace(day=1), self.period.months * times - 1)
        return last.replace(day=monthrange(last.year, last.month)[1]) + _DAY

    def _end_invoiced(self, on: date) -> date:
        if self.pay is Pay.IN_ADVANCE:
            return self._end(on)
        return on + _DAY if self.month_end else on
