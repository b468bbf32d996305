"""Generic: rows of any table, and JSON lists of objects, read by a FieldMap or an EventMap."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from math import isinf

from ecrm_core.customers import AttributeSchema, FieldMap
from ecrm_core.errors import InputError
from ecrm_core.kernel import gate_decimal, gate_json, gate_text
from ecrm_core.sources.cells import path_of
from ecrm_core.sources.delivery import Delivery, DeliveryBuilder
from ecrm_core.sources.event_lines import accept
from ecrm_core.sources.event_map import EventMap
from ecrm_core.sources.json_objects import split_objects
from ecrm_core.sources.quarantined import written
from ecrm_core.sources.row_readers import AnyReader, reader_of

__all__ = ["read", "read_rows"]


def read_rows(
    rows: Iterable[Mapping[str, object]],
    *,
    fields: FieldMap | EventMap,
    source: str,
    received_at: datetime,
    region: str | None = None,
    secret: bytes | None = None,
    first_row: int = 1,
    schema: AttributeSchema | None = None,
    key_is_personal: bool = False,
    brand: str | None = None,
) -> Delivery:
    """Return what rows state: mappings of column to text or a JSON scalar (NaN is missing).

    With a FieldMap each row is a party, with an EventMap something that happened.

    ``region`` (ISO 3166-1 alpha-2) is for phones of rows without a country, ``schema`` types the
    columns ``attribute:<name>``, ``first_row`` is the number of the first row in messages.
    ``key_is_personal`` says that the key (or, without a column "id", the first address) identifies
    a person by itself: a keyed hash under ``secret`` is stored instead. ``brand`` is the shop of
    the account that the rows are of, where a row names none itself; consent in them is said to it.

    A row without a key, or with a cell that a gate refuses, is refused alone, with every reason.
    Raises DefinitionError when the map names no key, or a personal key has no secret.
    """
    reader = reader_of(
        fields, source=source, received_at=received_at, region=region, secret=secret,
        schema=schema, key_is_personal=key_is_personal, brand=brand,
    )  # fmt: skip
    if not isinstance(rows, Iterable):
        raise InputError(f"found {type(rows).__name__}, expected rows", code="not_object")
    delivery = DeliveryBuilder(source=source, received_at=reader.received_at)
    content = hashlib.blake2b(digest_size=16)
    for number, row in enumerate(rows, start=first_row):
        place = f"row {number}"
        content.update((written(row) or place).encode() + b"\n")
        try:
            _gate(row)
        except InputError as error:
            delivery.refuse(place, row, error, party=reader.party(row))
        else:
            take(reader, delivery, row, place=place)
    return delivery.build(content.hexdigest())


def _gate(row: object) -> None:
    """Refuse, with InputError, a row that is none, and what cells of no text cannot be."""
    if not isinstance(row, Mapping):
        raise InputError(f"found {type(row).__name__}, expected a mapping", code="not_object")
    for column, value in row.items():
        path = path_of(gate_text(column))
        if isinstance(value, (dict, list)):
            gate_json(value, path)
        elif isinstance(value, (int, Decimal)) and not _missing(value):
            gate_decimal(int(value) if isinstance(value, bool) else value, path)
        elif isinstance(value, float) and isinf(value):
            raise InputError("found infinity, expected a number", path=path, code="not_finite")


def _missing(value: int | Decimal) -> bool:
    return isinstance(value, Decimal) and value.is_qnan()


def take(
    reader: AnyReader, delivery: DeliveryBuilder, row: Mapping[str, object], *, place: str
) -> None:
    """Read one row into the delivery, or into its quarantine."""
    try:
        accept(delivery, reader.read(row))
    except InputError as error:
        delivery.refuse(place, row, error, party=reader.party(row))


def read(
    body: bytes,
    *,
    fields: FieldMap | EventMap,
    source: str,
    received_at: datetime,
    region: str | None = None,
    secret: bytes | None = None,
    schema: AttributeSchema | None = None,
    key_is_personal: bool = False,
    brand: str | None = None,
) -> Delivery:
    """Return the records of a JSON object or a list of objects; see ``read_rows``.

    Lists and objects inside a row stay unmapped, leaf by leaf. Raises InputError for bytes that are
    no JSON.
    """
    reader = reader_of(
        fields, source=source, received_at=received_at, region=region, secret=secret,
        schema=schema, key_is_personal=key_is_personal, brand=brand,
    )  # fmt: skip
    delivery = DeliveryBuilder(source=source, received_at=reader.received_at)
    for found in split_objects(body, named={"row": "rows"}):
        row: Mapping[str, object] = {}
        try:
            row = found.read()
            accept(delivery, reader.read(row))
        except InputError as error:
            delivery.refuse(found.path, found.text, error, party=reader.party(row))
    return delivery.build(hashlib.blake2b(body, digest_size=16).hexdigest())
