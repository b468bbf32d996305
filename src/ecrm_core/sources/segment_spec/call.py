"""Call: what all calls share: who, when, from where; and the event each of them is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import field, frozen

from ecrm_core.customers import SourceKey, SourceRecord
from ecrm_core.customers.keys import brand_name
from ecrm_core.errors import InputError
from ecrm_core.kernel import Money, fold, personal_key
from ecrm_core.sources.amounts import code_of
from ecrm_core.sources.channels import SEGMENT, channel_in
from ecrm_core.sources.payload import Node, Payload
from ecrm_core.sources.quarantined import written
from ecrm_core.sources.said import record_of
from ecrm_core.sources.segment_spec.clock import Made, made
from ecrm_core.timeline import Interaction, OrderLine

__all__ = ["Call", "Collector", "any_of", "call_of"]

_CAMPAIGN: Final[Mapping[str, str]] = {
    "name": "campaign",
    **{part: f"campaign_{part}" for part in ("content", "medium", "source", "term")},
}
_CHANNELS: Final[Mapping[str, str]] = {"page": "web", "screen": "app"}


@frozen(kw_only=True)
class Collector:
    """How the calls of one source are read; see ``segment_spec.read``."""

    source: str
    received_at: datetime
    region: str | None = None
    brand: str | None = field(default=None, converter=brand_name)
    secret: bytes | None = None


@frozen(kw_only=True)
class Call:
    """One call: ``user`` and ``anonymous`` are who made it, ``id`` its own name, if it has one."""

    node: Payload
    collector: Collector
    type: str
    id: str
    user: SourceKey | None
    anonymous: SourceKey | None
    made: Made

    @property
    def subject(self) -> SourceKey | None:
        """Whom it is about: the user, before she is known the anonymous visitor."""
        return self.user or self.anonymous

    @property
    def at(self) -> datetime:
        """When it was made, else when it was received."""
        return self.made.at or self.collector.received_at

    def event(
        self, kind: str, *, suffix: str = "", channel: str | None = None,
        data: Mapping[str, object] | None = None, text: str | None = None,
        amount: Money | None = None, lines: tuple[OrderLine, ...] = (),
        correlation: str | None = None, reference: str | None = None,
    ) -> Interaction:  # fmt: skip
        """Return an event of this call; more than one need a suffix each."""
        where, own = (channel, {}) if channel else self._where()
        more = {} if suffix else {**own, **self._around()}
        return Interaction(
            source=self.collector.source,
            event_id=f"{self.id}{suffix}",
            kind=kind,
            channel=where,
            at=self.at,
            undated=self.made.at is None,
            subject=self.subject,
            amount=amount,
            lines=lines,
            correlation=correlation,
            data={**more, **(data or {})},
            text=text,
            told_at=self.made.told_at,
            brand=self.collector.brand,
            reference=reference,
        )

    def record(self, key: SourceKey, values: Mapping[str, object]) -> SourceRecord:
        """Return a record of what the call states about a party."""
        brand = self.collector.brand
        said = {**values, **({"brand": brand} if brand else {})}
        return record_of(key, said, self.made.at, self.collector.received_at)

    def key(self, name: str) -> SourceKey | None:
        """Return the key under a name of the call; None without one.

        An address as an id is replaced by its keyed hash; InputError without a secret.
        """
        return _key(self.node, name, self.collector)

    def _where(self) -> tuple[str | None, dict[str, object]]:
        """Return where it was made, and how the call says it; a page of a server is on the web."""
        word = code_of(self.node.get("channel"))
        said, own = channel_in(word, SEGMENT)
        by_type = _CHANNELS.get(self.type)
        if by_type is None or said in _CHANNELS.values():
            return said, own
        return by_type, {"channel": word} if word else {}

    def _around(self) -> dict[str, object]:
        """Return what brought her here, and what was wrong with the clock."""
        context = self.node.get("context")
        campaign = context.get("campaign") if context else None
        words = {ours: campaign.get(part) for part, ours in _CAMPAIGN.items()} if campaign else {}
        found = {**{name: code_of(held) for name, held in words.items()}, "clock": self.made.said}
        return {name: said for name, said in found.items() if said}


def call_of(data: Mapping[str, object], collector: Collector, type_: str) -> Call:
    """Return the call an object is; InputError where an id is an address and there is no secret."""
    node = Payload(data)
    for name in ("type", "action"):
        held = node.get(name)
        if held and held.value == type_:
            held.take()
    user = _key(node, "userId", collector)
    # A visitor's id beside a user's is held by a link, or by nothing.
    linked = type_ == "identify" or (type_ == "alias" and not any_of(node, "previousId"))
    return Call(
        node=node,
        collector=collector,
        type=type_,
        id=code_of(any_of(node, "messageId"), limit=150) or _derived(data),
        user=user,
        anonymous=_key(node, "anonymousId", collector, held=user is None or linked),
        made=made(node),
    )


def any_of(node: Node | None, *names: str) -> Node | None:
    """Return the first value there is under a name, as it is or in snake case ("user_id")."""
    for name in names:
        snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
        for spelt in (name, snake):
            held = node.get(spelt) if node else None
            if held and held.value not in (None, ""):
                return held
    return None


def _key(
    node: Payload, name: str, collector: Collector, *, held: bool = True
) -> SourceKey | None:  # fmt: skip
    found = any_of(node, name)
    text = code_of(found.apart() if found else None)
    if found is None or text is None or not text.strip():
        return None
    if "@" not in text:
        if held:
            found.take()
        return SourceKey(collector.source, text)
    if collector.secret is None:
        message = "found an e-mail address as id; say key_is_personal=True if that is meant"
        raise InputError(message, path=found.path, code="personal_key")
    return SourceKey(collector.source, personal_key(collector.secret, collector.source, fold(text)))


def _derived(data: Mapping[str, object]) -> str:
    """Return an id from the content: a call without one that is sent twice is one event."""
    text = (written(data) or "").encode(errors="surrogatepass")
    return f"content/{hashlib.blake2b(text, digest_size=16).hexdigest()}"
