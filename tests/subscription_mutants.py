"""Broken variants of the schedule, the handling and the money of subscriptions: each is a bug."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from attrs import evolve

from ecrm_core.kernel import DateInterval, Money, Rounding
from ecrm_core.subscriptions import (
    Action,
    Anchor,
    Cadence,
    NoticeRule,
    Subscription,
    TermRule,
    Window,
    boundary,
    due_at,
    fraction_of,
    local_day,
    share_of,
)
from ecrm_core.subscriptions.advance import Run
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events import (
    CancelUndone,
    Charged,
    Credited,
    Resumed,
    TermRenewed,
    TrialEnded,
    Withdrawn,
)
from ecrm_core.subscriptions.proration import slice_amount
from ecrm_core.subscriptions.schedule import planned, taken_back
from ecrm_core.subscriptions.schedule.charges import next_part

__all__ = ["MUTANTS", "mutated"]

Patch = pytest.MonkeyPatch
_ROOM = "ecrm_core.subscriptions"


def _everywhere(patch: Patch, old: Any, new: Any) -> None:  # noqa: ANN401 - any function
    """Put a function in the place of another one in every module of the room."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_ROOM):
            for attribute, value in list(vars(module).items()):
                if value is old:
                    patch.setattr(module, attribute, new)


def _chained_boundaries(patch: Patch) -> None:
    def chained(anchor: Anchor, cadence: Cadence, k: int) -> date:
        day, step = boundary(anchor, cadence, 0), 1 if k >= 0 else -1
        for _ in range(abs(k)):
            day = boundary(Anchor.at(day), cadence, step)
        return day

    _everywhere(patch, boundary, chained)


def _a_key_without_its_ordinal(patch: Patch) -> None:
    key = property(lambda a: f"{a.subscription}/{a.kind.value}/{a.cycle}")
    patch.setattr(Action, "key", key)


def _charges_are_not_counted(patch: Patch) -> None:
    done = Charged.applied
    patch.setattr(Charged, "applied", lambda e, s: changed(done(e, s), charges=0))


def _pieces_rounded_alone(patch: Patch) -> None:
    def alone(
        price: Money, part: DateInterval, period: DateInterval, *how: Rounding, **_: object
    ) -> Money:
        assert part.end is not None
        return share_of(price, fraction_of(part.start, part.end, period), *how)

    _everywhere(patch, slice_amount, alone)


def _a_credit_of_the_whole_last_charge(patch: Patch) -> None:
    done = Credited.applied
    patch.setattr(Credited, "applied", lambda e, s: changed(done(e, s), slices=s.slices))


def _paused_days_are_billed(patch: Patch) -> None:
    patch.setattr(Resumed, "applied", lambda _, s: changed(s, paused_on=None))


def _what_is_over_goes_on(patch: Patch) -> None:
    def goes_on(state: Subscription, policies: Any) -> Any:  # noqa: ANN401
        return planned(changed(state, ended_on=None), policies)

    _everywhere(patch, planned, goes_on)


def _terms_of_the_first_end(patch: Patch) -> None:
    end = TermRule.end
    patch.setattr(TermRule, "end", lambda rule, start, _, *more: end(rule, start, 0, *more))


def _terms_added_one_by_one(patch: Patch) -> None:
    def end(rule: TermRule, start: date, number: int, extra: int = 0) -> date:
        day = rule.initial.after(start)
        for _ in range(number):
            day = (rule.renewal or rule.initial).after(day)
        return day + timedelta(days=extra)

    patch.setattr(TermRule, "end", end)


def _a_notice_however_late(patch: Patch) -> None:
    window = NoticeRule.window

    def open_end(rule: NoticeRule, day: date) -> Window:
        return evolve(window(rule, day), not_after=day + timedelta(days=999))

    patch.setattr(NoticeRule, "window", open_end)


def _a_notice_is_forgotten(patch: Patch) -> None:
    """At the next charge it goes out again."""
    done = Charged.applied
    patch.setattr(Charged, "applied", lambda e, s: changed(done(e, s), done=()))


def _overdue_is_skipped(patch: Patch) -> None:
    go = Run.go

    def only_today(run: Run, *, until: datetime, clock: datetime | None, limit: int) -> bool:
        following = planned(run.state, run.policies)
        if clock is not None and following and until - following.at > timedelta(days=2):
            return False
        return go(run, until=until, clock=clock, limit=limit)

    patch.setattr(Run, "go", only_today)


def _a_task_comes_again_under_the_same_key(patch: Patch) -> None:
    done = Withdrawn.applied
    patch.setattr(Withdrawn, "applied", lambda e, s: changed(done(e, s), withdrawals=0))


def _tasks_stay_after_a_cancellation(patch: Patch) -> None:
    _everywhere(patch, taken_back, lambda *_: None)


def _a_cancellation_cannot_be_undone(patch: Patch) -> None:
    patch.setattr(CancelUndone, "applied", lambda _, s: s)


def _billed_past_the_end(patch: Patch) -> None:
    def whole(state: Subscription) -> DateInterval:
        return DateInterval(state.billed_through, state.next_period.end)

    _everywhere(patch, next_part, whole)


def _days_of_greenwich(patch: Patch) -> None:
    _everywhere(patch, due_at, lambda day, at, _: datetime.combine(day, at, UTC))
    _everywhere(patch, local_day, lambda at, _: at.astimezone(UTC).date())


def _a_trial_that_never_ends(patch: Patch) -> None:
    patch.setattr(TrialEnded, "applied", lambda _, s: s)


def _a_term_that_is_not_counted(patch: Patch) -> None:
    patch.setattr(TermRenewed, "applied", lambda _, s: s)


def _a_state_that_remembers_what_it_was(patch: Patch) -> None:
    """What is worked out of a state is taken along into its copies."""
    from ecrm_core.subscriptions import copying

    patch.setattr(copying, "_stale", lambda *_: ())


MUTANTS: Final[Mapping[str, Callable[[Patch], None]]] = {
    make.__name__.strip("_"): make
    for make in (
        _chained_boundaries,
        _a_key_without_its_ordinal,
        _charges_are_not_counted,
        _pieces_rounded_alone,
        _a_credit_of_the_whole_last_charge,
        _paused_days_are_billed,
        _what_is_over_goes_on,
        _terms_of_the_first_end,
        _terms_added_one_by_one,
        _a_notice_however_late,
        _a_notice_is_forgotten,
        _overdue_is_skipped,
        _a_task_comes_again_under_the_same_key,
        _tasks_stay_after_a_cancellation,
        _a_cancellation_cannot_be_undone,
        _billed_past_the_end,
        _days_of_greenwich,
        _a_trial_that_never_ends,
        _a_term_that_is_not_counted,
        _a_state_that_remembers_what_it_was,
    )
}
"""Each bug by its name."""


@contextmanager
def mutated(name: str) -> Iterator[None]:
    """While it lasts the room has the bug."""
    with pytest.MonkeyPatch.context() as patch:
        MUTANTS[name](patch)
        yield
