"""Interaction: what it holds, what it refuses, and which of two tellings counts."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.customers import SourceKey
from ecrm_core.errors import InputError
from ecrm_core.kernel import Money, canonical_json, decode, encode
from ecrm_core.timeline import INTERACTIONS, MAX_LINES, Interaction, OrderLine, retell

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def event(**parts: object) -> Interaction:
    given: dict[str, Any] = {"source": "shop", "event_id": "order/1", "kind": "order_placed"}
    return Interaction(**(given | {"at": AT} | parts))


FULL = event(
    channel="web",
    subject=SourceKey("shop", "7"),
    amount=Money("19.90", "EUR"),
    lines=(
        OrderLine(
            product="p1", category="coffee", quantity=Decimal("1.5"), price=Money("12", "EUR"),
            discount=Money("0.10", "EUR"), sku="S-1", title="Beans",
        ),
    ),
    correlation="1",
    void=True,
    data={"rate": Decimal("0.19"), "nested": [{"a": None}], "$decimal": "x"},
    text="line one\nline two",
    told_at=AT + timedelta(hours=1),
    undated=True,
)  # fmt: skip


@pytest.mark.parametrize("told", [event(), FULL])
def test_it_comes_back_from_json_and_from_a_row_as_it_was(told: Interaction) -> None:
    assert decode(Interaction, encode(told)) == told
    row = INTERACTIONS.row(told)
    assert INTERACTIONS.read(row.body, 1, INTERACTIONS.format).value == told
    assert row.key == ("shop", "order/1")


def test_nothing_of_it_shows_but_what_happened_and_when() -> None:
    assert repr(FULL) == "<Interaction order_placed of shop at 2026-05-01T09:00:00+00:00>"
    assert repr(FULL.lines[0]) == "<OrderLine •••>"


def test_instants_are_utc_and_quantities_exact() -> None:
    local = AT.astimezone(timezone(timedelta(hours=9)))
    assert event(at=local) == event()
    assert OrderLine(quantity=2).quantity == Decimal(2)
    assert OrderLine(quantity="0.5").quantity == Decimal("0.5")


_DEEP: list[Any] = []
for _ in range(70):
    _DEEP = [_DEEP]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"source": "a/b"}, "source_key"),
        ({"subject": "shop/7"}, "not_value"),
        ({"amount": "xxx"}, "not_value"),
        ({"lines": ("xxx",)}, "not_value"),
        ({"amount": Money("1e15", "EUR")}, "too_large"),
        ({"amount": Money("-1e39", "EUR")}, "too_large"),
        ({"amount": Money("1e-21", "EUR")}, "too_large"),
        ({"source": ""}, "empty"),
        ({"event_id": " "}, "empty"),
        ({"event_id": "x" * 201}, "too_long"),
        ({"event_id": "a\0"}, "forbidden_character"),
        ({"event_id": 7}, "not_text"),
        ({"kind": "Order placed"}, "kind_name"),
        ({"kind": "order_placed\n"}, "kind_name"),
        ({"kind": "x" * 65}, "kind_name"),
        ({"at": datetime(2026, 5, 1)}, "naive_datetime"),  # noqa: DTZ001 - the fault itself
        ({"told_at": datetime(2026, 5, 1)}, "naive_datetime"),  # noqa: DTZ001
        ({"at": "2026-05-01"}, "not_instant"),
        ({"channel": "x" * 201}, "too_long"),
        ({"correlation": "\ud800"}, "forbidden_character"),
        ({"text": "x" * (1024 * 1024 + 1)}, "too_long"),
        ({"lines": (OrderLine(),) * (MAX_LINES + 1)}, "too_many"),
        ({"data": {"a": float("nan")}}, "not_finite"),
        ({"data": {"a": _DEEP}}, "too_deep"),
        ({"data": {"a": "x\0"}}, "forbidden_character"),
        ({"data": {"a": ["x" * 1024] * 1100}}, "too_long"),
        ({"data": {"a": AT}}, "not_json"),
    ],
)
def test_what_no_store_can_hold_is_refused_without_showing_it(
    parts: Mapping[str, Any], code: str
) -> None:
    with pytest.raises(InputError) as caught:
        event(**parts)
    assert caught.value.code == code
    assert "xxx" not in str(caught.value)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"quantity": 0.5}, "not_decimal"),
        ({"quantity": Decimal("NaN")}, "not_finite"),
        ({"quantity": Decimal("1e15")}, "too_large"),
        ({"price": Money("1e15", "EUR")}, "too_large"),
        ({"discount": Money("-1e15", "EUR")}, "too_large"),
        ({"quantity": "1e1000000"}, "not_decimal"),
        ({"product": "x" * 201}, "too_long"),
        ({"price": "9.00"}, "not_value"),
        ({"discount": 1}, "not_value"),
        ({"title": "x" * (64 * 1024 + 1)}, "too_long"),
    ],
)
def test_a_line_refuses_what_is_not_exact(parts: Mapping[str, Any], code: str) -> None:
    with pytest.raises(InputError) as caught:
        OrderLine(**parts)
    assert caught.value.code == code


def test_recency_sorts_the_newest_first() -> None:
    moments = [
        datetime(1, 1, 1, tzinfo=UTC), AT, AT + timedelta(microseconds=1),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ]  # fmt: skip
    texts = [event(at=at).recency for at in moments]
    assert sorted(texts, reverse=True) == texts
    assert {len(text) for text in texts} == {18}


EARLY, LATE = AT, AT + timedelta(hours=1)


@pytest.mark.parametrize(
    ("one", "two", "text", "at"),
    [
        ({"text": "a", "told_at": EARLY}, {"text": "b", "told_at": LATE}, "b", AT),
        ({"text": "b", "told_at": EARLY}, {"text": "a", "told_at": LATE}, "a", AT),
        ({"text": "a"}, {"text": "b", "told_at": EARLY}, "b", AT),
        (
            {"text": "a", "told_at": EARLY, "undated": True, "at": EARLY},
            {"text": "b", "told_at": LATE, "undated": True, "at": LATE},
            "b", EARLY,
        ),
        (
            {"text": "dated", "told_at": EARLY, "at": EARLY},
            {"text": "undated", "told_at": LATE, "undated": True, "at": LATE},
            "dated", EARLY,
        ),
    ],
)  # fmt: skip
def test_the_later_telling_counts_in_either_order(
    one: dict[str, Any], two: dict[str, Any], text: str, at: datetime
) -> None:
    left, right = event(**one), event(**two)
    for now in (retell(left, right), retell(right, left)):
        assert (now.text, now.at) == (text, at)


def test_without_a_time_of_telling_the_first_stays() -> None:
    one, two = event(text="a"), event(text="b")
    assert retell(one, two) == evolve(one, contradicted=True)
    assert retell(two, one) == evolve(two, contradicted=True)


def test_a_telling_that_says_nothing_new_leaves_the_very_same_value() -> None:
    one = event(told_at=AT)
    assert retell(one, event(told_at=AT)) is one


def test_the_digest_is_about_what_happened_not_about_the_telling() -> None:
    assert event().digest == event(told_at=AT).digest
    assert event(undated=True).digest == event(undated=True, at=LATE).digest
    assert event().digest != event(at=LATE).digest
    assert canonical_json(encode(event())) != canonical_json(encode(event(told_at=AT)))
