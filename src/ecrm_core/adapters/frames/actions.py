"""Actions: what falls due as a frame, one row each, for planning and for charts."""

from __future__ import annotations

from collections.abc import Iterable

import narwhals as nw

from ecrm_core.adapters.frames.reading import NativeFrame, eager
from ecrm_core.subscriptions import Action

__all__ = ["actions"]

_SCHEMA = {
    "key": nw.String(), "at": nw.Datetime("us", "UTC"), "on": nw.String(), "kind": nw.String(),
    "minor": nw.Int64(), "currency": nw.String(), "rule": nw.String(), "to": nw.String(),
    "plan": nw.String(), "customer": nw.String(), "subscription": nw.String(),
    "late": nw.Boolean(),
}  # fmt: skip


def actions(found: Iterable[Action], *, like: NativeFrame) -> NativeFrame:
    """Return actions (of ``crm.due`` or ``crm.forecast``) as a frame of the library of ``like``.

    ``on`` is the local day as ISO text, ``minor`` the amount in minor units (cents), 0 where
    there is none, so that it adds up. Raises DefinitionError for no frame.
    """
    rows = [_row(action) for action in found]
    columns = {name: [row[at] for row in rows] for at, name in enumerate(_SCHEMA)}
    backend = eager(like).implementation
    native: NativeFrame = nw.from_dict(columns, schema=_SCHEMA, backend=backend).to_native()
    return native


def _row(action: Action) -> tuple[object, ...]:
    amount = action.amount
    return (
        action.key, action.at, action.on.isoformat(), action.kind.value,
        0 if amount is None else amount.minor, None if amount is None else amount.currency,
        action.rule, action.to, action.plan, action.customer, action.subscription, action.late,
    )  # fmt: skip
