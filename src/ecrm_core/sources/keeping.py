"""Keeping: the first event of an object carries every leaf that nothing took, under "unmapped"."""

from __future__ import annotations

from attrs import evolve

from ecrm_core.errors import InputError
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.payload import Payload
from ecrm_core.timeline import Interaction

__all__ = ["apart", "keeping", "no_id"]


def keeping(payload: Payload, events: tuple[Interaction, ...]) -> tuple[Interaction, ...]:
    """Return the events, the first of them with every leaf that nothing took."""
    first, *others = events
    left = payload.unmapped()
    kept = evolve(first, data={**first.data, "unmapped": left}) if left else first
    return (kept, *others)


def apart(payload: Payload, *events: Interaction) -> Entry:
    """Return an object that states nothing about a party: its events, and every other leaf."""
    if not events:
        return Entry(mapped=payload.mapped, kept=payload.unmapped())
    return Entry(interactions=keeping(payload, events), mapped=payload.mapped)


def no_id(what: str, path: str = "$.id") -> InputError:
    """Return the problem of an object that does not say which one it is."""
    return InputError(f"found no id, expected the number of {what}", path=path, code="no_id")
