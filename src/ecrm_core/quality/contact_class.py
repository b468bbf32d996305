"""Classes of contact points: whose mailbox it is, by its host and name; numbers that forward."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache

from attrs import evolve

from ecrm_core.customers import ContactKind, ContactPoint
from ecrm_core.customers.data import load_data as customers_data
from ecrm_core.kernel import Json
from ecrm_core.quality.data import load_data
from ecrm_core.quality.email import disposable_host, is_role, parts_of
from ecrm_core.quality.evidence import Evidence, Suggestion
from ecrm_core.quality.party import Party

__all__ = ["CLASS_TESTS", "EmailClass", "email_class", "is_virtual_phone"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_DIGIT_END = re.compile(r"(?!xn--)[a-z0-9-]*[0-9]")


class EmailClass(Enum):
    """Whose mailbox an address is; the first that fits, from below to above.

    PERSONAL (at an employer, a provider, one's own domain), FREE (a host that takes anybody),
    ROLE (a function: info@), DISPOSABLE (thrown away), RELAY (forwards to a mailbox it hides).
    """

    PERSONAL = "personal"
    FREE = "free"
    ROLE = "role"
    DISPOSABLE = "disposable"
    RELAY = "relay"


def email_class(contact: ContactPoint, *, disposable: Iterable[str] = ()) -> EmailClass | None:
    """Return the class of an e-mail address; None where it is none, or cannot be read.

    ``disposable`` are domains beside those of this library, as ``read_domain_list`` returns them.
    """
    if contact.kind is not ContactKind.EMAIL or contact.normalised is None:
        return None
    if contact.relay:
        return EmailClass.RELAY
    local, domain = parts_of(contact)
    if disposable_host(domain, frozenset(disposable)):
        return EmailClass.DISPOSABLE
    if is_role(local):
        return EmailClass.ROLE
    return EmailClass.FREE if _free_host(domain) else EmailClass.PERSONAL


def _free_host(domain: str, more: Iterable[str] = ()) -> str | None:
    """Return the listed host the domain is, or is below; None: it is none that takes anybody."""
    known, added = _free_hosts(), frozenset(more)
    while "." in domain:
        if domain in known or domain in added:
            return domain
        domain = domain.partition(".")[2]
    return None


@lru_cache(maxsize=1)
def _free_hosts() -> frozenset[str]:
    return frozenset(customers_data("free_mail_domains"))


def is_virtual_phone(contact: ContactPoint) -> bool:
    """Tell whether a number forwards to another one (see virtual_phones.json)."""
    if contact.kind is not ContactKind.PHONE or contact.normalised is None:
        return False
    digits = contact.normalised[1:]
    return contact.relay or any(
        digits.startswith(prefix) and least <= len(digits) - len(prefix) <= most
        for ranges in load_data("virtual_phones")["ranges"].values()
        for prefix, least, most in ranges
    )


def _virtual(value: ContactPoint, _: Party, __: Params) -> Yields:
    if is_virtual_phone(value):
        yield Evidence()


def _free(value: ContactPoint, _: Party, params: Params) -> Yields:
    if value.normalised is None or value.relay:
        return
    host = _free_host(parts_of(value)[1], params.get("domains", ()))
    if host is not None:
        yield Evidence(facts={"domain": host})


def _ending(value: ContactPoint, _: Party, __: Params) -> Yields:
    """Find a top-level domain that ends in a digit: they are of letters (RFC 1123, section 2.1)."""
    top = parts_of(value)[1].rpartition(".")[2]
    if value.normalised is not None and _DIGIT_END.fullmatch(top):
        yield Evidence()


def _display_name(value: ContactPoint, _: Party, __: Params) -> Yields:
    """Find a name before the address, as mail programs write it: what is meant is certain."""
    raw = value.raw.strip()
    if value.normalised is not None and raw.endswith(">") and not raw.startswith("<"):
        yield Evidence()
        yield Suggestion(value=evolve(value, raw=value.normalised), confidence=1.0, automatic=True)


CLASS_TESTS = {
    "email_display_name": _display_name,
    "email_ending": _ending,
    "email_free_for_company": _free,
    "phone_virtual": _virtual,
}
"""The tests of this file by name."""
