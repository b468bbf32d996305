"""Asked: what people ask by law, passed on by a source, goes to the host."""

from __future__ import annotations

from collections.abc import Iterable

from ecrm_core.customers import home_id
from ecrm_core.kernel import (
    CLAIMS,
    DELIVERED,
    OUTBOX,
    ChangeSet,
    CustomerId,
    Emit,
    derive_id,
    instant_text,
)
from ecrm_core.ports import Store
from ecrm_core.sources import PrivacyRequest

__all__ = ["prepare_requests"]

_PRIVACY = "privacy"
"""The topic of a request: source, request (the source's id of it), kind, at, subject, customer."""


def _request_key(tenant: str, asked: PrivacyRequest) -> str:
    """Return the key of the effect of a request: one for each request of a source."""
    return derive_id("prv", tenant, asked.source, asked.id)


def prepare_requests(store: Store, requests: Iterable[PrivacyRequest]) -> ChangeSet:
    """Return what passing requests on writes; nobody is erased. The result counts ``requests_new``.

    One that was passed on before is no news.
    """
    asked = {_request_key(store.tenant, one): one for one in requests}
    if not asked:
        return ChangeSet(result={"requests_new": 0})
    keys = [(key,) for key in asked]
    waiting, in_work = store.get_many(OUTBOX, keys), store.get_many(CLAIMS, keys)
    known = {key for (key,) in (*waiting, *in_work, *store.get_many(DELIVERED, keys))}
    emits = [_emit(store, key, one) for key, one in sorted(asked.items()) if key not in known]
    return ChangeSet(emits=tuple(emits), result={"requests_new": len(emits)})


def _emit(store: Store, key: str, asked: PrivacyRequest) -> Emit:
    customer: CustomerId | None = None
    if asked.subject is not None:
        customer = home_id(store.tenant, asked.subject)
    return Emit(
        key=key,
        topic=_PRIVACY,
        at=asked.at,
        payload={
            "source": asked.source,
            "request": asked.id,
            "kind": asked.kind.value,
            "at": instant_text(asked.at),
            "subject": None if asked.subject is None else str(asked.subject),
            "customer": customer,
        },
    )
