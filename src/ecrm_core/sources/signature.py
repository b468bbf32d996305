"""Signature: whether the bytes of a webhook are those the shop signed (HMAC-SHA256, RFC 2104)."""

from __future__ import annotations

import base64
import binascii
import hmac

from ecrm_core.errors import DefinitionError, RefusedError

__all__ = ["secret_bytes", "verify_signature"]


def verify_signature(
    body: bytes, signature: str | None, *, secret: str | bytes, header: str
) -> None:
    """Refuse a body whose signature (base64) does not fit, in constant time; ``header`` had it.

    Raises RefusedError (code "bad_signature"), or DefinitionError for an empty secret.
    """
    key = secret_bytes(secret)
    if not signature:
        message = f"the webhook has no signature (header {header})"
        raise RefusedError(message, code="bad_signature")
    expected = hmac.digest(key, body, "sha256")
    if not hmac.compare_digest(expected, _decoded(signature)):
        message = "the signature does not fit the body: another secret, or not the bytes as sent"
        raise RefusedError(message, code="bad_signature")


def secret_bytes(secret: str | bytes) -> bytes:
    """Return a webhook secret as bytes; DefinitionError for an empty one."""
    key = secret.encode() if isinstance(secret, str) else secret
    if not key:
        raise DefinitionError("the webhook secret is empty", code="secret_needed")
    return key


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
