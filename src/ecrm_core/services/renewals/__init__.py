"""Renewals: subscriptions loaded, decided and made ready to be written; no rule stands here."""

from ecrm_core.services.renewals.commanding import prepare_command, prepare_subscribe
from ecrm_core.services.renewals.foreseeing import (
    due_actions,
    forecast_actions,
    subscriptions_of,
)
from ecrm_core.services.renewals.report import RunReport, SetAside
from ecrm_core.services.renewals.running import check_run, prepare_run_due, run_due

__all__ = [
    "RunReport",
    "SetAside",
    "check_run",
    "due_actions",
    "forecast_actions",
    "prepare_command",
    "prepare_run_due",
    "prepare_subscribe",
    "run_due",
    "subscriptions_of",
]
