"""Consent: what was said about writing to an address, and who may be contacted, with reasons.

A statement is about an **address** (or about a person as a whole), whoever's record carries it, so
merging, undoing and importing cannot change the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import Final

from attrs import evolve, field, frozen

from ecrm_core.customers.contact import ContactKind, ContactPoint
from ecrm_core.errors import InputError, UnknownName
from ecrm_core.kernel import (
    Index,
    Kind,
    Private,
    Reason,
    digest,
    encode,
    fold,
    gate_instant,
    gate_text,
)

__all__ = [
    "ANY_CHANNEL",
    "CONSENTS",
    "ConsentState",
    "ConsentStatement",
    "Verdict",
    "address_subject",
    "channel_kinds",
    "decide_contact",
    "person_subject",
    "reason",
]

ANY_CHANNEL: Final = "*"
"""The channel of a statement about every way of contact: it counts for each of them."""


class ConsentState(Enum):
    """What a statement says; PENDING is a double opt-in that waits for its confirmation."""

    GRANTED = "granted"
    PENDING = "pending"
    REFUSED = "refused"
    REVOKED = "revoked"

    @classmethod
    def of(cls, state: str | ConsentState) -> ConsentState:
        """Return the state of that name; UnknownName when there is none."""
        name = state.value if isinstance(state, ConsentState) else state
        found = {member.value: member for member in cls}.get(name)
        if found is None:
            near = tuple(member.value for member in cls)
            raise UnknownName("consent state", gate_text(name), near)
        return found


_NO = {ConsentState.REFUSED, ConsentState.REVOKED}
_SIGNS = re.compile(r"[\s_\-]+")


def channel_name(text: str) -> str:
    """Return the one spelling of a channel: folded, without spaces, hyphens and underscores."""
    return _named("channel", _SIGNS.sub("", fold(gate_text(text, "$.channel"))))


def purpose_name(text: str) -> str:
    """Return the one spelling of a purpose: folded."""
    return _named("purpose", fold(gate_text(text, "$.purpose")))


def _named(what: str, name: str) -> str:
    if not name:
        raise InputError(f"found no {what}", path=f"$.{what}", code="empty")
    return name


def address_subject(contact: ContactPoint) -> str:
    """Return the subject of statements about an address; InputError when it could not be read."""
    if contact.match_form is None:
        message = f"found an unreadable {contact.kind.value}, expected one that can be written to"
        raise InputError(message, code="no_address")
    return f"{contact.kind.value}:{contact.match_form}"


def person_subject(home: str) -> str:
    """Return the subject of statements about a person, by the id of a home of theirs."""
    return f"customer:{home}"


@frozen(kw_only=True, repr=False)
class ConsentStatement(Private):
    """One statement: at this instant this was said about this subject, channel and purpose.

    ``subject`` comes from ``address_subject`` or ``person_subject``. ``double_opt_in``: a grant
    counts once ``confirmed_at`` is set. ``expires_at`` ends a grant. ``night``: the grant covers
    the night hours that some laws (Korea: 21:00 to 08:00) ask for apart. ``snapshot``: the source
    shows how things stand, without saying since when: a grant it only repeats is no newer than the
    first of the repetitions. Channel and purpose are folded: "E-Mail" is "email".
    """

    subject: str
    channel: str = field(converter=channel_name)
    purpose: str = field(converter=purpose_name)
    state: ConsentState
    at: datetime
    source: str
    by: str | None = None
    double_opt_in: bool = False
    confirmed_at: datetime | None = None
    expires_at: datetime | None = None
    night: bool = False
    snapshot: bool = False
    evidence: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse naive times (InputError): they have no order."""
        for name in ("at", "confirmed_at", "expires_at"):
            held = getattr(self, name)
            if held is not None:
                gate_instant(held, f"$.{name}")

    @property
    def digest(self) -> str:
        """What tells two statements of one instant apart."""
        return digest(encode(self))


CONSENTS: Final = Kind(
    name="consent",
    of=ConsentStatement,
    key=("subject", "channel", "purpose", "at", "digest"),
    indexes=(Index("by_subject", ("subject",)),),
    insert_only=True,
    owner="customers",
)
"""The rows of consent statements, found by subject."""


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


def reason(code: str, channel: str, purpose: str, **facts: str) -> Reason:
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
    not seen.
    """
    channel, purpose = channel_name(channel), purpose_name(purpose)
    heard = {channel, ANY_CHANNEL}
    known = [s for s in statements if s.at <= at and s.purpose == purpose and s.channel in heard]
    for person in sorted({s.subject for s in known if s.subject.startswith("customer:")}):
        said = _latest(s for s in known if s.subject == person)
        if said and said.state in _NO:
            on = said.at.date().isoformat()
            return Verdict(yes=False, reasons=(reason("person_refused", channel, purpose, on=on),))
    latest = _latest(_since([s for s in known if not s.subject.startswith("customer:")]))
    if latest is None:
        return Verdict(yes=False, reasons=(reason("no_statement", channel, purpose),))
    return _judge(latest, at, channel, night=night)


def _since(statements: Sequence[ConsentStatement]) -> Iterator[ConsentStatement]:
    """Go through statements, a snapshot that repeats its source's grant dated as the first one."""
    before: dict[tuple[str, str, str], ConsentStatement] = {}
    for said in sorted(statements, key=_rank):
        place = (said.source, said.subject, said.channel)
        held = before.get(place)
        repeated = said.snapshot and held and held.state is said.state and said.state not in _NO
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
    if latest.state in _NO:
        code = "refused"
    elif latest.state is ConsentState.PENDING or _unconfirmed(latest, at):
        code = "pending"
    elif latest.expires_at is not None and latest.expires_at <= at:
        code, on = "expired", latest.expires_at.date().isoformat()
    elif night and not latest.night:
        code = "no_night"
    why = reason(code, channel, latest.purpose, on=on, state=latest.state.value)
    return Verdict(yes=code == "granted", reasons=(why,))


def _unconfirmed(latest: ConsentStatement, at: datetime) -> bool:
    confirmed = latest.confirmed_at is not None and latest.confirmed_at <= at
    return latest.double_opt_in and not confirmed


def channel_kinds(channel: str) -> tuple[ContactKind, ...]:
    """Return the kinds of address a channel writes to; an unknown channel uses handles."""
    return _CHANNELS.get(channel_name(channel), (ContactKind.MESSAGING,))


_PHONE = (ContactKind.PHONE,)
_CHANNELS = {
    "email": (ContactKind.EMAIL,),
    "sms": _PHONE,
    "phone": _PHONE,
    "whatsapp": _PHONE,
}
