"""Intake: deciding what arriving interactions write, and what that makes of the facts.

The version of the facts' row is expected, so two intakes at once lose nothing of each other, and
that of every event's row, so one event told to two stores at once is still one event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field, frozen

from ecrm_core.customers import home_id
from ecrm_core.kernel import ABSENT, ChangeSet, CustomerId, Expect, Key, Put, Reason, Stored
from ecrm_core.timeline.facts import same_sort
from ecrm_core.timeline.home_facts import FACTS, HomeFacts
from ecrm_core.timeline.interaction import INTERACTIONS, Interaction, retell

__all__ = ["Known", "decide_interactions", "filed", "homes_to_fold"]

_Pair = tuple[Interaction, Interaction]
_COUNTS = ("interactions", "recorded", "retold", "repeated", "contradicted")


@frozen(kw_only=True)
class Known:
    """What is stored already of what arriving interactions touch.

    ``interactions`` are the rows of the very events, ``facts`` those of their homes; ``timelines``
    are all interactions of the homes that ``homes_to_fold`` names.
    """

    interactions: Mapping[Key, Stored[Interaction]] = field(factory=dict)
    facts: Mapping[CustomerId, Stored[HomeFacts]] = field(factory=dict)
    timelines: Mapping[CustomerId, tuple[Interaction, ...]] = field(factory=dict)


def filed(tenant: str, interaction: Interaction) -> Interaction:
    """Return the interaction under the home of its subject, if it has one."""
    home = home_id(tenant, interaction.subject) if interaction.subject else None
    return interaction if interaction.home_id == home else evolve(interaction, home_id=home)


@define
class _Work:
    """The events a batch goes over: as they were, and as they are told by now."""

    before: Mapping[Key, Interaction]
    after: dict[Key, Interaction] = field(factory=dict)
    counts: dict[str, int] = field(factory=lambda: dict.fromkeys(_COUNTS, 0))
    reasons: list[Reason] = field(factory=list)

    def take(self, told: Interaction) -> None:
        key = INTERACTIONS.key_of(told)
        held = self.after.get(key) or self.before.get(key)
        now = told if held is None else retell(held, told)
        self.counts["interactions"] += 1
        self.counts[_outcome(held, told, now)] += 1
        if held is not None and _contradicts(held, told):
            self.reasons.append(_contradiction(told))
        self.after[key] = now

    @property
    def changed(self) -> dict[Key, Interaction]:
        """The rows to write, by key."""
        return {key: now for key, now in self.after.items() if now is not self.before.get(key)}


def _outcome(held: Interaction | None, told: Interaction, now: Interaction) -> str:
    if held is None:
        return "recorded"
    if _contradicts(held, told):
        return "contradicted"
    return "repeated" if now.digest == held.digest and now.at == held.at else "retold"


def _contradicts(held: Interaction, told: Interaction) -> bool:
    """Tell whether one event is told in two ways at one time.

    A telling that leaves open whom it is about says less, not something else: a refund alone, and
    the same refund in its order.
    """
    same_time = held.told_at == told.told_at and held.undated == told.undated
    both = (held.subject is None) == (told.subject is None)
    return same_time and both and held.digest != told.digest


def _contradiction(told: Interaction) -> Reason:
    facts = {"source": told.source, "event": told.event_id}
    return Reason("contradicted_event", "{source} tells the event {event} in two ways", facts)


def _work(known: Mapping[Key, Stored[Interaction]], arriving: Iterable[Interaction]) -> _Work:
    work = _Work({key: row.value for key, row in known.items()})
    for told in arriving:
        work.take(told)
    return work


def homes_to_fold(
    arriving: Sequence[Interaction], known: Mapping[Key, Stored[Interaction]], *, tenant: str
) -> frozenset[CustomerId]:
    """Return the homes whose facts need all their interactions, for an event moved or changed sort.

    ``known`` are the stored rows of the very events.
    """
    if not known:
        return frozenset()
    work = _work(known, [filed(tenant, told) for told in arriving])
    return _homes(pair for pair in _retold(work) if not same_sort(*pair))


def _retold(work: _Work) -> list[_Pair]:
    """Return the stored events that are told in other words: before and after."""
    changed = work.changed.items()
    return [(work.before[key], now) for key, now in changed if key in work.before]


def _homes(pairs: Iterable[_Pair]) -> frozenset[CustomerId]:
    return frozenset(told.home_id for pair in pairs for told in pair if told.home_id)


def decide_interactions(
    arriving: Sequence[Interaction], *, tenant: str, known: Known = Known()
) -> ChangeSet:
    """Return what arriving interactions write: the events that are new or told anew, and the facts.

    ``result`` counts ``interactions``, and what came of them adds up to it: ``recorded`` (new),
    ``retold`` (known, in other words), ``repeated`` (says nothing new) and ``contradicted`` (one
    event in two ways at one time; ``reasons`` name them).
    """
    work = _work(known.interactions, [filed(tenant, told) for told in arriving])
    changed = work.changed
    facts = _facts(work, known)
    result: dict[str, Any] = {**work.counts}
    return ChangeSet(
        puts=tuple(Put(INTERACTIONS, now) for now in changed.values())
        + tuple(Put(FACTS, row) for row in facts.values()),
        expects=tuple(_expected(INTERACTIONS, key, known.interactions.get(key)) for key in changed)
        + tuple(_expected(FACTS, (home,), known.facts.get(home)) for home in facts),
        result=result,
        reasons=tuple(work.reasons),
    )


def _facts(work: _Work, known: Known) -> dict[CustomerId, HomeFacts]:
    """Return the rows of facts that change."""
    held = {home: row.value for home, row in known.facts.items()}
    pairs = _retold(work)
    anew = _homes(pair for pair in pairs if not same_sort(*pair))
    found = {home: HomeFacts.fold(home, _timeline(home, work, known)) for home in anew}

    def row(home: CustomerId) -> HomeFacts:
        return found.get(home) or held.get(home) or HomeFacts(home_id=home)

    for before, now in pairs:
        if now.home_id and now.home_id not in anew:
            found[now.home_id] = row(now.home_id).retold(before, now)
    for home, events in _fresh(work).items():
        if home not in anew:
            found[home] = row(home).plus(events)
    return {home: facts for home, facts in sorted(found.items())
            if facts != held.get(home, HomeFacts(home_id=home))}  # fmt: skip


def _fresh(work: _Work) -> dict[CustomerId, list[Interaction]]:
    """Return the events nobody told before, by home."""
    homes: dict[CustomerId, list[Interaction]] = {}
    for key, now in work.after.items():
        if key not in work.before and now.home_id:
            homes.setdefault(now.home_id, []).append(now)
    return homes


def _timeline(home: CustomerId, work: _Work, known: Known) -> Iterator[Interaction]:
    """Go through all events of a home as they are told by now."""
    stored = (told for told in known.timelines.get(home, ()) if _key(told) not in work.after)
    yield from stored
    yield from (now for now in work.after.values() if now.home_id == home)


_key = INTERACTIONS.key_of


def _expected(kind: Any, key: Key, row: Stored[Any] | None) -> Expect:  # noqa: ANN401 - any Kind
    return Expect(kind, key, row.version if row else ABSENT)
