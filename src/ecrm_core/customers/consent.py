"""Consent: what was said about writing to an address, or about a person as a whole.

It is about an **address**, whoever's record carries it, so merging, undoing and importing cannot
change the answer.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum
from typing import Final

from attrs import field, frozen

from ecrm_core.customers.contact import ContactKind, ContactPoint
from ecrm_core.errors import InputError
from ecrm_core.kernel import (
    Index,
    Kind,
    Private,
    digest,
    encode,
    fold,
    gate_instant,
    gate_text,
    member_of,
)

__all__ = [
    "ANY_CHANNEL",
    "CONSENTS",
    "ConsentState",
    "ConsentStatement",
    "address_subject",
    "channel_kinds",
    "channel_name",
    "person_subject",
    "purpose_name",
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
        return member_of(cls, state, "consent state")

    @property
    def is_refusal(self) -> bool:
        """Whether it says no: REFUSED or REVOKED."""
        return self in {ConsentState.REFUSED, ConsentState.REVOKED}


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
    first of the repetitions. ``brand`` is the shop of the account it was said to, None: to all.
    Channel and purpose are folded: "E-Mail" is "email".
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
    brand: str | None = None

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
