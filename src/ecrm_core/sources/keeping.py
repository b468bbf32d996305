"""Keeping: the first event of an object carries every leaf that nothing took, under "unmapped"."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from ecrm_core.errors import InputError
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.payload import Payload
from ecrm_core.timeline import Interaction

__all__ = ["apart", "keeping", "no_id", "with_left"]


def keeping(payload: Payload, events: tuple[Interaction, ...]) -> tuple[Interaction, ...]:
    """Return the events, the first of them with every leaf that nothing took."""
    first, *others = events
    return (with_left(first, payload.unmapped()), *others)


def with_left(event: Interaction, left: Mapping[str, object]) -> Interaction:
    """Return the event with these leaves."""
    return evolve(event, data={**event.data, "unmapped": left}) if left else event


def apart(payload: Payload, *events: Interaction) -> Entry:
    """Return an object that states nothing about a party: its events, and every other leaf."""
    if not events:
        return Entry(mapped=payload.mapped, kept=payload.unmapped())
    return Entry(interactions=keeping(payload, events), mapped=payload.mapped)


def no_id(what: str, path: str = "$.id") -> InputError:
    """Return the problem of an object that does not say which one it is."""
    return InputError(f"found no id, expected the number of {what}", path=path, code="no_id")
