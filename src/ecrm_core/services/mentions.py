"""Mentions: contact details that stand in her messages: for a person to look at, no more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from attrs import frozen

from ecrm_core.kernel import Private
from ecrm_core.timeline import MAX_MENTIONS, Interaction, Mention, mentioned

__all__ = ["NOTHING_DONE", "MentionedContact", "mentions_in"]

NOTHING_DONE: Final = "nothing: no contact, no key, no address to write to"
"""What is done with a mention, as a view says it."""


@frozen(kw_only=True, repr=False)
class MentionedContact(Private):
    """A contact detail that stands in a text: what, and in which event it was written last.

    ``reference`` is what people call that event: its number, else what it belongs to, else its id.
    Whose the detail is, nobody knows.
    """

    mention: Mention
    source: str
    event_id: str
    at: datetime
    reference: str


def mentions_in(
    newest: Iterable[Interaction], *, region: str | None = None
) -> tuple[MentionedContact, ...]:
    """Return what the texts of interactions mention, each once, the newest first.

    ``newest`` are in that order; ``region`` (ISO 3166-1) is for numbers without their country. At
    most MAX_MENTIONS.
    """
    found: dict[tuple[object, str | None], MentionedContact] = {}
    for told in newest:
        for mention in mentioned(told, region=region):
            key = (mention.kind, mention.contact.match_form)
            found.setdefault(key, _one(mention, told))
            if len(found) == MAX_MENTIONS:
                return tuple(found.values())
    return tuple(found.values())


def _one(mention: Mention, told: Interaction) -> MentionedContact:
    return MentionedContact(
        mention=mention, source=told.source, event_id=told.event_id, at=told.at,
        reference=told.reference or told.correlation or told.event_id,
    )  # fmt: skip
