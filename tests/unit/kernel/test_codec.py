"""Codec: frozen values to JSON and back, by their annotations alone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, NewType

import pytest
from attrs import field, frozen
from hypothesis import given

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Json, Money, canonical_json, decode, encode, guarded, instant_text
from ecrm_core.kernel.codec import encoded
from ecrm_core.subscriptions import Plan, TermRule
from ecrm_core.testing.strategies import instants, json_values

Name = NewType("Name", str)
SEOUL = timezone(timedelta(hours=9))


class Colour(Enum):
    RED = "red"


@frozen
class Inner:
    text: str = "none"
    more: tuple["str", ...] = ()


@frozen
class Everything:
    text: str
    number: int
    flag: bool
    exact: Decimal
    at: datetime
    on: date
    colour: Colour
    name: Name
    inner: Inner
    maybe: str | None
    several: tuple[Inner, ...]
    some: frozenset[str]
    table: Mapping[str, int]
    names: Mapping[Name, Inner]
    money: Money
    anything: object
    raw: Any
    _hidden: int = 0


WHOLE = Everything(
    text="é", number=-5, flag=True, exact=Decimal("1.10"), at=datetime(2026, 1, 1, tzinfo=UTC),
    on=date(2026, 1, 1), colour=Colour.RED, name=Name("n"), inner=Inner("x", ("a", "b")),
    maybe=None, several=(Inner(), Inner("y")), some=frozenset({"b", "a"}), table={"k": 1},
    names={Name("n"): Inner()}, money=Money("1.50", "EUR"),
    anything=[Decimal("1.0"), {"$decimal": "x"}, None], raw={"a": [1]}, hidden=7,
)  # fmt: skip


def test_every_supported_type_comes_back() -> None:
    data = encode(WHOLE)
    assert decode(Everything, data) == WHOLE
    assert canonical_json(encode(decode(Everything, data))) == canonical_json(data)


def test_what_holds_its_default_is_left_out() -> None:
    assert encode(Inner()) == {}
    assert encode(Inner("none", ())) == {}
    assert encode(Inner("x")) == {"text": "x"}
    assert decode(Inner, {}) == Inner()


@frozen
class Loose:
    value: object = field(default=1)


@pytest.mark.parametrize("value", [True, Decimal(1), 1.0])
def test_an_equal_value_of_another_type_is_no_default(value: object) -> None:
    again = decode(Loose, encode(Loose(value)))
    assert (again.value, type(again.value)) == (value, type(value))


@given(json_values())
def test_any_json_value_comes_back_whatever_it_looks_like(value: object) -> None:
    again = decode(Loose, encode(Loose(value)))
    assert again.value == value
    assert repr(again.value) == repr(value)  # 1 and True, 1.0 and 1.00 differ


@pytest.mark.parametrize(
    "change",
    [
        {"text": 5}, {"text": None}, {"number": "5"}, {"number": True}, {"number": 1.5},
        {"flag": 1}, {"exact": "kim"}, {"exact": 1.5e300}, {"at": "kim"}, {"at": 5},
        {"at": "2026-01-01T00:00:00"}, {"on": "2026-02-30"}, {"on": "2026-01-01T00:00"},
        {"colour": "kim"}, {"name": 5}, {"inner": []}, {"inner": {"kim": 1}}, {"inner": None},
        {"several": "abc"}, {"several": {"a": 1}}, {"some": "abc"}, {"table": [1]},
        {"table": {"k": "kim"}}, {"money": {"amount": "1"}},
        {"money": {"amount": "kim", "currency": "EUR"}},
        {"money": {"amount": "1", "currency": "kim"}}, {"anything": {"$decimal": "kim"}},
        {"anything": {"$kim": 1}}, {"unknown": 1},
    ],
    ids=str,
)  # fmt: skip
def test_json_that_does_not_fit_is_an_input_error_without_the_value(
    change: dict[str, object],
) -> None:
    data = encode(WHOLE) | change
    with pytest.raises(InputError) as caught:
        decode(Everything, data)
    assert "kim" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("data", [None, 5, "text", [], [1]])
def test_what_is_no_object_is_an_input_error(data: object) -> None:
    with pytest.raises(InputError):
        decode(Everything, data)


def test_a_missing_field_is_an_input_error() -> None:
    data = encode(WHOLE)
    del data["text"]
    with pytest.raises(InputError) as caught:
        decode(Everything, data)
    assert (caught.value.code, caught.value.facts) == ("not_readable", {"type": "Everything"})


def test_json_too_deep_for_python_is_an_input_error() -> None:
    deep: object = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InputError):
        decode(Loose, {"value": deep})


@frozen
class Pair:
    value: tuple[str, int]


@frozen
class Numbered:
    value: Mapping[int, str]


@frozen
class Either:
    value: int | str


@frozen
class Inexact:
    value: float


@pytest.mark.parametrize("of", [Pair, Numbered, Either, Inexact, float, dict, list])
def test_a_type_that_would_not_come_back_is_refused_when_declared(of: type) -> None:
    with pytest.raises(DefinitionError) as caught:
        decode(of, {})
    assert caught.value.code == "codec"


# ---------------------------------------------------------------- instants


@given(instants(), instants())
def test_the_order_of_instants_as_text_is_their_order_in_time(one: datetime, two: datetime) -> None:
    assert (instant_text(one) < instant_text(two)) == (one < two)
    assert datetime.fromisoformat(instant_text(one)) == one
    assert len(instant_text(one)) == 27


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 1, 1, 9, tzinfo=SEOUL), "2026-01-01T00:00:00.000000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC), "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_is_text_of_fixed_width(instant: datetime, text: str) -> None:
    assert instant_text(instant) == text


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 1, 1),  # noqa: DTZ001 - what is refused
        datetime(1, 1, 1, tzinfo=SEOUL),
    ],
)
def test_an_instant_that_has_no_place_in_time_is_not_written(instant: datetime) -> None:
    with pytest.raises(InputError):
        instant_text(instant)


# ---------------------------------------------------------------- own json


@frozen
class Own:
    at: date

    def to_json(self) -> Json:
        return self.at.isoformat()

    @classmethod
    @guarded
    def from_json(cls, data: Json) -> "Own":
        """Read it."""
        return cls(date.fromisoformat(data))


@frozen
class Holder:
    own: Own


def test_a_class_with_json_of_its_own_is_asked() -> None:
    assert encode(Holder(Own(date(2026, 1, 1)))) == {"own": "2026-01-01"}
    assert decode(Holder, {"own": "2026-01-01"}).own.at == date(2026, 1, 1)


@pytest.mark.parametrize("data", ["kim", 5, None, {}])
def test_a_guarded_reader_shows_no_value(data: Json) -> None:
    with pytest.raises(InputError) as caught:
        Own.from_json(data)
    assert "kim" not in str(caught.value)
    assert caught.value.facts == {"type": "Own"}


@frozen(kw_only=True)
class Seldom:
    """A class of few values in many rows."""

    read_once: ClassVar[bool] = True
    name: str
    count: int = 0


def test_a_class_of_few_values_is_read_once_for_each_of_its_texts() -> None:
    one, same = (decode(Seldom, {"name": "a", "count": 1}) for _ in range(2))
    assert one is same
    assert one == Seldom(name="a", count=1)
    assert decode(Seldom, {"name": "b", "count": 1}) == Seldom(name="b", count=1)
    for data in ({"name": 1}, {"name": "a", "count": "1"}, {"name": "a", "count": True}):
        for _ in range(2):
            with pytest.raises(InputError):
                decode(Seldom, data)
    for number in range(3_000):
        assert decode(Seldom, {"name": str(number)}).name == str(number)


@frozen
class Holding:
    """A class whose JSON holds that of values that are written once."""

    seldom: tuple[Seldom, ...]
    by_name: Mapping[str, Seldom | None]


def test_json_that_was_written_may_be_written_into() -> None:
    one = Seldom(name="a", count=1)
    for value in (one, Holding((one,), {"a": one, "b": None})):
        before = encode(value)
        made = encode(value)
        for held in (made, made.get("by_name", {}).get("a", {}), *made.get("seldom", ())):
            held["name"] = "changed"
        assert encode(value) == before == encoded(value, type(value))


@pytest.mark.parametrize(
    "data",
    [{}, {"amount": 1, "currency": "EUR"}, {"amount": "1", "currency": None},
     {"amount": "1", "currency": "EUR", "x": 1}, {"amount": "nan", "currency": "EUR"},
     {"amount": "1", "currency": "XXXX"}, []],
)  # fmt: skip
def test_json_that_is_no_money_is_refused(data: object) -> None:
    for _ in range(2):
        with pytest.raises(InputError):
            decode(Money, data)


def test_money_keeps_its_digits() -> None:
    for text in ("1", "1.0", "1.00"):
        held = decode(Money, {"amount": text, "currency": "EUR"})
        assert encode(held) == {"amount": text, "currency": "EUR"}


def test_json_of_what_is_kept_may_be_written_into() -> None:
    plan = Plan(id="pro", price=Money("30.00", "EUR"), cadence="P1M", term=TermRule(initial="P1Y"))
    written = encode(plan)
    assert encode(plan) == written
    written["term"]["initial"].clear()
    written["id"] = "other"
    assert decode(Plan, encode(plan)) == plan
