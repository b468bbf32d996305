"""Consistency: what two fields of one party say about each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from ecrm_core.customers import ContactPoint, calling_code
from ecrm_core.kernel import Json
from ecrm_core.quality.evidence import FOUND, Evidence, Suggestion
from ecrm_core.quality.party import Party

__all__ = ["CONSISTENCY_TESTS"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_STAND_INS = frozenset({"1900-01-01", "1901-01-01", "1904-01-01", "1970-01-01", "2000-01-01"})
"""Days that programs and forms fill in where nobody says one."""


def _other_country(value: ContactPoint, record: Party, _: Params) -> Yields:
    """Find a number of another country than that of the address; people move and keep theirs."""
    country = record.fields.get("address.country")
    if not country or value.normalised is None or value.relay:
        return ()
    code = calling_code(country[0])
    return () if code is None or value.normalised.startswith(f"+{code}") else FOUND


def _stand_in(value: date, _: Party, params: Params) -> Yields:
    days = params.get("days", _STAND_INS)
    return FOUND if value.isoformat() in days else ()


def _too_young(value: date, record: Party, params: Params) -> Yields:
    """Find a customer younger than ``youngest`` years; without ``as_of`` nothing is asked."""
    day, youngest = record.as_of, int(params.get("youngest", 14))
    if day is None or value > day:
        return ()
    age = day.year - value.year - ((day.month, day.day) < (value.month, value.day))
    return (Evidence(facts={"years": youngest}),) if age < youngest else ()


CONSISTENCY_TESTS: Mapping[str, Callable[..., Yields]] = {
    "birth_on_stand_in": _stand_in,
    "birth_on_young": _too_young,
    "phone_other_country": _other_country,
}
"""The tests of this file by name."""
