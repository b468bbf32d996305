"""Event goods: the money of an event and its lines, from columns of a row or a list inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from attrs import define, field, frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money, minor_units
from ecrm_core.sources.amounts import code_of, money_of, number_of
from ecrm_core.sources.cells import Cells, path_of
from ecrm_core.sources.event_map import EventMap
from ecrm_core.sources.event_numbers import number_in
from ecrm_core.sources.payload import Node, leaves
from ecrm_core.sources.said import raw_text
from ecrm_core.timeline import OrderLine

__all__ = ["Goods", "Sale", "total_of"]

_GIVEN_BACK = frozenset({"refund"})


@frozen(kw_only=True)
class Sale:
    """What a row says of money and goods; ``left`` are the leaves of its list that nobody takes.

    ``deep``: the row holds lists or objects. ``line``: the line is the row itself.
    """

    total: Money | None = None
    lines: tuple[OrderLine, ...] = ()
    left: Mapping[str, object] = field(factory=dict)
    deep: bool = False
    line: bool = False

    def amount(self, kind: str) -> Money | None:
        """Return the amount, else that of the lines, of a refund without its sign."""
        total = total_of(self.lines) if self.total is None else self.total
        if total is None or kind not in _GIVEN_BACK:
            return total
        return Money(abs(total.amount), total.currency)


def total_of(lines: Iterable[OrderLine]) -> Money | None:
    """Return what the lines come to; None where one has no price, or two have two currencies."""
    total: Money | None = None
    for line in lines:
        if line.price is None or (total and total.currency != line.price.currency):
            return None
        came_off = line.discount.amount if line.discount else 0
        amount = line.price.amount * line.quantity - came_off
        total = Money(amount + (total.amount if total else 0), line.price.currency)
    return total


@define
class Goods:
    """How the goods of rows are read."""

    fields: EventMap
    _one: dict[str, str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Refuse amounts whose currency nobody names (DefinitionError)."""
        self._one = {role: column for column, role in self.fields.columns.items()}
        money = {"amount", "price", "discount"} & self._one.keys()
        if money and "currency" not in self._one and self.fields.currency is None:
            message = "found amounts and no currency: name its column, or currency="
            raise DefinitionError(message, code="no_currency")

    def read(self, cells: Cells, row: Mapping[str, object]) -> Sale:
        """Return money and lines of a row; InputError for an amount that is none."""
        currency = self._currency(cells)
        total = self._money(cells, "amount", currency)
        listed = self._one.get("lines")
        if listed is not None and isinstance(row.get(listed), list):
            taken: set[str] = set()
            node = Node(row[listed], path_of(listed), taken)
            lines = tuple(_line(item, currency) for item in node.items())
            cells.drop(listed)
            left = {path: value for path, value in leaves(node.value, node.path).items()
                    if path not in taken}  # fmt: skip
            return Sale(total=total, lines=lines, left=left, deep=True)
        line = self._line(cells, currency)
        return Sale(total=total, lines=(line,) if line else (), deep=_is_deep(row), line=bool(line))

    def _currency(self, cells: Cells) -> str | None:
        column = self._one.get("currency")
        text = cells.said(column) if column is not None else None
        if column is None or not isinstance(text, str):
            return self.fields.currency
        code = text.strip().upper()
        try:
            minor_units(code)
        except (InputError, DefinitionError):
            message = "found no currency of ISO 4217"
            raise InputError(message, path=path_of(column), code="currency") from None
        return code

    def _money(self, cells: Cells, role: str, currency: str | None) -> Money | None:
        number = number_in(cells, self._one.get(role), self.fields.decimal)
        if number is None:
            return None
        if currency is None:
            message = "found an amount without a currency"
            raise InputError(message, path=path_of(self._one[role]), code="no_currency")
        return Money(number, currency)

    def _line(self, cells: Cells, currency: str | None) -> OrderLine | None:
        """Return the one line that columns of a row make; None where they say nothing."""
        said = {role: text for role in ("product", "sku", "title", "category")
                if (column := self._one.get(role)) is not None
                and isinstance(text := cells.tidied(column), str)}  # fmt: skip
        quantity = number_in(cells, self._one.get("quantity"), self.fields.decimal)
        price = self._money(cells, "price", currency)
        discount = self._money(cells, "discount", currency)
        if not said and quantity is None and price is None and discount is None:
            return None
        held = Decimal(1) if quantity is None else quantity
        return OrderLine(quantity=held, price=price, discount=discount, **said)


def _is_deep(row: Mapping[str, object]) -> bool:
    return any(isinstance(value, (dict, list)) for value in row.values())


def _line(node: Node, currency: str | None) -> OrderLine:
    """Return one line of a list; what is no part of a line, or cannot be read, is left."""
    quantity = number_of(node.get("quantity"))
    return OrderLine(
        product=code_of(node.get("product")),
        sku=code_of(node.get("sku")),
        title=_title(node.get("title")),
        category=code_of(node.get("category")),
        quantity=Decimal(1) if quantity is None else quantity,
        price=money_of(node.get("price"), currency),
        discount=money_of(node.get("discount"), currency),
    )


def _title(node: Node | None) -> str | None:
    text = raw_text(node)
    if node is None or not text:
        return None
    node.take()
    return text
