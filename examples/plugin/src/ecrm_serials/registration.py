"""Registration: a machine and whose it is, kept in the store of the shop."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core import Crm
from ecrm_core.kernel import ChangeSet, CustomerId, Index, Kind, Put
from ecrm_core.merging import LinkedKind
from ecrm_serials.serial import digits_of

__all__ = ["REGISTERED", "REGISTRATIONS", "Registration", "register"]


@frozen(kw_only=True)
class Registration:
    """One machine, registered to a customer on a day."""

    serial: str
    customer: CustomerId
    on: date


REGISTRATIONS = Kind(
    name="machine_registration",
    of=Registration,
    key=("serial",),
    indexes=(Index("by_customer", ("customer",)),),
    owner="ecrm_serials",
)
REGISTERED = LinkedKind(kind=REGISTRATIONS, by="by_customer")
"""What makes the library count, show and export the rows with their customer."""


def register(crm: Crm, customer: str, serial: str, *, on: date) -> None:
    """Write the machine under the id the customer goes by now."""
    held = Registration(serial=digits_of(serial), customer=crm.resolve(customer), on=on)
    crm.store.apply(ChangeSet(puts=(Put(REGISTRATIONS, held),)))
