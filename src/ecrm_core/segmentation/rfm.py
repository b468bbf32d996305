"""RFM: the scores of customers from a table of their orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from ecrm_core.customers.table import Table, columns_of
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import nfc
from ecrm_core.segmentation.cells import infer
from ecrm_core.segmentation.related import id_of, text_id
from ecrm_core.segmentation.rfm_result import Rfm
from ecrm_core.segmentation.rfm_sales import Sale, purchases_of
from ecrm_core.segmentation.rfm_scores import QUINTILES, Scoring
from ecrm_core.segmentation.schema import FieldType
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.values import Plain, plain

__all__ = ["rfm"]

_TIMES = frozenset({FieldType.DATE, FieldType.INSTANT})
_NUMBERS = frozenset({FieldType.NUMBER})
_FLAGS = frozenset({FieldType.BOOLEAN})


def rfm(
    orders: Table,
    *,
    as_of: datetime,
    tz: str = "UTC",
    customer: str = "customer_id",
    date: str = "date",
    total: str = "total",
    refunded: str | None = None,
    void: str | None = None,
    scoring: Scoring = QUINTILES,
) -> Rfm[object]:
    """Return recency, frequency and monetary scores of the customers of a table of orders.

    The names are those of its columns: the customer's id, the day or instant of the order, its
    amount in one currency, what was refunded of it (some exports write that below zero: its sign
    does not matter), and ``void``, true for orders that do not count
    (tests, cancelled ones). Orders after ``as_of`` (aware) are not seen; days are those of the zone
    ``tz`` (IANA). An order refunded in full is none, a row with an amount below zero is a refund,
    and who has no order left has no score (``unscored``). Rows without an id are left out.

    Raises DefinitionError for a column that is not there ("column_missing") or of another type
    ("mixed_column"), and for what is no table or zone.
    """
    times = Times(as_of, tz)
    held = {nfc(name): cells for name, cells in columns_of(orders).items()}
    ids = _ids(held, customer)
    columns = [
        [None] * len(ids) if name is None else _typed(held, name, kinds, tz)
        for name, kinds in ((date, _TIMES), (total, _NUMBERS), (refunded, _NUMBERS), (void, _FLAGS))
    ]
    if any(len(column) != len(ids) for column in columns):
        message = "found columns of unequal length, expected a table of orders"
        raise DefinitionError(message, code="not_a_table")
    found: dict[str, tuple[object, list[Sale]]] = {}
    for id_, at, amount, back, out in zip(ids, *columns, strict=True):
        if id_ is not None:
            sales = found.setdefault(text_id(id_), (id_, []))[1]
            if out is not True and _seen(at, times):
                day = times.local_day(at) if isinstance(at, datetime) else at
                sales.append(Sale(day=day, amount=amount, refunded=(back or Decimal(0)).copy_abs()))
    purchases = {id_: purchases_of(sales, times.today) for id_, sales in found.values()}
    return Rfm.of(purchases, scoring=scoring, as_of=times.as_of)


def _ids(held: Mapping[str, Iterable[object]], name: str) -> list[object]:
    ids = [id_of(cell) for cell in _column(held, name)]
    odd = next((id_ for id_ in ids if isinstance(id_, (list, dict, set))), None)
    if odd is not None:
        message = f"found {type(odd).__name__} in the column {name[:80]!r}, expected ids"
        raise DefinitionError(message, code="mixed_column", column=name)
    return ids


def _seen(at: Plain, times: Times) -> bool:
    return at is None or bool(at <= (times.as_of if isinstance(at, datetime) else times.today))


def _typed(
    held: Mapping[str, Iterable[object]], name: str, kinds: frozenset[FieldType], tz: str
) -> Sequence[Plain]:
    """Return a column in its one form; None where a cell is missing."""
    kind, cells = infer(_column(held, name), name, tz)
    if kind not in kinds | {FieldType.UNKNOWN}:
        words = " or ".join(sorted(each.value for each in kinds))
        message = f"found {kind.value} in the column {name[:80]!r}, expected {words}"
        raise DefinitionError(message, code="mixed_column", column=name)
    return [plain(cell, kind) for cell in cells]


def _column(held: Mapping[str, Iterable[object]], name: str) -> Iterable[object]:
    if nfc(name) not in held:
        message = f"found no column {name[:80]!r}, expected a table of orders that has it"
        raise DefinitionError(message, code="column_missing", columns=[name])
    return held[nfc(name)]
