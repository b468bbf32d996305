"""The contracts for plugins hold for the example plugin, and each of their promises can break."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import pytest
from attrs import evolve
from hypothesis import Phase, settings

from ecrm_core.customers import SourceKey, SourceRecord, Stated, unify
from ecrm_core.customers.policy import Candidate
from ecrm_core.errors import InputError
from ecrm_core.kernel import CustomerId, Registry
from ecrm_core.ports import Toolbox
from ecrm_core.quality import Evidence, Rule
from ecrm_core.segmentation import Loaded
from ecrm_core.sources import Delivery, shopify
from ecrm_core.testing.contracts import Outcome, report
from ecrm_core.testing.plugins import (
    ComparisonContract,
    FieldContract,
    LinkedContract,
    PolicyContract,
    ReaderContract,
    RuleContract,
)
from ecrm_core.testing.plugins.plugged import Plugged
from tests.house import ROOT
from tests.profile import PROFILE

sys.path.insert(0, str(ROOT / "examples" / "plugin" / "src"))
import ecrm_serials
from ecrm_serials.registration import Registration

Values = tuple[object, ...]
TOOLS = ecrm_serials.add_to(Toolbox())
AT = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def loaded(serial: str) -> Loaded:
    cells = {"attributes.serial": Stated(serial, AT, AT)}
    return Loaded(profile=unify([SourceRecord(SourceKey("s", "1"), cells)], id=CustomerId("c")))


class TestSerial(ComparisonContract):
    tools, name = TOOLS, "attribute:serial"
    pairs: ClassVar[Mapping[tuple[str, str], str]] = {
        ("2019-00417-2", "2019 00417 2"): "equal",
        ("2019-00417-2", "2019-00471-2"): "slip",
        ("2019-00417-2", "2021-00032-2"): "other",
        ("2019-00417-2", "none"): "other",
    }


class TestSerialCheck(RuleContract):
    tools, name = TOOLS, "serial_check"
    good: ClassVar[Values] = ("2019-00417-2",)
    bad: ClassVar[Values] = ("2019-00417-3", "none")


class TestMachineYear(FieldContract):
    tools, name = TOOLS, "machine_year"
    known: ClassVar[tuple[tuple[Loaded, object], ...]] = (
        (loaded("2019-00417-2"), 2019),
        (loaded("none"), None),
    )


class TestRegistrations(LinkedContract):
    tools, name = TOOLS, "machine_registration"

    def row(self, number: int, customer: CustomerId, record: SourceKey) -> Registration:
        return Registration(serial=f"{record.external_id}{number}", customer=customer, on=AT.date())


class TestLongest(PolicyContract):
    tools, name, group = TOOLS, "longest", "name"


class TestForms(ReaderContract):
    tools, name = TOOLS, "machine_forms"
    bodies: ClassVar[tuple[bytes, ...]] = (
        b"""[{"form": "12", "sent": "2026-11-01T10:00:00Z", "serial": "2019-00417-2", "shoe": 42,
              "customer": {"no": "7", "name": "Ann Example", "email": "ann@example.com",
                           "phone": "02-000-0101"}}]""",
    )


class TestShopify(ReaderContract):
    tools, name = TOOLS, "shopify"
    bodies: ClassVar[tuple[bytes, ...]] = (b'[{"id": 1, "email": "ann@example.com"}, {"id": 2}]',)


# ---------------------------------------------------------------- each promise can break


def with_(seam: str, **replaced: object) -> Toolbox:
    """The toolbox, with things of one registry replaced."""
    held: Registry[Any] = getattr(TOOLS, seam)
    entries: dict[str, Any] = {name: held[name] for name in held}
    entries |= {name.replace("__", ":"): thing for name, thing in replaced.items()}
    changed: dict[str, Any] = {seam: Registry("thing", entries)}
    return evolve(TOOLS, **changed)


def fickle() -> Callable[..., int]:
    turns = iter(range(10**9))
    return lambda *_: next(turns) % 2


SERIAL = TOOLS.comparisons["attribute:serial"]
YEAR = TOOLS.fields["machine_year"]


def mixed(_: Sequence[Candidate], __: Mapping[str, Any]) -> Callable[[Candidate], Any]:
    """Ranks that cannot be compared."""
    return lambda candidate: 1 if candidate.source.source == "shop" else "x"


def loud(value: object, *_: object) -> Iterator[Evidence]:
    yield Evidence(facts={"digits": str(value)[:30]})


def rule_that(test: Callable[..., Iterator[Evidence]]) -> Toolbox:
    return with_("tests", check_digit=test)


def raising(*_: object) -> Iterator[Evidence]:
    raise KeyError("ann@example.com")


def reading(read: Callable[[bytes, datetime], Delivery]) -> Toolbox:
    return with_("readers", shopify=lambda body, received_at, **_: read(body, received_at))


def crashing(body: bytes, at: datetime) -> Delivery:
    if not body.startswith(b"[{"):
        raise IndexError("ann@example.com")
    return shopify.read(body, received_at=at)


def own_time(body: bytes, _: datetime) -> Delivery:
    return shopify.read(body, received_at=AT.replace(year=2020))


def empty(body: bytes, _: datetime) -> Delivery:
    if not body:
        raise InputError("found nothing")
    return Delivery(source="shopify")


class Moving(TestRegistrations):
    """Rows under keys that are not their own."""

    def row(self, number: int, customer: CustomerId, record: SourceKey) -> Registration:
        return evolve(super().row(number, customer, record), serial="1")


BROKEN: dict[str, tuple[type[Plugged], Toolbox, str]] = {
    "no level": (TestSerial, with_("comparisons", attribute__serial=evolve(
        SERIAL, compare=lambda *_: 2)), "each pair has its level"),
    "compares by chance": (TestSerial, with_("comparisons", attribute__serial=evolve(
        SERIAL, compare=fickle())), "any two texts have a level whichever comes first"),
    "keys apart": (TestSerial, with_("comparisons", attribute__serial=evolve(
        SERIAL, keys=lambda form: [form])), "pairs that are alike share a key"),
    "finds all": (TestSerialCheck, rule_that(loud),
                  "bad values are found and good ones are not"),
    "repeats the value": (TestSerialCheck, rule_that(loud), "no value makes the test fail"),
    "forgets a fact": (TestSerialCheck, rule_that(lambda *_: iter([Evidence()])),
                       "its sentence is there with all its facts"),
    "raises": (TestSerialCheck, rule_that(raising), "no value makes the test fail"),
    "wrong year": (TestMachineYear, with_("fields", machine_year=evolve(
        YEAR, read=lambda *_: 2019)), "each customer known has her value"),
    "wrong type": (TestMachineYear, with_("fields", machine_year=evolve(
        YEAR, read=lambda *_: "2019")), "every customer has a value of the type or none"),
    "mixed ranks": (TestLongest, with_("policies", longest=mixed),
                    "any statements are ranked and the same way each time"),
    "crashes": (TestShopify, reading(crashing), "other bytes are an input error or read"),
    "reads a clock": (TestShopify, reading(own_time),
                      "what was received is stamped with the time given"),
    "reads nothing": (TestShopify, reading(empty), "taken in twice it is there once"),
}  # fmt: skip


@pytest.fixture
def first_failure_is_enough() -> Iterator[None]:
    settings.register_profile("bite", settings.get_profile(PROFILE), phases=[Phase.generate])
    settings.load_profile("bite")
    yield
    settings.load_profile(PROFILE)


@pytest.mark.usefixtures("first_failure_is_enough")
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_plugin_is_told_which_promise(fault: str) -> None:
    contract, tools, sentence = BROKEN[fault]
    broken = type("Broken", (contract,), {"tools": tools})
    told = [p.sentence for p in report(broken).promises if p.outcome is Outcome.BROKEN]
    assert sentence in told


def test_rows_that_write_over_each_other_are_told() -> None:
    assert report(Moving).count(Outcome.BROKEN) == 3


def test_the_example_plugin_keeps_all() -> None:
    for contract in (TestSerial, TestSerialCheck, TestMachineYear, TestRegistrations, TestLongest):
        asked = report(contract)
        assert asked.count(Outcome.KEPT) == len(asked.promises) > 0, str(asked)


def test_a_rule_is_there() -> None:
    assert isinstance(TOOLS.rules["serial_check"], Rule)
