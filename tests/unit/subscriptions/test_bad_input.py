"""Bad input: every command that cannot be is answered with one typed error, never another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve, fields

from ecrm_core.errors import DefinitionError, EcrmError, IllegalTransition, InputError
from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    LIFECYCLE,
    Anchor,
    Cadence,
    Cancel,
    ChangeAnchor,
    ChangePlan,
    ChangeQuantity,
    ChangeZone,
    Command,
    Condition,
    Create,
    DunningPolicy,
    ExtendTrial,
    Import,
    Intro,
    NoticeBounced,
    NoticeRule,
    NoticeSent,
    Pause,
    PauseMode,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    Plan,
    Policies,
    RecordConsent,
    RelativeTo,
    ReleaseHeld,
    Reprice,
    Resubscribe,
    Resume,
    SetAutoRenew,
    SkipNext,
    Status,
    TaskDone,
    TaskRule,
    TermRule,
    Unit,
    advance,
    handle,
)
from ecrm_core.subscriptions.commands import When
from tests.unit.subscriptions.life import BARE, CHARGE, PLAN, START, Life, on

ANY: Any = object()
TEXT: Any = "expire"
LAST = date(9999, 12, 31)
NOON: Any = datetime(2026, 4, 1, 12)  # noqa: DTZ001 - an instant is no day
EUR = Money("30.00", "EUR")
CODE = "illegal_transition"


def create(**parts: Any) -> Create:  # noqa: ANN401
    return Create(id="sub_1", customer=CustomerId("cus_1"), **{"plan": PLAN, **parts})


def taken(**parts: Any) -> Import:  # noqa: ANN401
    known = {"plan": PLAN, "starts_on": date(2025, 1, 1), "billed_through": date(2026, 2, 1)}
    return Import(id="sub_1", customer=CustomerId("cus_1"), **{**known, **parts})


DEFINED: list[tuple[Callable[[], object], type[EcrmError], str]] = [
    (lambda: Cadence.parse("P0D"), DefinitionError, "cadence"),
    (lambda: Cadence.parse("P1M3D"), DefinitionError, "cadence"),
    (lambda: Cadence.parse("monthly"), InputError, "not_duration"),
    (lambda: Cadence.every(10**30, "month"), DefinitionError, "cadence"),
    (lambda: Cadence.every(-1, "month"), DefinitionError, "cadence"),
    (lambda: evolve(PLAN, cadence="P999999Y"), DefinitionError, "duration"),
    (lambda: Anchor(LAST, 0), DefinitionError, "anchor"),
    (lambda: Anchor(LAST, 32), DefinitionError, "anchor"),
    (lambda: Anchor(LAST, ANY), DefinitionError, "anchor"),
    (lambda: evolve(PLAN, price=Money("30.001", "EUR")), DefinitionError, "plan"),
    (lambda: evolve(PLAN, price=Money("-30.00", "EUR")), DefinitionError, "plan"),
    (lambda: evolve(PLAN, price=Money("1" * 50, "EUR")), InputError, "too_large"),
    (lambda: evolve(PLAN, price=Money(Decimal("1e1000000"), "EUR")), InputError, "too_large"),
    (lambda: evolve(PLAN, price=Money("1.00", "XYZ")), DefinitionError, "currency"),
    (lambda: evolve(PLAN, intro=Intro(price=EUR, cycles=0)), DefinitionError, "plan"),
    (lambda: evolve(PLAN, intro=Intro(price=EUR, cycles=ANY)), DefinitionError, "plan"),
    (lambda: evolve(PLAN, intro=Intro(price=Money("9.999", "EUR"), cycles=1)),
     DefinitionError, "plan"),
    (lambda: evolve(PLAN, intro=Intro(price=Money("9.00", "USD"), cycles=1)),
     DefinitionError, "plan"),
    (lambda: Plan(id=" ", price=EUR, cadence="P1M"), DefinitionError, "plan"),
    (lambda: TermRule(initial="P0D"), DefinitionError, "term"),
    (lambda: TermRule(initial="-P1M"), InputError, "not_duration"),
    (lambda: TermRule(initial="P1Y", renewal="P0D"), DefinitionError, "term"),
    (lambda: create(quantity=-1), DefinitionError, "quantity"),
    (lambda: create(quantity=0), DefinitionError, "quantity"),
    (lambda: create(quantity=1.5), DefinitionError, "quantity"),
    (lambda: create(starts_on="2026-04-01"), DefinitionError, "argument"),
    (lambda: create(billed_through=NOON), DefinitionError, "argument"),
    (lambda: taken(billed_through=None), DefinitionError, "argument"),
    (lambda: taken(term_number=-1), DefinitionError, "argument"),
    (lambda: taken(paused_on=ANY), DefinitionError, "argument"),
    (lambda: ChangeQuantity(quantity=-1), DefinitionError, "quantity"),
    (lambda: ChangeAnchor(day=0), DefinitionError, "anchor"),
    (lambda: ChangeAnchor(day=32), DefinitionError, "anchor"),
    (lambda: Pause(on=LAST, until=LAST), DefinitionError, "argument"),
    (lambda: Pause(until=NOON), DefinitionError, "argument"),
    (lambda: Pause(cycles=0), DefinitionError, "argument"),
    (lambda: Pause(cycles=1, mode=PauseMode.CREDIT), DefinitionError, "argument"),
    (lambda: Pause.for_cycles(10**9), DefinitionError, "argument"),
    (lambda: Pause(owner="ann@example.com"), DefinitionError, "argument"),
    (lambda: Pause(owner=ANY), DefinitionError, "argument"),
    (lambda: Resume(owner=""), DefinitionError, "argument"),
    (lambda: Resume(owner="x" * 61), DefinitionError, "argument"),
    (lambda: SkipNext(cycles=-1), DefinitionError, "argument"),
    (lambda: SkipNext(cycles=True), DefinitionError, "argument"),
    (lambda: ExtendTrial(until=ANY), DefinitionError, "argument"),
    (lambda: Resubscribe(on=NOON), DefinitionError, "argument"),
    (lambda: Resubscribe(quantity=0), DefinitionError, "quantity"),
    (lambda: Cancel.at(ANY), DefinitionError, "argument"),
    # A choice given as its text would be none of them, and mean another one.
    (lambda: ChangeQuantity(quantity=1, policy=TEXT), DefinitionError, "argument"),
    (lambda: ChangeQuantity(quantity=1, on=ANY), DefinitionError, "argument"),
    (lambda: ChangePlan(plan=TEXT), DefinitionError, "argument"),
    (lambda: ChangeAnchor(day=1, stub=TEXT), DefinitionError, "argument"),
    (lambda: Reprice(price=EUR, at=TEXT), DefinitionError, "argument"),
    (lambda: Reprice(price=TEXT), DefinitionError, "argument"),
    (lambda: Cancel(when=TEXT), DefinitionError, "argument"),
    (lambda: Pause(mode=TEXT), DefinitionError, "argument"),
    (lambda: create(align=TEXT), DefinitionError, "argument"),
    (lambda: create(plan=TEXT), DefinitionError, "argument"),
    (lambda: evolve(PLAN, price=TEXT), DefinitionError, "argument"),
    (lambda: evolve(PLAN, pay=TEXT), DefinitionError, "argument"),
    (lambda: evolve(PLAN, term=TEXT), DefinitionError, "argument"),
    (lambda: TermRule(initial="P1Y", at_end=TEXT), DefinitionError, "argument"),
    (lambda: NoticeRule(name="x", aim="P1D", relative_to=TEXT), DefinitionError, "argument"),
    (lambda: DunningPolicy(grace="P9D", at_end=TEXT), DefinitionError, "argument"),
    (lambda: TaskRule(name="x", offset="P1D", priority=TEXT), DefinitionError, "argument"),
    (lambda: Policies(name="x", catch_up=TEXT), DefinitionError, "argument"),
    (lambda: handle(Life().state, TEXT, START, BARE), DefinitionError, "command"),
    (lambda: Policies(name="x", overdue_after="soon"), InputError, "not_duration"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "error", "code"), DEFINED)
def test_what_cannot_be_is_refused_when_it_is_made(
    made: Callable[[], object], error: type[EcrmError], code: str
) -> None:
    with pytest.raises(error) as caught:
        made()
    assert (type(caught.value), caught.value.code) == (error, code)


BEGUN: list[tuple[Create, type[EcrmError], str]] = [
    (create(tz="Mars/Olympus"), DefinitionError, "zone"),
    (create(tz="../../etc/passwd"), DefinitionError, "zone"),
    (create(anchor_day=0), DefinitionError, "anchor"),
    (create(anchor_day=32), DefinitionError, "anchor"),
    (create(anchor_day="31"), DefinitionError, "anchor"),
    (create(starts_on=LAST), InputError, "date_range"),
    (create(starts_on=date(9999, 12, 1), plan=evolve(PLAN, trial="P1M")), InputError, "date_range"),
    (create(plan=evolve(PLAN, trial="P9000Y")), InputError, "date_range"),
    (create(term=TermRule(initial="P9000Y")), InputError, "date_range"),
    (create(starts_on=date(2025, 1, 1)), InputError, "billed_through"),
    (create(starts_on=LAST, billed_through=date(2026, 1, 1)), InputError, "billed_through"),
    (taken(billed_through=date(2024, 1, 1)), InputError, "billed_through"),
    (taken(term=TermRule(initial="P1Y"), term_number=10**6),
     InputError, "date_range"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "error", "code"), BEGUN)
def test_what_cannot_begin_is_refused(command: Create, error: type[EcrmError], code: str) -> None:
    with pytest.raises(error) as caught:
        handle(None, command, START, BARE)
    assert (type(caught.value), caught.value.code) == (error, code)


SAID: list[tuple[Command, type[EcrmError], str]] = [
    (ChangePlan(plan=evolve(PLAN, price=Money("30.00", "USD"))), IllegalTransition, CODE),
    (Reprice(price=Money("30.00", "USD")), IllegalTransition, CODE),
    (Reprice(price=Money("30.001", "EUR")), DefinitionError, "plan"),
    (ChangeZone(tz="Nowhere/Land"), DefinitionError, "zone"),
    (Cancel.at(date(1, 1, 1)), IllegalTransition, CODE),
    (Pause(on=date(1, 1, 1)), IllegalTransition, CODE),
    (Pause(until=date(2026, 1, 1)), IllegalTransition, CODE),
    (Resume(), IllegalTransition, CODE),
    (Resubscribe(), IllegalTransition, CODE),
    (ExtendTrial(until=LAST), IllegalTransition, CODE),
    (ReleaseHeld(), IllegalTransition, CODE),
    (PaymentSucceeded(charge="sub_2/charge/0/0"), InputError, "charge"),
    (PaymentSucceeded(charge="x" * 10**6), InputError, "too_long"),
    (PaymentFailed(charge=ANY), InputError, "not_text"),
    (TaskDone(task=ANY), InputError, "not_text"),
    (NoticeSent(notice="sub_2/notice/t0/x"), InputError, "action_key"),
    (RecordConsent(rule="none"), IllegalTransition, CODE),
]  # fmt: skip


@pytest.mark.parametrize(("command", "error", "code"), SAID)
def test_what_cannot_be_done_is_refused(
    command: Command, error: type[EcrmError], code: str
) -> None:
    life = Life()
    with pytest.raises(error) as caught:
        life.do(command, "2026-02-01")
    assert (type(caught.value), caught.value.code) == (error, code)
    assert len(str(caught.value)) < 500


NEAR_THE_END: list[Command] = [
    Pause(on=LAST), Pause(on=date(9999, 1, 1), until=LAST), Cancel.at(LAST),
    Cancel.at(LAST, credit=True), Resubscribe(on=LAST), Pause(until=LAST, mode=PauseMode.EXTEND),
]  # fmt: skip


@pytest.mark.parametrize("command", NEAR_THE_END)
def test_the_last_year_is_a_date_or_a_typed_error(command: Command) -> None:
    life = Life()
    if isinstance(command, Resubscribe):
        life.do(Cancel.now(), "2026-02-01")
    assert _code(lambda: life.do(command, "2026-02-02")) in {"", "date_range"}


def _code(call: Callable[[], object]) -> str:
    """Return the code of the InputError it raises; nothing without one."""
    try:
        call()
    except InputError as error:
        return error.code
    return ""


def test_a_trial_may_not_last_beyond_the_calendar() -> None:
    life = Life(evolve(PLAN, trial="P14D"))
    with pytest.raises(InputError, match="9999"):
        life.do(ExtendTrial(until=LAST), "2026-02-01")


def test_the_last_day_of_the_calendar_cannot_be_paid_still() -> None:
    life = Life(policies=Policies(name="inclusive", last_day_inclusive=True))
    with pytest.raises(InputError) as caught:
        life.do(Cancel.at(LAST), "2026-02-01")
    assert caught.value.code == "date_range"


WELL: dict[type[Command], dict[str, Any]] = {
    Cancel: {"when": When.DATE}, ChangePlan: {"plan": PLAN}, ChangeQuantity: {"quantity": 2},
    ChangeAnchor: {"day": 3}, ChangeZone: {"tz": "UTC"}, Reprice: {"price": EUR},
    SetAutoRenew: {"auto_renew": False}, ExtendTrial: {"until": date(2026, 5, 1)},
    PaymentSucceeded: {"charge": CHARGE}, PaymentFailed: {"charge": CHARGE},
    PaymentRefunded: {"charge": CHARGE, "amount": EUR},
    NoticeSent: {"notice": "sub_1/notice/t0/x"}, NoticeBounced: {"notice": "sub_1/notice/t0/x"},
    TaskDone: {"task": "sub_1/task/t0/x"}, RecordConsent: {"rule": "x"},
    Create: {"id": "sub_1", "customer": "cus_1", "plan": PLAN},
    Import: {"id": "sub_1", "customer": "cus_1", "plan": PLAN, "starts_on": date(2026, 1, 1),
             "billed_through": date(2026, 3, 1)},
}  # fmt: skip


@pytest.mark.parametrize("kind", [*LIFECYCLE, Create, Import], ids=lambda kind: kind.__name__)
def test_a_value_of_another_kind_is_refused_and_never_written(kind: type[Command]) -> None:
    life = Life().until("2026-02-01")
    state = None if issubclass(kind, Create) else life.state
    for name in (field.name for field in fields(kind)):
        for value in (object(), "ann@example.com", 1.5, b"x", [], {}, Status.ACTIVE):
            if isinstance(value, str) and name in _TEXT:
                continue
            with pytest.raises(EcrmError) as caught:
                handle(state, kind(**{**WELL.get(kind, {}), name: value}), on("2026-02-02"), BARE)
            assert "ann@" not in str(caught.value)


_TEXT = {"id", "customer", "preset", "tz"}


RULES: dict[Callable[..., object], dict[str, Any]] = {
    Plan: {"id": "a", "price": EUR, "cadence": "P1M"}, TermRule: {"initial": "P1Y"},
    Intro: {"price": EUR, "cycles": 1}, TaskRule: {"name": "call", "offset": "P3D"},
    NoticeRule: {"name": "bill", "relative_to": RelativeTo.CHARGE, "aim": "P3D"},
    DunningPolicy: {"steps": ("P1D",), "grace": "P5D"}, Condition: {}, Policies: {"name": "x"},
    Cadence: {"unit": Unit.DAY, "count": 3},
}  # fmt: skip
_FREE = {"id", "name", "channel", "fallback", "legal_ref", "verified", "owner", "kind",
         "escalate_to", "task_for"}  # fmt: skip


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
def test_a_rule_of_something_else_is_refused_when_it_is_made(kind: Any) -> None:  # noqa: ANN401
    for name in {field.name for field in fields(kind)} - _FREE:
        for value in (object(), 1.5, Status.ACTIVE):
            with pytest.raises(EcrmError):
                kind(**{**RULES[kind], name: value})


@pytest.mark.parametrize("now", [NOON, None, "2026-04-01", date(2026, 4, 1)])
def test_what_is_no_instant_is_refused(now: Any) -> None:  # noqa: ANN401
    with pytest.raises(InputError):
        advance(Life().state, now, BARE)
