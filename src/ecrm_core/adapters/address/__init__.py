"""Addresses by country: what each country asks of one, from Google's address data (an extra)."""

from ecrm_core.adapters.address.form import AddressForm, address_form
from ecrm_core.adapters.address.problems import AddressProblem, ProblemKind, address_problems
from ecrm_core.adapters.address.rules import ADDRESS_RULES, ADDRESS_TESTS, with_addresses

__all__ = [
    "ADDRESS_RULES",
    "ADDRESS_TESTS",
    "AddressForm",
    "AddressProblem",
    "ProblemKind",
    "address_form",
    "address_problems",
    "with_addresses",
]
