"""Reading: subscriptions with their policies; what cannot be read or decided is set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from attrs import frozen

from ecrm_core.errors import EcrmError, MissingError
from ecrm_core.kernel import Stored, gate_text
from ecrm_core.ports import Store
from ecrm_core.ports.subscriptions import read_subscriptions
from ecrm_core.subscriptions import Policies, Subscription, UnreadSubscription, policies_of

__all__ = ["Presets", "SetAside", "stored_subscription", "tried"]

T = TypeVar("T")
Presets = Mapping[str, Policies]
"""The shop's policies by name."""


@frozen(kw_only=True)
class SetAside:
    """A subscription a run could not take up: ``code`` is the error's, or the name of its class.

    Nothing of it is changed: the next run tries again.
    """

    subscription: str
    code: str


def stored_subscription(store: Store, subscription: str) -> Stored[Subscription]:
    """Return the row of an id; MissingError when there is none."""
    id_ = gate_text(subscription, "$.subscription")
    found = read_subscriptions(store, [id_]).get(id_)
    if found is None:
        raise MissingError("no subscription has this id", code="no_subscription", id=id_[:80])
    return found


def tried(
    row: UnreadSubscription, presets: Presets, work: Callable[[Subscription, Policies], T]
) -> T | SetAside:
    """Return what the work makes of a row, or the note that it could not be done.

    Whatever is wrong with one subscription (its plan, its preset, a step), the others go on.
    """
    try:
        state = row.read()
        return work(state, policies_of(state.preset, presets))
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the others
        code = error.code if isinstance(error, EcrmError) else type(error).__name__
        return SetAside(subscription=row.id, code=code)
