"""Verdict: who may be contacted, from everything that was said, with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from ecrm_core.customers.consent import (
    ANY_CHANNEL,
    ConsentState,
    ConsentStatement,
    channel_name,
    purpose_name,
)
from ecrm_core.customers.contact import ContactPoint
from ecrm_core.customers.tombstone import ERASED
from ecrm_core.kernel import Reason

__all__ = ["Verdict", "decide_contact", "decide_contact_at_any"]


@frozen(kw_only=True)
class Verdict:
    """Whether contact is allowed, and why or why not.

    About a customer, ``contact`` is the address that may be written to, and ``others`` are the
    verdicts on each of the addresses.
    """

    yes: bool
    reasons: tuple[Reason, ...] = field(factory=tuple)
    contact: ContactPoint | None = None
    others: tuple[Verdict, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether contact is allowed."""
        return self.yes

    def __str__(self) -> str:
        """Return yes or no, and the reasons in words; no address is shown."""
        return f"{'yes' if self.yes else 'no'}: {'; '.join(dict.fromkeys(map(str, self.reasons)))}"


_TEXTS = {
    "no_statement": "nobody has granted {purpose} by {channel}",
    "refused": "{purpose} by {channel} was {state} on {on}",
    "person_refused": "the person refused {purpose} on {on}",
    "pending": "{purpose} by {channel} waits for its confirmation",
    "expired": "the grant of {purpose} by {channel} expired on {on}",
    "no_night": "the grant of {purpose} by {channel} does not cover the night",
    "granted": "{purpose} by {channel} was granted on {on}",
    "no_address": "there is no address for {channel}",
}


def _reason(code: str, channel: str, purpose: str, **facts: str) -> Reason:
    """Return one of the reasons a verdict may have."""
    return Reason(code, _TEXTS[code], {"channel": channel, "purpose": purpose, **facts})


def decide_contact(
    statements: Iterable[ConsentStatement],
    *,
    channel: str,
    purpose: str,
    at: datetime,
    night: bool = False,
) -> Verdict:
    """Return the verdict over all statements about one address and the people who hold it.

    Absent is not granted; a refusal beats an older grant and one of equal time, in any order. What
    one holder of the address says does not undo what another has said. Statements after ``at`` are
    not seen. A refusal that outlived an erasure gives way to nothing but a later grant that says
    since when it holds.
    """
    channel, purpose = channel_name(channel), purpose_name(purpose)
    heard = {channel, ANY_CHANNEL}
    known = [s for s in statements if s.at <= at and s.purpose == purpose and s.channel in heard]
    for person in sorted({s.subject for s in known if s.subject.startswith("customer:")}):
        said = _latest(s for s in known if s.subject == person)
        if said and said.state.is_refusal:
            on = said.at.date().isoformat()
            return Verdict(yes=False, reasons=(_reason("person_refused", channel, purpose, on=on),))
    latest = _latest(_since(_about_the_address(known)))
    if latest is None:
        return Verdict(yes=False, reasons=(_reason("no_statement", channel, purpose),))
    return _judge(latest, at, channel, night=night)


def decide_contact_at_any(verdicts: Sequence[Verdict], *, channel: str, purpose: str) -> Verdict:
    """Return yes if one of the addresses of a person may be written to: the first that may.

    Otherwise the reasons are those of all of them, each said once.
    """
    if not verdicts:
        return Verdict(yes=False, reasons=(_reason("no_address", channel, purpose),))
    for verdict in verdicts:
        if verdict.yes:
            return evolve(verdict, others=tuple(verdicts))
    reasons = {str(reason): reason for verdict in verdicts for reason in verdict.reasons}
    return Verdict(yes=False, reasons=tuple(reasons.values()), others=tuple(verdicts))


def _about_the_address(known: Sequence[ConsentStatement]) -> list[ConsentStatement]:
    said = [s for s in known if not s.subject.startswith("customer:")]
    if any(s.subject.startswith(ERASED) for s in said):
        # What a source repeated before is forgotten, so none of its repetitions is news.
        return [s for s in said if s.state.is_refusal or not s.snapshot]
    return said


def _since(statements: Sequence[ConsentStatement]) -> Iterator[ConsentStatement]:
    """Go through statements, a snapshot that repeats its source's grant dated as the first one."""
    before: dict[tuple[str, str, str], ConsentStatement] = {}
    for said in sorted(statements, key=_rank):
        place = (said.source, said.subject, said.channel)
        held = before.get(place)
        repeated = said.snapshot and held and held.state is said.state and not said.state.is_refusal
        before[place] = evolve(said, at=held.at) if held and repeated else said
        yield before[place]


def _latest(statements: Iterable[ConsentStatement]) -> ConsentStatement | None:
    return max(statements, key=_rank, default=None)


def _rank(statement: ConsentStatement) -> tuple[datetime, int, str]:
    # At one instant a refusal is the last word, then what is not confirmed; the digest ends ties.
    return statement.at, list(ConsentState).index(statement.state), statement.digest


def _judge(latest: ConsentStatement, at: datetime, channel: str, *, night: bool) -> Verdict:
    on = latest.at.date().isoformat()
    code = "granted"
    if latest.state.is_refusal:
        code = "refused"
    elif latest.state is ConsentState.PENDING or _unconfirmed(latest, at):
        code = "pending"
    elif latest.expires_at is not None and latest.expires_at <= at:
        code, on = "expired", latest.expires_at.date().isoformat()
    elif night and not latest.night:
        code = "no_night"
    why = _reason(code, channel, latest.purpose, on=on, state=latest.state.value)
    return Verdict(yes=code == "granted", reasons=(why,))


def _unconfirmed(latest: ConsentStatement, at: datetime) -> bool:
    confirmed = latest.confirmed_at is not None and latest.confirmed_at <= at
    return latest.double_opt_in and not confirmed
