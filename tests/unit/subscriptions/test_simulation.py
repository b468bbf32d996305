"""Simulation: a host over years, with outages, crashes, wrong clocks and payments."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    Action,
    Cancel,
    Create,
    Happened,
    Pause,
    PaymentSucceeded,
    Plan,
    Policies,
    Recorded,
    Report,
    Simulation,
    Status,
    Subscription,
    TermRule,
    declined,
    fold,
    forecast,
    handle,
    mixed_payments,
    paid,
    policies_of,
    simulate,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
YEAR = NOW + timedelta(days=365)
DAY = timedelta(days=1)
B2B = policies_of("b2b")
PLAN = Plan(
    id="care",
    price=Money("30.00", "EUR"),
    cadence="P1M",
    term=TermRule(initial="P6M", notice="P1M"),
)


def begun(id_: str = "sub_1", plan: Plan = PLAN) -> Subscription:
    create = Create(id=id_, customer=CustomerId("cus_1"), plan=plan, preset="b2b")
    return handle(None, create, NOW, B2B).state


def keys(found: Simulation) -> list[str]:
    return [action.key for action in found.actions]


def handed(found: Simulation) -> Counter[str]:
    """How often each action was handed over."""
    told = {Happened.HANDED, Happened.AGAIN}
    return Counter(entry.name for entry in found.entries if entry.what in told)


def test_undisturbed_it_is_the_forecast() -> None:
    found = simulate([begun()], YEAR, now=NOW)
    foreseen = forecast(begun(), YEAR, B2B, now=NOW)
    assert found.actions == foreseen.actions
    assert found.events == foreseen.events
    assert [entry.at for entry in found.entries] == sorted(entry.at for entry in found.entries)


def test_the_same_arguments_give_the_same_log() -> None:
    told = [
        simulate([begun("sub_2"), begun("sub_1")], YEAR, now=NOW, crash_at=range(3, 99, 4),
                 payments=mixed_payments(seed=3), outages=[(NOW + 20 * DAY, NOW + 50 * DAY)],
                 jumps=[(NOW + 70 * DAY, -2 * DAY)])
        for _ in range(2)
    ]  # fmt: skip
    assert told[0].entries == told[1].entries
    assert told[0].counts["crash"] == 24


@pytest.mark.parametrize("every", [1, 2, 3, 5])
def test_a_host_that_dies_at_any_point_loses_nothing_and_repeats_under_the_same_key(
    every: int,
) -> None:
    bills = [action.key for action in simulate([begun()], YEAR, now=NOW).actions]
    found = simulate([begun()], YEAR, now=NOW, crash_at=range(every, 60, every))
    assert keys(found) == bills
    assert found.counts["crash"] == len(range(every, 60, every))
    assert sum(handed(found).values()) == len(bills) + found.counts["handed over again"]
    assert fold([_created(), *found.events]) == found.states["sub_1"]


def _created() -> Recorded:
    create = Create(id="sub_1", customer=CustomerId("cus_1"), plan=PLAN, preset="b2b")
    return handle(None, create, NOW, B2B).events[0]


def test_after_an_outage_every_charge_is_made_once_and_what_is_too_late_is_missed() -> None:
    bills = [key for key in keys(simulate([begun()], YEAR, now=NOW)) if "/charge/" in key]
    found = simulate([begun()], YEAR, now=NOW, outages=[(NOW + 30 * DAY, NOW + 330 * DAY)])
    assert [key for key in keys(found) if "/charge/" in key] == bills
    up = NOW + 330 * DAY
    assert all(not NOW + 30 * DAY <= entry.at < up for entry in found.entries)
    assert "notice_missed" in {row.event.kind for row in found.events}


def test_a_clock_that_jumps_back_changes_nothing_but_the_hour() -> None:
    straight = simulate([begun()], YEAR, now=NOW)
    jumps = [(NOW + 40 * DAY, -3 * DAY), (NOW + 90 * DAY, timedelta(0))]
    found = simulate([begun()], YEAR, now=NOW, jumps=jumps)
    assert keys(found) == keys(straight)
    ahead = simulate([begun()], NOW + 27 * DAY, now=NOW, jumps=[(NOW + DAY, 2 * DAY)])
    assert keys(ahead) == keys(straight)[:2]  # the charge of day 28, two days early


def test_payments_are_heard_and_a_failed_one_makes_it_past_due() -> None:
    until = NOW + DAY
    assert simulate([begun()], until, now=NOW, payments=paid).states["sub_1"].unpaid == ()
    found = simulate([begun()], until, now=NOW, payments=declined)
    assert found.states["sub_1"].status is Status.PAST_DUE
    assert found.entries[-2].at == NOW + timedelta(minutes=1)
    assert found.entries[-2].name == "PaymentFailed"


def test_what_arrives_while_the_host_is_down_waits() -> None:
    def late(action: Action) -> tuple[Report, ...]:
        return (Report(after=DAY, command=PaymentSucceeded(charge=action.key)),)

    found = simulate(
        [begun()], NOW + 9 * DAY, now=NOW, payments=late, outages=[(NOW + DAY, NOW + 5 * DAY)]
    )
    assert [e.at for e in found.entries if e.what is Happened.COMMAND] == [NOW + 5 * DAY]


def test_the_mixture_of_payments_follows_from_the_seed() -> None:
    states = [begun(f"sub_{n:03}") for n in range(200)]
    charges = simulate(states, NOW + DAY, now=NOW).actions
    said = [mixed_payments(seed=1, declines=30, lost=20, twice=40)(action) for action in charges]
    names = Counter(type(report.command).__name__ for made in said for report in made[:1])
    assert 30 < names["PaymentFailed"] < 70
    assert 90 < names["PaymentSucceeded"] < 140
    assert 15 < sum(not made for made in said) < 65
    assert 40 < sum(len(made) == 2 for made in said) < 100
    assert said == [
        mixed_payments(seed=1, declines=30, lost=20, twice=40)(action) for action in charges
    ]


def test_commands_begin_and_change_subscriptions_and_refusals_are_told() -> None:
    create = Create(id="sub_9", customer=CustomerId("cus_9"), plan=PLAN)
    commands = [
        (NOW + DAY, "", create),
        (NOW + 2 * DAY, "sub_9", Pause()),
        (NOW + 3 * DAY, "sub_9", Cancel.now()),
        (NOW + 4 * DAY, "sub_9", Pause()),
    ]
    found = simulate([], YEAR, now=NOW, commands=commands)
    assert found.states["sub_9"].status is Status.CANCELLED
    assert [entry.name for entry in found.entries[-2:]] == ["Pause", "illegal_transition"]
    assert fold(found.events) == found.states["sub_9"]


def test_a_simulation_is_a_table_json_and_html() -> None:
    found = simulate([begun()], NOW + 40 * DAY, now=NOW, crash_at=[2])
    told = json.loads(json.dumps(found.to_json()))
    assert told["counts"] == dict(found.counts)
    assert [entry["of"] for entry in told["entries"]] == [entry.name for entry in found.entries]
    assert "2026-02-28T09:00:00.000000Z  event        sub_1         charged" in str(found)
    assert found._repr_html_().count("<tr>") == len(found.entries) + 1
    assert repr(found) == "<Simulation until 2026-03-12: 5 entries>"
    assert "and " not in str(found)
    many = simulate([begun(f"sub_{n}") for n in range(200)], NOW + DAY, now=NOW)
    assert str(many).endswith("\nand 200 more")


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        ({"outages": [(YEAR, NOW)]}, "outage"),
        ({"presets": {"b2c": Policies(name="b2c")}}, "unknown_name"),
    ],
)
def test_what_cannot_be_simulated_is_refused(refused: dict[str, object], code: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        simulate([begun()], YEAR, now=NOW, **refused)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_two_subscriptions_with_one_id_and_shares_above_a_hundred_are_refused() -> None:
    with pytest.raises(DefinitionError, match="one id"):
        simulate([begun(), begun()], YEAR, now=NOW)
    with pytest.raises(DefinitionError, match="share"):
        mixed_payments(declines=101)


def test_a_forecast_is_a_table_json_and_html() -> None:
    foreseen = forecast(begun(), NOW + 40 * DAY, B2B, now=NOW)
    told = json.loads(json.dumps(foreseen.to_json()))
    assert [row["key"] for row in told["actions"]] == [action.key for action in foreseen.actions]
    assert told["actions"][1]["at"] == "2026-02-28T09:00:00.000000Z"
    assert (told["until"][:10], told["more"]) == ("2026-03-12", False)
    assert "2026-02-28  charge  30.00 EUR        sub_1/charge/1/0" in str(foreseen)
    assert "up to 2026-03-12" in foreseen._repr_html_()
