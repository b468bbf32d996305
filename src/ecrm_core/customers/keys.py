"""Keys: how a source names a party, and the keys under which customers are found."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from attrs import field, frozen

from ecrm_core.errors import InputError
from ecrm_core.kernel import CustomerId, Index, Kind, derive_id, gate_text

__all__ = [
    "MAX_NAME_KEY",
    "SEARCH_KEYS",
    "MatchKey",
    "SearchKey",
    "SourceKey",
    "brand_name",
    "external_id",
    "home_id",
    "source_name",
]

MAX_NAME_KEY: Final = 120
"""The characters of a name that its key keeps."""
_MAX_KEY = 200
_NAMES = frozenset({"name", "word"})


def external_id(value: object, path: str = "$.external_id") -> str:
    """Return the id a source gives a party: 1 to 200 characters; InputError for another."""
    text = gate_text(value, path, limit=_MAX_KEY)
    if not text.strip():
        raise InputError("found an empty key", path=path, code="empty")
    return text


def brand_name(value: object) -> str | None:
    """Return the name of a shop of the account as given, None for none; InputError for no name."""
    return None if value is None else external_id(value, "$.brand")


def source_name(value: object) -> str:
    """Return the name of a source: 1 to 200 characters, no slash; InputError for another."""
    # A shop has a handful of sources and millions of keys.
    return _known_name(value) if type(value) is str else _source_name(value)


def _source_name(value: object) -> str:
    text = external_id(value, "$.source")
    if "/" in text:  # "source/external_id" has one reading
        raise InputError("found a slash, expected the name of a source", path="$.source",
                         code="source_key")  # fmt: skip
    return text


_known_name = lru_cache(maxsize=256)(_source_name)


@frozen(order=True)
class SourceKey:
    """The key a source gives a party: source name and external id (1 to 200 characters each).

    A source has no slash in its name. The external id is never personal; ``kernel.personal_key``
    stands in for one that would be.
    """

    source: str = field(converter=source_name)
    external_id: str = field(converter=external_id)

    def __str__(self) -> str:
        """Return "source/external_id"."""
        return f"{self.source}/{self.external_id}"

    @classmethod
    def parse(cls, text: str) -> SourceKey:
        """Return the key written as "source/external_id"; InputError for text without a slash."""
        source, slash, external_id = gate_text(text).partition("/")
        if not slash:
            raise InputError("found no source key, expected source/external_id", code="source_key")
        return cls(source, external_id)


def home_id(tenant: str, key: SourceKey) -> CustomerId:
    """Return the id of the customer that is this record's home for ever (derived, not drawn)."""
    return CustomerId(derive_id("cus", tenant, key.source, key.external_id))


@frozen(order=True)
class MatchKey:
    """What two records of one person may share: a kind ("email", "phone", "name") and its form."""

    kind: str
    form: str = field(repr=False)

    def __str__(self) -> str:
        """Return the kind and the form as one text, for storage: "email:..."."""
        return f"{self.kind}:{self.form}"


@frozen(kw_only=True)
class SearchKey:
    """One row of the key index: under this key the customer with this home is found.

    ``keyset`` names the version of the derivation, so that a new one is built beside the old.
    """

    keyset: str
    key: str = field(repr=False)
    home_id: CustomerId

    @property
    def part(self) -> str | None:
        """What is found of it alone: the first word of a name, or a phone number backwards.

        None for other keys.
        """
        kind, _, form = self.key.partition(":")
        if kind in _NAMES:
            return form.partition(" ")[0]
        return form[::-1] if kind == "phone" else None


SEARCH_KEYS = Kind(
    name="search_key",
    of=SearchKey,
    key=("keyset", "key", "home_id"),
    indexes=(Index("by_key", ("keyset", "key")), Index("by_part", ("part",))),
    owner="customers",
)
"""The rows of the key index, found by key set and key, or by a part of the key."""
