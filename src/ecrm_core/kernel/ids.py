"""Ids: derived from what they name, never drawn at random, so every order gives the same ids.

An id is 128 bits of BLAKE2b (RFC 7693) over kind, tenant and natural key, each with its length
before it, so that no two lists of parts run together.
"""

from __future__ import annotations

import hashlib
import json
from typing import NewType

from ecrm_core.errors import DefinitionError

__all__ = [
    "MIN_SECRET",
    "CustomerId",
    "canonical_json",
    "derive_id",
    "digest",
    "keyed_id",
    "personal_key",
]

CustomerId = NewType("CustomerId", str)
"""The id of one customer's home: "cus_" and 32 hexadecimal digits; old ones resolve for ever."""

MIN_SECRET = 16
"""Bytes a secret has at the least."""
_SIZE = 16


def derive_id(prefix: str, *parts: str) -> str:
    """Return ``prefix_`` and 32 hexadecimal digits derived from the parts, the same for ever."""
    return f"{prefix}_{hashlib.blake2b(_framed((prefix, *parts)), digest_size=_SIZE).hexdigest()}"


def personal_key(secret: bytes | None, *parts: str) -> str:
    """Return a stand-in for a personal key (an e-mail as an id): a keyed hash of the parts.

    Raises DefinitionError without a secret of at least 16 bytes: an unkeyed hash of an address can
    be guessed back, so such a key is not stored at all.
    """
    if secret is None or len(secret) < MIN_SECRET:
        message = (
            "this source knows people by personal data alone; give the store a secret of 16 bytes "
            "or more (Crm.open(..., secret=...)), or name a column with an id"
        )
        raise DefinitionError(message, code="secret_needed")
    return keyed_id("p", secret, *parts)


def keyed_id(prefix: str, secret: bytes, *parts: str) -> str:
    """Return ``prefix_`` and 32 hexadecimal digits: a keyed hash (BLAKE2b) of the parts.

    Who has not the secret can neither guess the parts back nor tell whether two stores mean the
    same.
    """
    key = hashlib.blake2b(secret).digest()
    return f"{prefix}_{hashlib.blake2b(_framed(parts), key=key, digest_size=_SIZE).hexdigest()}"


def digest(value: object) -> str:
    """Return 32 hexadecimal digits for a JSON value: equal values, equal digests."""
    text = canonical_json(value).encode(errors="surrogatepass")  # the gates refuse, not the hash
    return hashlib.blake2b(text, digest_size=_SIZE).hexdigest()


def canonical_json(value: object) -> str:
    """Return the one spelling of a JSON value: sorted keys, no spaces, UTF-8 (after RFC 8785)."""
    return _JSON.encode(value)


# One encoder for all: json.dumps with these settings makes a new one at every call.
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _framed(parts: tuple[str, ...]) -> bytes:
    encoded = [part.encode(errors="surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(8, "big") + part for part in encoded)
