"""Serials: what ecrm_core learns about the serial numbers of machines."""

from __future__ import annotations

from ecrm_core.ports import Toolbox
from ecrm_serials.comparison import SERIAL
from ecrm_serials.field import MACHINE_YEAR
from ecrm_serials.forms import FORMS, read_forms
from ecrm_serials.registration import REGISTERED, register
from ecrm_serials.rule import SERIAL_CHECK, check_digit

__all__ = ["add_to", "register"]


def add_to(tools: Toolbox) -> Toolbox:
    """Return the toolbox with a rule, its test, a comparison, a field, a Kind and a source."""
    return tools.add(
        SERIAL_CHECK, SERIAL, MACHINE_YEAR, REGISTERED, tests={"check_digit": check_digit},
        readers={FORMS: read_forms},
    )  # fmt: skip
