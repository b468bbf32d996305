"""Renewals: subscriptions loaded, decided and made ready to be written; no rule stands here."""

from ecrm_core.services.renewals.commanding import prepare_command, prepare_subscribe
from ecrm_core.services.renewals.foreseeing import (
    due_actions,
    forecast_actions,
    subscriptions_of,
)
from ecrm_core.services.renewals.health import TROUBLES, Health, Trouble, examine
from ecrm_core.services.renewals.paying import collecting, payment_key, prepare_payment
from ecrm_core.services.renewals.report import RunReport, SetAside
from ecrm_core.services.renewals.running import check_run, prepare_run_due, run_due

__all__ = [
    "TROUBLES",
    "Health",
    "RunReport",
    "SetAside",
    "Trouble",
    "check_run",
    "collecting",
    "due_actions",
    "examine",
    "forecast_actions",
    "payment_key",
    "prepare_command",
    "prepare_payment",
    "prepare_run_due",
    "prepare_subscribe",
    "run_due",
    "subscriptions_of",
]
