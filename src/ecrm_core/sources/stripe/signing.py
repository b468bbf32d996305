"""Signing: whether Stripe signed a webhook, and lately."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from ecrm_core.errors import RefusedError
from ecrm_core.kernel import utc
from ecrm_core.sources.signature import secret_bytes

__all__ = ["verify"]

_TOLERANCE: Final = timedelta(minutes=5)


def verify(
    body: bytes, signature: str | None, *, secret: str | bytes, now: datetime,
    tolerance: timedelta = _TOLERANCE,
) -> None:  # fmt: skip
    """Refuse a webhook that Stripe did not sign, or not within the tolerance of ``now``.

    ``signature`` is the header Stripe-Signature, ``secret`` that of the endpoint ("whsec_..."); the
    body must be the bytes as they came. One fitting signature of several is enough: secrets are
    rolled. Raises RefusedError (codes "bad_signature" and "stale_signature"), DefinitionError for
    an empty secret.
    """
    key = secret_bytes(secret)
    parts = [part.strip().partition("=") for part in (signature or "").split(",")]
    stamp = next((value for name, _, value in parts if name == "t"), "")
    # A header may be any text, lone surrogates too: what is no ASCII fits nothing.
    expected = hmac.digest(key, stamp.encode("ascii", "replace") + b"." + body, "sha256").hex()
    given = [value.encode("ascii", "replace") for name, _, value in parts if name == "v1"]
    # Every one is compared, so that the time tells nothing.
    if not any([hmac.compare_digest(expected.encode(), value) for value in given]):  # noqa: C419
        message = "the signature does not fit the body: another secret, or not the bytes as sent"
        raise RefusedError(message, code="bad_signature")
    if not stamp.isdecimal() or abs(utc(now) - _instant(stamp)) > tolerance:
        raise RefusedError("the webhook was signed at another time", code="stale_signature")


def _instant(stamp: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(stamp[:12]), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.min.replace(tzinfo=UTC)
