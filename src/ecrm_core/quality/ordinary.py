"""Ordinary: values most people have, of which one look tells that some tests find nothing in them.

A shortcut and no rule: the tests it stands for are asked of every other value, and a law says that
asking them of all gives the same report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from attrs import frozen

from ecrm_core.customers import ContactPoint, FieldValue, PersonName, phone_type
from ecrm_core.quality.email import disposable_host, has_no_mail, has_stray_dots, is_role
from ecrm_core.quality.email_typo import hint_of
from ecrm_core.quality.name import is_telling
from ecrm_core.quality.party import Party
from ecrm_core.quality.phone import is_fictional, pattern_of

__all__ = ["ORDINARY", "Ordinary", "of_letters"]


@frozen
class Ordinary:
    """Where ``holds`` is true, none of the ``tests``, by name and without parameters, finds."""

    tests: frozenset[str]
    holds: Callable[[FieldValue, Party], bool]


def _email(value: ContactPoint, __: Party) -> bool:
    address = value.normalised
    if address is None or address != value.raw or value.relay or value.verification is not None:
        return False
    local, _, domain = address.rpartition("@")
    if len(local) > 64 or not local.isascii() or '"' in local or is_role(local):
        return False
    if has_stray_dots(address):
        return False
    return _ordinary_domain(domain)


@lru_cache(maxsize=4096)  # by domain, never by person
def _ordinary_domain(domain: str) -> bool:
    return not (has_no_mail(domain) or disposable_host(domain) or hint_of(domain))


def _phone(value: ContactPoint, _: Party) -> bool:
    if value.normalised is None or value.verification is not None or pattern_of(value):
        return False
    return phone_type(value) is not None and not is_fictional(value)


def _name(value: PersonName, party: Party) -> bool:
    return of_letters(value.full) and not is_telling(party.words)


def of_letters(text: str) -> bool:
    """Tell whether a name is letters, with spaces, apostrophes and hyphens between them."""
    return text.replace(" ", "").replace("'", "").replace("-", "").isalpha()


ORDINARY: Mapping[str, Ordinary] = MappingProxyType({
    "emails": Ordinary(
        frozenset({
            "email_disposable", "email_display_name", "email_long", "email_quoted", "email_relay",
            "email_role", "email_special_use", "email_syntax", "email_typo", "email_wrapped",
            "not_working",
        }),
        _email,
    ),
    "phones": Ordinary(
        frozenset({
            "not_working", "phone_country", "phone_fictional", "phone_impossible", "phone_pattern",
            "phone_unknown",
        }),
        _phone,
    ),
    "name": Ordinary(
        frozenset({"name_is_address", "name_letter", "name_sample", "name_signs", "name_walk"}),
        _name,
    ),
})  # fmt: skip
"""The shortcuts by path."""
