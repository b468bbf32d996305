"""Identity: who is meant, who acts, and correcting a customer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from attrs import field, frozen

from ecrm_core.customers import (
    Group,
    SourceKey,
    SurvivorshipPolicy,
    decide_correct,
    home_id,
)
from ecrm_core.errors import InputError, MissingError
from ecrm_core.kernel import ChangeSet, CustomerId, gate_text, mask
from ecrm_core.ports import Store, read_groups

__all__ = [
    "Act",
    "group_of",
    "groups_of",
    "identity_of",
    "prepare_correct",
]


_PLAIN = re.compile(r"[\w:./\-]+", re.ASCII)


def _who(by: object) -> str:
    text = gate_text(by, "$.by").strip()
    if not text:
        raise InputError("found no name, expected who does this", path="$.by", code="empty")
    return text


@frozen(kw_only=True)
class Act:
    """Who does something, when, and under which survivorship policy and secret of the store."""

    by: str = field(converter=_who)
    at: datetime
    policy: SurvivorshipPolicy = field(factory=SurvivorshipPolicy)
    secret: bytes | None = field(default=None, repr=False)


def identity_of(store: Store, customer: str | SourceKey) -> CustomerId:
    """Return the home id meant by a CustomerId, a SourceKey or the text "source/external_id"."""
    if isinstance(customer, SourceKey):
        return home_id(store.tenant, customer)
    text = gate_text(customer, "$.customer")
    if text.startswith("cus_") and "/" not in text:
        return CustomerId(text)
    if "/" in text:
        return home_id(store.tenant, SourceKey.parse(text))
    message = "expected a customer id (cus_...) or a source key (source/external_id)"
    raise InputError(message, path="$.customer", code="not_an_identity")


def group_of(store: Store, customer: str | SourceKey) -> Group:
    """Return the whole group of one identity, old ids too; MissingError when it is unknown."""
    return groups_of(store, [customer])[0]


def groups_of(store: Store, customers: Sequence[str | SourceKey]) -> tuple[Group, ...]:
    """Return the groups of several identities as of one moment, so that no home is in two."""
    ids = [identity_of(store, customer) for customer in customers]
    found = read_groups(store, ids)
    missing = [id_ for id_ in ids if id_ not in found]
    if missing:
        asked = customers[ids.index(missing[0])]
        message = f"no customer has the id or source key {_shown(str(asked)[:200])!r}"
        raise MissingError(message, code="no_customer", customer=missing[0])
    return tuple(found[id_] for id_ in ids)


def _shown(asked: str) -> str:
    """Return the id or key, masked where it looks like an address or a name: those are no ids."""
    parts = asked.split("/", 1)
    return "/".join(part if _PLAIN.fullmatch(part) else mask(part) for part in parts)


def prepare_correct(
    store: Store,
    customer: str | SourceKey,
    field_name: str,
    value: object,
    *,
    act: Act,
    replaces: object = None,
    pin: bool = False,
    reason: str | None = None,
    region: str | None = None,
) -> ChangeSet:
    """Return what correcting one field of a customer changes."""
    group = group_of(store, customer)
    return decide_correct(
        group, tenant=store.tenant, field_name=field_name, value=value,
        replaces=replaces, by=act.by, at=act.at, pin=pin, reason=reason, policy=act.policy,
        region=region,
    )  # fmt: skip
