"""Simulation: a host that runs subscriptions for years, with outages and crashes, as values."""

from ecrm_core.subscriptions.simulation.log import Entry, Happened, Simulation
from ecrm_core.subscriptions.simulation.payments import (
    Payments,
    Report,
    declined,
    mixed_payments,
    paid,
)
from ecrm_core.subscriptions.simulation.simulate import simulate

__all__ = [
    "Entry",
    "Happened",
    "Payments",
    "Report",
    "Simulation",
    "declined",
    "mixed_payments",
    "paid",
    "simulate",
]
