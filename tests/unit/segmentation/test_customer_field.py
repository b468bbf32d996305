"""Fields beside the standard ones: read when named, as they stood, and told by name when wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from ecrm_core import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.errors import DefinitionError, PluginError, SegmentSyntaxError
from ecrm_core.kernel import FixedClock, Money
from ecrm_core.ports import Toolbox
from ecrm_core.segmentation import CustomerField, FieldType, Loaded, SchemaField
from ecrm_core.sources import Delivery
from ecrm_core.timeline import Interaction

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CALLS: list[str] = []


def mails(known: Loaded, _: datetime) -> int:
    CALLS.append(known.profile.id)
    return len(known.profile.emails)


def orders(known: Loaded, _: datetime) -> int:
    return known.facts.order_count


def happened(known: Loaded, _: datetime) -> int:
    return len(known.interactions)


def custom(
    name: str,
    read: Callable[[Loaded, datetime], object],
    kind: FieldType = FieldType.INTEGER,
    **more: Any,  # noqa: ANN401 - parts of a field
) -> CustomerField:
    needs = more.pop("needs", ())
    return CustomerField(field=SchemaField(name=name, type=kind, **more), read=read, needs=needs)


TOOLS = evolve(Toolbox(), owner="acme-crm").add(
    custom("mail_count", mails, nullable=False),
    custom("order_count", orders, needs=["facts"]),
    custom("blind_count", orders),
    custom("event_count", happened, needs=("interactions",)),
)


@pytest.fixture
def crm() -> Iterator[Crm]:
    with Crm.open(clock=FixedClock(NOON), tools=TOOLS, currency="EUR") as crm:
        fill(crm)
        yield crm


def fill(crm: Crm) -> None:
    ann, bob = SourceKey("shop", "ann"), SourceKey("shop", "bob")
    two = (parse_email("ann@example.com"), parse_email("ann.lee@example.com"))
    people = [(ann, two), (bob, two[:1])]
    records = [SourceRecord(key, {"emails": Stated(held, NOON, NOON)}) for key, held in people]
    crm.ingest(Delivery(source="shop", records=tuple(records)))
    crm.record([
        Interaction(source="shop", event_id=str(days), kind="order_placed", subject=ann,
                    at=NOON - timedelta(days=days), amount=Money(Decimal(5), "EUR"))
        for days in (1, 50)
    ])  # fmt: skip


def test_a_segment_asks_for_the_field_and_says_why(crm: Crm) -> None:
    found = crm.segment("mail_count > 1")
    assert found.members == (crm.resolve("shop/ann"),)
    assert str(found.why("shop/bob")) == "not in: mail_count is 1, asked for: > 1"


def test_the_field_is_read_only_for_segments_that_name_it(crm: Crm) -> None:
    CALLS.clear()
    crm.segment("number_of_orders > 0")
    assert CALLS == []
    crm.segment("mail_count > 1")
    assert len(CALLS) == 2


def test_what_it_needs_is_loaded_and_nothing_else(crm: Crm) -> None:
    assert crm.segment("order_count = 2").count == 1
    assert crm.segment("event_count = 2").count == 1
    assert crm.segment("blind_count > 0").count == 0


def test_what_it_needs_is_as_it_stood_then(crm: Crm) -> None:
    then = NOON - timedelta(days=10)
    assert crm.segment("order_count = 1", as_of=then).count == 1
    assert crm.segment("event_count = 1", as_of=then).count == 1


def test_the_schema_knows_the_field(crm: Crm) -> None:
    assert "mail_count" in crm.segment_schema().fields
    with pytest.raises(SegmentSyntaxError, match="expected a whole number"):
        crm.segment("mail_count = 'two'")


def _raises(*_: object) -> object:
    raise KeyError("ann@example.com")


BUGS: dict[str, CustomerField] = {
    "'odd' of acme-crm raised KeyError": custom("odd", _raises),
    "returned str, expected whole number": custom("odd", lambda _, __: "ann@example.com"),
    "returned bool, expected whole number": custom("odd", lambda _, __: True),
    "returned nothing": custom("odd", lambda _, __: None, nullable=False),
    "returned float, expected number": custom("odd", lambda _, __: float("nan"), FieldType.NUMBER),
    "returned datetime, expected moment": custom(
        "odd", lambda _, __: NOON.replace(tzinfo=None), FieldType.INSTANT
    ),
    "none of its choices": custom(
        "odd", lambda _, __: "tin", FieldType.TEXT, choices=("gold", "silver")
    ),
}


@pytest.mark.parametrize("said", BUGS)
def test_a_field_that_fails_is_named_and_other_segments_are_answered(said: str) -> None:
    with Crm.open(clock=FixedClock(NOON), tools=TOOLS.add(BUGS[said])) as crm:
        fill(crm)
        with pytest.raises(PluginError, match=said) as caught:
            crm.segment("odd IS NOT NULL")
        assert caught.value.facts["distribution"] == "acme-crm"
        assert caught.value.__context__ is None
        assert "@" not in str(caught.value)
        assert crm.segment("mail_count > 1").count == 1


FINE: list[tuple[FieldType, object]] = [
    (FieldType.LIST, ()),
    (FieldType.LIST, ["vip"]),
    (FieldType.MONEY, Money(Decimal(5), "USD")),
    (FieldType.TEXT, None),
    (FieldType.ID, 7),
]


@pytest.mark.parametrize(("kind", "value"), FINE)
def test_a_value_the_field_can_hold_is_taken(kind: FieldType, value: object) -> None:
    field = custom("fine", lambda _, __: value, kind)
    with Crm.open(clock=FixedClock(NOON), tools=Toolbox().add(field), currency="EUR") as crm:
        fill(crm)
        assert crm.segment("fine IS NULL OR fine IS NOT NULL").count == 2


def test_a_need_nothing_is_loaded_for_is_refused() -> None:
    with pytest.raises(DefinitionError, match="'orders', expected facts or interactions"):
        custom("x", orders, needs=("orders",))
