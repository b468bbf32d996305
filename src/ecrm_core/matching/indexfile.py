"""Index file: what an index holds as bytes: a head in JSON, then arrays of numbers; no pickle."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import TypeVar

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ecrm_core.customers import FieldMap
from ecrm_core.errors import DefinitionError, EcrmError, InputError
from ecrm_core.kernel import Json, decode, encode
from ecrm_core.matching.arrays import Keys
from ecrm_core.matching.judgement import Judgement
from ecrm_core.matching.model import Model
from ecrm_core.matching.rows import Id
from ecrm_core.matching.rules import ROWS
from ecrm_core.matching.stock import Column, Layout, Stock

__all__ = ["INDEX_FORMAT", "Held", "dumped", "loaded"]

INDEX_FORMAT = "ecrm-index-2"
"""The version of the bytes, of the forms and of the keys in them; 1 held no judgements."""
_MAGIC = INDEX_FORMAT.encode() + b"\n"
_OLDER = b"ecrm-index-1\n"
_Number = TypeVar("_Number", bound=np.generic)
_SIZE = 8  # bytes that say how long the head is


@frozen(kw_only=True, eq=False, repr=False)
class Held:
    """What the bytes of an index say."""

    model: Model
    fields: FieldMap | None
    judgements: tuple[Judgement, ...]
    head: Mapping[str, Json]
    body: memoryview

    def stock(self, layout: Layout) -> Stock:
        """Return the rows. Raises DefinitionError for other fields or rules, InputError else."""
        if [self.head["names"], self.head["rules"]] != _of_layout(layout):
            message = "found an index of other fields or rules, expected those of this version"
            raise DefinitionError(message, code="index_format")
        try:
            return _stock(self.head, self.body)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError):
            raise _damaged() from None


def dumped(  # noqa: PLR0917 - the parts of an index
    model: Model,
    fields: FieldMap | None,
    layout: Layout,
    stock: Stock,
    judgements: Iterable[Judgement],
) -> bytes:
    """Return an index as bytes.

    Raises DefinitionError for ids that are no texts or whole numbers.
    """
    if not all(isinstance(id_, (str, int)) and not isinstance(id_, bool) for id_ in stock.ids):
        message = "found ids that are no texts or whole numbers, expected those to write an index"
        raise DefinitionError(message, code="index_ids")
    arrays = list(_arrays(stock))
    body = b"".join(array.tobytes() for array in arrays)
    names, rules = _of_layout(layout)
    said = fields and {"columns": dict(fields.columns), "date_order": fields.date_order}
    head = {"model": model.to_json(), "fields": said, "names": names, "rules": rules,
            "ids": list(stock.ids), "shapes": [list(array.shape) for array in arrays],
            "judgements": [encode(said) for said in judgements],
            "check": zlib.crc32(body)}  # fmt: skip
    text = json.dumps(head).encode()
    return _MAGIC + len(text).to_bytes(_SIZE, "little") + text + body


def loaded(data: bytes) -> Held:
    """Return what the bytes of ``dumped`` say.

    Raises DefinitionError for another version, InputError for bytes that are damaged.
    """
    if not data.startswith((_MAGIC, _OLDER)):
        message = f"found no index of format {INDEX_FORMAT!r}"
        raise DefinitionError(message, code="index_format")
    begin = len(_MAGIC) + _SIZE
    end = begin + int.from_bytes(data[len(_MAGIC) : begin], "little")
    try:
        head = json.loads(data[begin:end])
        body = memoryview(data)[end:]
        if zlib.crc32(body) != head["check"]:
            raise _damaged()
        said = head["fields"]
        fields = FieldMap(said["columns"], date_order=said["date_order"]) if said else None
        judgements = tuple(decode(Judgement, said) for said in head.get("judgements", ()))
        return Held(model=Model.from_json(head["model"]), fields=fields, judgements=judgements,
                    head=head, body=body)  # fmt: skip
    except EcrmError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _damaged() from None


def _damaged() -> InputError:
    return InputError("found the bytes of an index damaged", code="index_data")


def _of_layout(layout: Layout) -> list[Json]:
    return [[list(name) for name in layout.names], [list(rule) for rule in layout.rules]]


def _arrays(stock: Stock) -> Iterator[NDArray[np.generic]]:
    """Go through the arrays of a stock: three for each field, then the keys of each rule."""
    for column in stock.columns:
        yield column.codes.astype("<i4")
        yield np.frombuffer(column.data, np.uint8)
        yield column.bounds.astype("<i8")
    for keys in stock.keys:
        yield keys.astype("<u8")


def _stock(head: Mapping[str, Json], body: memoryview) -> Stock:
    parts = _Parts(head["shapes"], body)
    columns = tuple(
        Column(codes=parts.taken(np.int32), data=parts.taken(np.uint8).tobytes(),
               bounds=parts.taken(np.int64))
        for _ in head["names"]
    )  # fmt: skip
    keys = tuple(parts.taken(np.uint64) for _ in head["rules"])
    stock = Stock(ids=head["ids"], columns=columns, keys=keys)
    if not parts.over or not _sound(stock):
        raise _damaged()
    return stock


class _Parts:
    """The arrays of a body, one after the other; numbers are written with the low byte first."""

    def __init__(self, shapes: Sequence[Sequence[int]], body: memoryview) -> None:
        self._shapes, self._body = list(shapes), body

    @property
    def over(self) -> bool:
        """Tell whether nothing is left."""
        return not self._shapes and not len(self._body)

    def taken(self, kind: type[_Number]) -> NDArray[_Number]:
        """Return the next array."""
        shape = self._shapes.pop(0)
        low_first = np.dtype(kind).newbyteorder("<")
        size = prod(shape) * low_first.itemsize
        part, self._body = self._body[:size], self._body[size:]
        return np.frombuffer(part, low_first).reshape(shape).astype(kind)


def _sound(stock: Stock) -> bool:
    """Tell whether all numbers point at what is there."""
    ids: Sequence[Id] = stock.ids
    return (
        len(set(ids)) == len(ids)
        and all(_column_sound(column, len(ids)) for column in stock.columns)
        and all(_keys_sound(keys, len(ids)) for keys in stock.keys)
    )


def _column_sound(column: Column, rows: int) -> bool:
    bounds, codes = column.bounds, column.codes
    return bool(
        codes.ndim == 2
        and len(codes) == rows
        and bounds[0] == 0
        and bounds[-1] == len(column.data)
        and (np.diff(bounds) >= 0).all()
        and codes.min(initial=-1) >= -1
        and codes.max(initial=-1) < len(bounds) - 1
    )


def _keys_sound(keys: Keys, rows: int) -> bool:
    held = (keys & ROWS).max(initial=0) < max(rows, 1)
    return bool(keys.ndim == 1 and held and (keys[:-1] <= keys[1:]).all())
