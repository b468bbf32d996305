"""Mention: contact details that somebody wrote into a text: candidates, and never more.

Whose they are, nobody knows: she may write down a friend's number. So they become no field and no
key; a person looks at them and decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

from attrs import frozen

from ecrm_core.customers import ContactKind, ContactPoint, parse_email, parse_phone, phone_type
from ecrm_core.kernel import Private, mask
from ecrm_core.timeline.interaction import Interaction

__all__ = ["MAX_MENTIONS", "Confidence", "Mention", "mentioned"]

MAX_MENTIONS: Final = 100
"""Contact details that are looked for in one text."""
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", re.ASCII)
_DOMAIN: Final = re.compile(r"@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})", re.ASCII)
_NUMBER: Final = re.compile(r"(?<![\w+])\+?\(?\d[\d ().\-/\u2010-\u2015]{6,24}\d(?!\w)", re.ASCII)


class Confidence(Enum):
    """How sure it is that this is an address at all; that it is hers is never said."""

    LOW = "low"
    """It has the form of an e-mail address, or of a number with its country."""
    LOWEST = "lowest"
    """Digits that are a number in use in the region, and may be something else."""


@frozen(kw_only=True, repr=False)
class Mention(Private):
    """One contact detail found: ``contact.raw`` as written, from ``start`` to ``end`` of the text.

    ``str`` masks it.
    """

    contact: ContactPoint
    confidence: Confidence
    start: int
    end: int

    @property
    def kind(self) -> ContactKind:
        """The sort of address."""
        return self.contact.kind

    def __str__(self) -> str:
        """Show sort, place and confidence; of the value its first character."""
        where = f"at {self.start} to {self.end}"
        return f"{self.kind.value} {mask(self.contact.raw)} {where}, {self.confidence.value}"


def mentioned(interaction: Interaction, *, region: str | None = None) -> tuple[Mention, ...]:
    """Return the e-mail addresses and phone numbers in an interaction's text, in their order.

    A number without its country is looked for where ``region`` (ISO 3166-1) says which is meant.
    At most MAX_MENTIONS. They are low-confidence candidates: nothing takes them for a field.
    """
    text = interaction.text or ""
    emails = list(_emails(text))
    taken = [(found.start, found.end) for found in emails]
    phones = [
        found for found in _phones(text, region)
        if not any(start < found.end and found.start < end for start, end in taken)
    ]  # fmt: skip
    found = sorted([*emails, *phones], key=lambda mention: mention.start)
    return tuple(found[:MAX_MENTIONS])


def _emails(text: str) -> Iterator[Mention]:
    count = 0
    for domain in _DOMAIN.finditer(text):
        before = _LOCAL.match(text[max(0, domain.start() - 64) : domain.start()][::-1])
        if before is None or count == MAX_MENTIONS:
            continue
        written = before[0][::-1].lstrip(".'") + domain[0].rstrip("-.")
        contact = parse_email(written)
        if contact.match_form is not None:
            count += 1
            end = domain.start() + len(domain[0].rstrip("-."))
            yield Mention(
                contact=contact, confidence=Confidence.LOW, start=end - len(written), end=end
            )


def _phones(text: str, region: str | None) -> Iterator[Mention]:
    for at, number in enumerate(_NUMBER.finditer(text)):
        if at == MAX_MENTIONS:
            return
        whole = number[0].startswith("+")
        contact = parse_phone(number[0], region=region)
        if contact.match_form is None or (not whole and phone_type(contact) is None):
            continue
        confidence = Confidence.LOW if whole else Confidence.LOWEST
        yield Mention(
            contact=contact, confidence=confidence, start=number.start(), end=number.end()
        )
