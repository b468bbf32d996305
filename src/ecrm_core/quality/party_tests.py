"""Party tests: can she be named and reached, is it a person at all, and what time tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from ecrm_core.customers import ContactPoint, VerificationState
from ecrm_core.kernel import Json
from ecrm_core.quality.evidence import FOUND, Evidence, Suggestion
from ecrm_core.quality.finding import DATE_AMBIGUOUS
from ecrm_core.quality.invented import percent, signs_of, weigh
from ecrm_core.quality.party import Party

__all__ = ["PARTY_TESTS"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_DEAD = frozenset({VerificationState.BOUNCED, VerificationState.UNREACHABLE})


def _named(value: Party, _: Party, __: Params) -> Yields:
    return FOUND if value.name is None and value.organisation is None else ()


def _reachable(value: Party, _: Party, __: Params) -> Yields:
    """Ask for one way that can be read: e-mail, phone, messenger, or a place mail goes to."""
    for contacts in (value.emails, value.phones, value.fields.get("handles", ())):
        for contact in contacts:
            if contact.normalised:
                return ()
    return () if _has_place(value) else FOUND


def _has_place(party: Party) -> bool:
    flat = "address.lines" in party.fields and (
        "address.locality" in party.fields or "address.postal_code" in party.fields
    )
    return flat or any(
        place.lines and (place.locality or place.postal_code)
        for place in party.fields.get("addresses", ())
    )


def _unread(value: str, record: Party, __: Params) -> Yields:
    """Tell of a cell nobody can read, or of one that has several readings: each is suggested.

    None is automatic, not even an only one: the order of a column is for its owner to name, who
    then reads all of its cells, and not each row in another order.
    """
    readings = record.readings.get(value)
    if not readings:
        return (Evidence(facts={"field": value}),)
    meant = sorted({held for values in readings.values() for held in values})
    facts = {"field": value, "orders": ", ".join(sorted(readings))}
    return (
        Evidence(facts=facts, message=DATE_AMBIGUOUS),
        *(Suggestion(value=held, confidence=1 / len(meant)) for held in meant),
    )


def _not_working(value: ContactPoint, _: Party, __: Params) -> Yields:
    if value.verification is None or value.verification.state not in _DEAD:
        return ()
    return (Evidence(facts={"state": value.verification.state.value}),)


def _birth_on(value: date, record: Party, params: Params) -> Yields:
    """Ask whether somebody alive can be born that day; without ``as_of`` nothing is asked."""
    if record.as_of is None:
        return ()
    oldest = int(params.get("oldest", 120))
    if value > record.as_of:
        return (Evidence(facts={"what": "future"}),)
    if record.as_of.year - value.year > oldest:
        return (Evidence(facts={"what": "age", "years": oldest}),)
    return ()


def _invented(value: Party, _: Party, __: Params) -> Yields:
    signs = signs_of(value)
    odds = weigh(signs) if signs else 0.0
    if odds <= 0:
        return ()
    return (Evidence(facts={"signs": ", ".join(signs), "percent": percent(odds)}),)


PARTY_TESTS: Mapping[str, Callable[..., Yields]] = {
    "birth_on": _birth_on,
    "invented": _invented,
    "named": _named,
    "not_working": _not_working,
    "reachable": _reachable,
    "unread": _unread,
}
"""The tests of this file by name."""
