"""View tables: the parts of a view as lines of text, each value marked with the field it is of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from ecrm_core.customers import provenance, show_value
from ecrm_core.services.mentions import NOTHING_DONE
from ecrm_core.services.shown import Cell, Line, ViewTable
from ecrm_core.timeline import Matter

if TYPE_CHECKING:
    from ecrm_core.services.view import CustomerView  # which shows itself by these

__all__ = ["tables_of"]

_REFERENCE: Final = "reference"
"""What numbers that people say are redacted as: of orders, tickets, subscriptions."""
_SERIAL: Final = "serial"
_FIELDS: Final = {"email": "emails", "phone": "phones", "sms": "phones"}


def tables_of(view: CustomerView) -> tuple[ViewTable, ...]:
    """Return the parts of a view in order, unmasked; ``show_tables`` leaves out what is hidden."""
    return tuple(
        ViewTable(name=name, title=title, head=head, lines=tuple(lines(view)))
        for name, title, head, lines in _PARTS
    )


def _who(view: CustomerView) -> Iterator[Line]:
    for name, chosen in sorted(view.profile.fields.items()):
        for sourced in chosen:
            value = show_value(sourced.value, masked=False)
            yield Line((Cell(name), Cell(value, name), Cell(provenance(sourced))), of=name)


def _reach(view: CustomerView) -> Iterator[Line]:
    for one in view.reach:
        held = _FIELDS.get(one.channel, "handles")
        where = Cell(show_value(one.contact, masked=False), held) if one.contact else Cell()
        why = "; ".join(dict.fromkeys(map(str, one.verdict.reasons)))
        cells = _cells(one.channel, one.purpose, "yes" if one.verdict.yes else "no", where, why)
        # Which messengers she has is told by the lines themselves.
        yield Line(cells, of=None if held != "handles" else held)


def _summary(view: CustomerView) -> Iterator[Line]:
    facts = view.facts
    said = {
        "orders": facts.order_count or None,
        "spend": ", ".join(map(str, facts.spend.values())),
        "first order": _on(facts.first_order_at),
        "last order": _on(facts.last_order_at),
    }
    yield from (Line(_cells(name, value)) for name, value in said.items() if value)


def _matters(view: CustomerView) -> Iterator[Line]:
    for one in view.matters:
        yield Line(_cells(
            one.kind.value, Cell(_number(one), _REFERENCE), _on(one.opened_at),
            one.last_kind, _on(one.last_at), one.source,
        ))  # fmt: skip


def _number(matter: Matter) -> str:
    return matter.correlation if matter.part is None else f"{matter.correlation}, {matter.part}"


def _owned(view: CustomerView) -> Iterator[Line]:
    for one in view.owned:
        yield Line(_cells(
            one.title or one.product, f"{one.quantity.normalize():f}",
            Cell(one.serial or "", _SERIAL), one.since,
            Cell(one.order or "", _REFERENCE), one.source,
        ))  # fmt: skip


def _orders(view: CustomerView) -> Iterator[Line]:
    for one in view.orders:
        yield Line(_cells(
            Cell(one.reference or one.id, _REFERENCE), _on(one.at), one.state.value, one.amount,
            one.refunded, one.source, one.brand,
        ))  # fmt: skip


def _subscriptions(view: CustomerView) -> Iterator[Line]:
    for one in view.renewals:
        price = None if one.price is None else f"{one.quantity} x {one.price}"
        yield Line(_cells(
            one.plan, one.status, one.on, one.ends_on, one.deadline, price, one.source or "here",
            Cell(one.id, _REFERENCE),
        ))  # fmt: skip


def _segments(view: CustomerView) -> Iterator[Line]:
    yield from (Line(_cells(name)) for name in view.segments)


def _contacts(view: CustomerView) -> Iterator[Line]:
    for one in view.contacts:
        yield Line(_cells(one.channel, one.kind, _on(one.at), one.source))


def _mentions(view: CustomerView) -> Iterator[Line]:
    for one in view.mentions:
        kind = one.mention.kind.value
        yield Line(_cells(
            kind, Cell(one.mention.contact.raw, _FIELDS[kind]), one.mention.confidence.value,
            Cell(one.reference, _REFERENCE), _on(one.at), one.source, NOTHING_DONE,
        ))  # fmt: skip


def _warnings(view: CustomerView) -> Iterator[Line]:
    for one in view.warnings:
        name = one.where.partition("[")[0]
        evidence = Cell(one.evidence, name)
        yield Line(_cells(one.severity, one.rule, one.where, evidence, one.text), of=name)


def _duplicates(view: CustomerView) -> Iterator[Line]:
    for one in view.duplicates:
        name = Cell(one.name.full if one.name else "", "name")
        yield Line(_cells(one.customer, name, one.zone, one.probability, one.card))


def _linked(view: CustomerView) -> Iterator[Line]:
    for name, rows in view.linked.items():
        if rows:
            yield Line(_cells(name, len(rows)))


def _cells(*values: object) -> tuple[Cell, ...]:
    return tuple(v if isinstance(v, Cell) else Cell("" if v is None else str(v)) for v in values)


def _on(at: object) -> str:
    return "" if at is None else f"{at:%Y-%m-%d}"


_Lines = Callable[["CustomerView"], Iterable[Line]]
_PARTS: Final[tuple[tuple[str, str, tuple[str, ...], _Lines], ...]] = (
    ("who", "Who", ("field", "value", "from"), _who),
    ("reach", "How to reach her", ("channel", "purpose", "allowed", "at", "why"), _reach),
    ("summary", "In short", ("fact", "value"), _summary),
    ("matters", "Open", ("what", "number", "since", "last", "on", "source"), _matters),
    ("owned", "What she has", ("product", "quantity", "serial", "since", "order", "source"),
     _owned),
    ("orders", "Orders", ("order", "on", "state", "amount", "refunded", "source", "brand"),
     _orders),
    ("subscriptions", "Subscriptions",
     ("plan", "status", "renews", "ends", "cancel by", "price", "billed by", "id"), _subscriptions),
    ("segments", "Segments", ("segment",), _segments),
    ("contacts", "Last contacts", ("channel", "what", "on", "source"), _contacts),
    ("mentions", "Mentioned in messages",
     ("kind", "value", "confidence", "in", "on", "source", "done with it"), _mentions),
    ("warnings", "Her data", ("severity", "rule", "where", "value", "finding"), _warnings),
    ("duplicates", "Perhaps the same", ("customer", "name", "zone", "probability", "card"),
     _duplicates),
    ("linked", "Linked", ("kind", "rows"), _linked),
)  # fmt: skip
