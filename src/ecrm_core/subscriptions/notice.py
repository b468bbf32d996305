"""Notice: what the customer is told before something happens, and in which window."""

from __future__ import annotations

from datetime import date
from enum import Enum
from functools import lru_cache

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.checks import is_a, is_name
from ecrm_core.subscriptions.condition import Condition
from ecrm_core.subscriptions.duration import Duration, as_duration

__all__ = ["IfMissed", "NoticeRule", "RelativeTo", "Window", "WithoutConsent"]


class RelativeTo(Enum):
    """What a notice comes before."""

    TERM_END = "term_end"
    DEADLINE = "deadline"
    """The last day to cancel for the end of the current term."""
    CHARGE = "charge"
    TRIAL_END = "trial_end"
    PRICE_CHANGE = "price_change"
    """The day another price holds."""


class IfMissed(Enum):
    """What comes of a notice whose window passed before anything ran; it is recorded in any case.

    A notice that came back and has no other channel is treated alike.
    """

    RECORD = "record"
    """Nothing more."""
    SEND = "send"
    """It goes out all the same, marked late."""
    HOLD = "hold"
    """It goes out late, and nothing is billed or renewed before it is reported sent."""
    TASK = "task"
    """Somebody in sales is to speak to the customer."""


class WithoutConsent(Enum):
    """What comes of a charge, a renewal or a price that needs consent and has none on its day."""

    HOLD = "hold"
    """It waits for the consent: nothing is billed from that day on."""
    END = "end"
    """The subscription ends on that day."""
    KEEP = "keep"
    """For a price alone: the one that held goes on, and the other one is dropped."""


@frozen(kw_only=True)
class Window:
    """When a notice may go out: aimed at a day, on no earlier and no later one (all included)."""

    not_before: date
    aim: date
    not_after: date


@frozen(kw_only=True, cache_hash=True)
class NoticeRule:
    """A notice to the customer: ``aim`` before its reference, inside a window.

    ``earliest`` and ``latest`` say how long before the reference the window begins and ends
    (default: it begins and ends with the aim). A missed aim still inside the window goes out late;
    after it the notice is missed, and ``if_missed`` says what then. ``fallback`` are the channels
    after ``channel``, for one that came back. ``applies_if`` says for whom it is meant.
    ``needs_consent``: what it comes before is not billed, nor renewed, until RecordConsent, or as
    ``without_consent`` says.
    ``legal_ref`` names the law it follows and ``verified`` the day somebody read that. Raises
    DefinitionError for an aim outside its window.
    """

    name: str
    relative_to: RelativeTo = field(validator=is_a(RelativeTo))
    aim: Duration = field(converter=as_duration)
    earliest: Duration = field(converter=as_duration)
    latest: Duration = field(converter=as_duration)
    channel: str = "email"
    fallback: tuple[str, ...] = ()
    applies_if: Condition | None = field(default=None, validator=is_a(Condition, or_none=True))
    needs_consent: bool = field(default=False, validator=is_a(bool))
    without_consent: WithoutConsent = field(
        default=WithoutConsent.HOLD, validator=is_a(WithoutConsent)
    )
    if_missed: IfMissed = field(default=IfMissed.RECORD, validator=is_a(IfMissed))
    task_for: str = "account_manager"
    legal_ref: str | None = None
    verified: date | None = None

    @earliest.default
    def _earliest(self) -> Duration:
        return self.aim

    @latest.default
    def _latest(self) -> Duration:
        return self.aim

    def __attrs_post_init__(self) -> None:
        """Refuse an aim outside the window, and names that do not fit a key."""
        check_name(self.name)
        keeps = self.without_consent is WithoutConsent.KEEP
        if keeps and self.relative_to is not RelativeTo.PRICE_CHANGE:
            message = "found keep, for a price, expected hold or end for a charge, a trial, a term"
            raise DefinitionError(message, code="consent")
        window = _counted(self, _SOME_DAY)
        if not window.not_before <= window.aim <= window.not_after:
            message = f"the notice {self.name!r} aims outside its window"
            raise DefinitionError(message, code="window")

    def channel_after(self, channel: str) -> str | None:
        """Return the channel to try after one, or None after the last."""
        ways = (self.channel, *self.fallback)
        place = ways.index(channel) + 1 if channel in ways else len(ways)
        return ways[place] if place < len(ways) else None

    def window(self, reference: date) -> Window:
        """Return the days the notice may go out for a reference day."""
        return _window(self, reference)


def _counted(rule: NoticeRule, reference: date) -> Window:
    return Window(
        not_before=rule.earliest.before(reference),
        aim=rule.aim.before(reference),
        not_after=rule.latest.before(reference),
    )


# Asked of every subscription after each of its events.
_window = lru_cache(maxsize=4_096)(_counted)
_SOME_DAY = date(2000, 3, 31)


def check_name(name: object) -> None:
    """Refuse a rule's name that would not stand in an action key (DefinitionError)."""
    if not is_name(name):
        message = "found a name of a rule that is not made of letters, digits, - and _"
        raise DefinitionError(message, code="rule_name")
