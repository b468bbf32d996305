"""Subscriptions: the verbs that begin, change, foresee and run them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet
from ecrm_core.services import (
    Health,
    RunReport,
    check_run,
    due_actions,
    examine,
    forecast_actions,
    prepare_command,
    prepare_run_due,
    prepare_subscribe,
    run_due,
    subscriptions_of,
)
from ecrm_core.subscriptions import (
    Action,
    Actions,
    Alignment,
    Anchor,
    Command,
    Plan,
    Status,
    StubPolicy,
    Subscription,
    TermRule,
)
from ecrm_core.subscriptions.duration import is_count

__all__ = ["SubscriptionDrafts", "SubscriptionVerbs"]

_PAGE = 100
_FAR = 36_600  # days: a hundred years are more than anybody foresees


class SubscriptionDrafts(Drafts):
    """The changing verbs of subscriptions, each returning what it would write."""

    def subscribe(
        self,
        customer: Customer,
        plan: Plan,
        *,
        starts_on: date | None = None,
        term: TermRule | None = None,
        preset: str = "b2c",
        tz: str | None = None,
        anchor_day: int | None = None,
        anchor: Anchor | None = None,
        align: Alignment | None = None,
        stub: StubPolicy | None = None,
        quantity: int = 1,
        billed_through: date | None = None,
        auto_renew: bool = True,
        by: str | None = None,
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what beginning the subscription would write."""
        return prepare_subscribe(
            self.store, customer, plan, presets=self.settings.presets, now=self._now(now),
            preset=preset, tz=tz or self.settings.tz, starts_on=starts_on, anchor_day=anchor_day,
            billed_through=billed_through, term=term, auto_renew=auto_renew, anchor=anchor,
            align=align or Alignment.OWN, stub=stub or StubPolicy.PRORATE, quantity=quantity,
            by=None if by is None else self._act(by, now).by,
        )  # fmt: skip

    def command(
        self, subscription: str, command: Command, *, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what the command would write."""
        act = self._act(by, now)
        return prepare_command(
            self.store, subscription, command, presets=self.settings.presets, now=act.at, by=act.by
        )

    def run_due(
        self,
        *,
        limit: int = _PAGE,
        shard: tuple[int, int] | None = None,
        beside: Collection[str] = (),
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what one transaction of the run would write: the first ``limit`` that are due.

        Without the ids ``beside``: those that a run has set aside.
        """
        check_run(limit, shard)
        return prepare_run_due(
            self.store, now=self._now(now), presets=self.settings.presets, limit=limit,
            shard=shard, beside=beside,
        )  # fmt: skip


class SubscriptionVerbs(Verbs):
    """Subscribe, command, foresee what is due, and run it."""

    def subscribe(
        self,
        customer: Customer,
        plan: Plan,
        *,
        starts_on: date | None = None,
        term: TermRule | None = None,
        preset: str = "b2c",
        tz: str | None = None,
        anchor_day: int | None = None,
        anchor: Anchor | None = None,
        align: Alignment | None = None,
        stub: StubPolicy | None = None,
        quantity: int = 1,
        billed_through: date | None = None,
        auto_renew: bool = True,
        by: str | None = None,
        key: str | None = None,
        now: datetime | None = None,
    ) -> str:
        """Begin a subscription of a plan and return its id.

        ``starts_on`` (default: today) is the first day; for one that began earlier
        ``billed_through`` says the first day that is not billed yet. ``anchor_day`` is the day of
        the month it is billed on; in its place ``anchor`` (that of her account) or ``align`` may
        stand, and ``stub`` says what the days before the first whole period cost. ``tz`` (default:
        the shop's) is where its days begin, ``preset`` "b2c" or "b2b" what is done around it,
        ``quantity`` how many units it is for. What else can be said (one that runs elsewhere) is a
        Create or Import for ``command``.
        Raises MissingError, InputError, UnknownName, DefinitionError.
        """
        said: dict[str, Any] = {
            "starts_on": starts_on, "term": term, "preset": preset, "tz": tz, "by": by,
            "anchor_day": anchor_day, "billed_through": billed_through, "auto_renew": auto_renew,
        }  # fmt: skip
        begun = {"anchor": anchor, "align": align, "stub": stub, "quantity": quantity}
        more: dict[str, Any] = {n: part for n, part in begun.items() if part not in {None, 1}}
        params = [*said.values(), *chain(*more.items())]  # as they were before there were more
        result = self._commit(
            lambda at: self.dry_run.subscribe(customer, plan, now=at, **said, **more),
            ["subscribe", str(customer), plan, *params], key, now, by=by,
        )  # fmt: skip
        return str(result["subscription"])

    def command(
        self,
        subscription: str,
        command: Command,
        *,
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> Status:
        """Do something with a subscription (``Cancel.at_term_end()``) and return how it stands.

        What is due before it is done with it. Create and Import begin one under the id they name.
        Raises IllegalTransition and MissingError.
        """
        params = ["command", subscription, type(command).__name__, command, by]
        result = self._commit(
            lambda at: self.dry_run.command(subscription, command, by=by, now=at),
            params,
            key,
            now,
            by=by,
        )
        return Status(result["status"])

    def subscriptions(self, customer: Customer) -> tuple[Subscription, ...]:
        """Return every subscription of a customer, those that are over too, by start."""
        return subscriptions_of(self.store, customer)

    def due(self, *, days: int = 0, now: datetime | None = None) -> Actions:
        """Return what runs will ask for in so many days, in order; nothing is written.

        With 0 days exactly what a run would write now. A subscription gives at most 1,000 events.
        """
        at = self._now(now)
        until = _until(at, days)
        return Actions(due_actions(self.store, until, now=at, presets=self._settings.presets))

    def forecast(self, *, days: int, now: datetime | None = None) -> Iterator[Action]:
        """Go through what ``due`` tells, one subscription after the other, however many there are.

        Nothing is written, and no more than a page of subscriptions is held at a time.
        """
        at = self._now(now)
        return forecast_actions(
            self.store, _until(at, days), now=at, presets=self._settings.presets
        )

    def doctor(
        self,
        *,
        overdue: timedelta = timedelta(days=1),
        lately: timedelta = timedelta(days=30),
        now: datetime | None = None,
    ) -> Health:
        """Tell what is wrong with the subscriptions: each with its events, and stuck effects.

        Nothing is written. ``overdue`` is how long a next action may wait for a run, ``lately`` how
        far back missed notices and tasks still count; TROUBLES says what each code means. Raises
        DefinitionError for what is no timedelta.
        """
        if not all(isinstance(span, timedelta) for span in (overdue, lately)):
            raise DefinitionError("found times that are no timedelta", code="days")
        return examine(
            self.store, presets=self._settings.presets, now=self._now(now), overdue=overdue,
            lately=lately,
        )  # fmt: skip

    def run_due(
        self,
        *,
        limit: int | None = None,
        shard: tuple[int, int] | None = None,
        now: datetime | None = None,
    ) -> RunReport:
        """Do everything that is due: write events, and effects into the outbox, each key once.

        At most ``limit`` subscriptions (default: all), 100 in a transaction. Run it as often as
        you like: what is done is not due again. Workers side by side take a share each:
        ``shard=(i, n)`` with i from 0 to n - 1. A subscription that cannot be read or decided is
        set aside: the report names it, and the others go on. ``deliver`` hands the effects to your
        functions. Raises DefinitionError for a limit or a share that is none.
        """
        check_run(limit, shard)
        at = self._now(now)
        return run_due(
            self.store,
            lambda size, beside: self.dry_run.run_due(
                limit=size, shard=shard, beside=beside, now=at
            ),
            now=at,
            limit=limit,
        )


def _until(at: datetime, days: int) -> datetime:
    if not is_count(days, 0, _FAR):
        message = f"found days that are no whole number from 0 to {_FAR}"
        raise DefinitionError(message, code="days")
    return at + timedelta(days=days)
