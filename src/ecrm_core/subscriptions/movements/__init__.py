"""Movements: how the monthly recurring amount came about, month by month, from events only."""

from ecrm_core.subscriptions.movements.months import Month, Movements
from ecrm_core.subscriptions.movements.movement import Movement, MovementKind
from ecrm_core.subscriptions.movements.tell import movements

__all__ = ["Month", "Movement", "MovementKind", "Movements", "movements"]
