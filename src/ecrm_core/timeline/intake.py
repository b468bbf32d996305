"""Intake: deciding what arriving interactions write, and what that makes of the facts.

The version of the facts' row is expected, so two intakes at once lose nothing of each other, and
that of every event's row, so one event told to two stores at once is still one event. That of a
correlation's row is, where an event is filed by it or changes whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field, frozen

from ecrm_core.customers import home_id
from ecrm_core.kernel import ABSENT, ChangeSet, CustomerId, Expect, Key, Put, Reason, Stored
from ecrm_core.timeline.correlation import CORRELATIONS, Correlation, correlation_key, led
from ecrm_core.timeline.facts import same_sort
from ecrm_core.timeline.home_facts import FACTS, HomeFacts
from ecrm_core.timeline.interaction import INTERACTIONS, Interaction, retell, same_time

__all__ = ["Known", "Telling", "decide_interactions", "told_changes"]

_Pair = tuple[Interaction, Interaction]
_COUNTS = ("interactions", "recorded", "retold", "repeated", "contradicted", "news", "earlier")


@frozen(kw_only=True)
class Known:
    """What is stored already of what arriving interactions touch.

    ``interactions`` are the rows of the very events and, of the correlations that
    ``correlations_to_read`` names (``whole``), of all events; ``correlations`` are those of the
    arriving events and of what is held of them. ``facts`` are those of the ``homes`` of the
    Telling, read before the timelines; ``timelines`` are all interactions of its homes to ``fold``.
    """

    interactions: Mapping[Key, Stored[Interaction]] = field(factory=dict)
    correlations: Mapping[Key, Stored[Correlation]] = field(factory=dict)
    whole: frozenset[Key] = frozenset()
    facts: Mapping[CustomerId, Stored[HomeFacts]] = field(factory=dict)
    timelines: Mapping[CustomerId, tuple[Interaction, ...]] = field(factory=dict)


@define
class Telling:
    """The events a batch goes over: as they were, and as they are told by now.

    ``homes`` are all that they stand or stood under, ``fold`` those whose facts need all their
    interactions, for an event moved or changed its sort.
    """

    tenant: str
    known: Known
    before: Mapping[Key, Interaction]
    after: dict[Key, Interaction] = field(factory=dict)
    correlations: dict[Key, Correlation] = field(factory=dict)
    counts: dict[str, int] = field(factory=lambda: dict.fromkeys(_COUNTS, 0))
    reasons: list[Reason] = field(factory=list)

    @classmethod
    def of(cls, arriving: Iterable[Interaction], *, tenant: str, known: Known) -> Telling:
        """Return the events as these tellings leave them; ``known`` without facts and timelines."""
        telling = cls(tenant, known, {key: row.value for key, row in known.interactions.items()})
        for told in arriving:
            telling.take(told)
        telling.file()
        return telling

    def take(self, told: Interaction) -> None:
        """Take one telling in and count what it comes to."""
        key = INTERACTIONS.key_of(told)
        held = self.after.get(key) or self.before.get(key)
        now = told if held is None else retell(held, told)
        self.counts["interactions"] += 1
        self.counts[_outcome(held, told, now)] += 1
        if held is None or (now.digest, now.at) != (held.digest, held.at):
            self.counts["news"] += 1
        elif held.digest != told.digest:
            self.counts["earlier"] += 1
        if held is not None and _contradicts(held, told):
            self.reasons.append(_contradiction(told))
        self.after[key] = now
        self._open(told)

    def _open(self, told: Interaction) -> None:
        """Note the correlation of a telling, and whether the telling leaves out whose it is."""
        key = correlation_key(told)
        if key is not None:
            correlation = self._correlation(key) or Correlation(source=key[0], correlation=key[1])
            loose = correlation.loose or told.subject is None
            self.correlations[key] = (
                correlation if loose == correlation.loose else evolve(correlation, loose=True)
            )

    def _correlation(self, key: Key) -> Correlation | None:
        held = self.known.correlations.get(key)
        return self.correlations.get(key) or (held.value if held else None)

    def file(self) -> None:
        """Put each event under its home, those too whose subject others have just told."""
        for key in self.known.whole:
            if key not in self.correlations:  # of what is held, and told elsewhere now
                self.correlations[key] = self.known.correlations[key].value
        members: dict[Key, list[Interaction]] = {}
        for told in ({**self.before, **self.after}).values():
            if (of := correlation_key(told)) is not None:
                members.setdefault(of, []).append(told)
        for key, correlation in self.correlations.items():
            events = members.get(key, [])
            self.correlations[key] = led(correlation, events, whole=key in self.known.whole)
        rows = self.before if self.known.whole else {}
        for at, told in {**rows, **self.after}.items():
            home = self._home(told)
            if home != told.home_id:
                self.after[at] = evolve(told, home_id=home)

    def _home(self, told: Interaction) -> CustomerId | None:
        subject, key = told.subject, correlation_key(told)
        if subject is None and key is not None:
            correlation = self._correlation(key)
            subject = correlation.subject if correlation else None
        return None if subject is None else home_id(self.tenant, subject)

    @property
    def homes(self) -> frozenset[CustomerId]:
        """The homes whose facts may change."""
        told = (*self.after.values(), *(self.before[k] for k in self.after if k in self.before))
        return frozenset(one.home_id for one in told if one.home_id)

    @property
    def retold(self) -> list[_Pair]:
        """The stored events that change: before and after."""
        return [(self.before[k], now) for k, now in self.changed.items() if k in self.before]

    @property
    def fold(self) -> frozenset[CustomerId]:
        """The homes to be folded anew; what counted for nobody before is only added."""
        pairs = [pair for pair in self.retold if pair[0].home_id and not same_sort(*pair)]
        return frozenset(told.home_id for pair in pairs for told in pair if told.home_id)

    @property
    def changed(self) -> dict[Key, Interaction]:
        """The rows to write, by key."""
        return {key: now for key, now in self.after.items() if now is not self.before.get(key)}

    @property
    def used(self) -> dict[Key, Correlation]:
        """The correlations that are new, that changed, or that a loose event was filed by."""
        held = {key: row.value for key, row in self.known.correlations.items()}
        filed_by = {correlation_key(now) for now in self.changed.values() if now.subject is None}
        return {
            key: correlation
            for key, correlation in sorted(self.correlations.items())
            if correlation != held.get(key) or key in filed_by
        }


def _outcome(held: Interaction | None, told: Interaction, now: Interaction) -> str:
    if held is None:
        return "recorded"
    if _contradicts(held, told):
        return "contradicted"
    return "repeated" if now.digest == held.digest and now.at == held.at else "retold"


def _contradicts(held: Interaction, told: Interaction) -> bool:
    """Tell whether one event is told in two ways at one time."""
    return same_time(held, told) and held.digest != told.digest


def _contradiction(told: Interaction) -> Reason:
    facts = {"source": told.source, "event": told.event_id}
    return Reason("contradicted_event", "{source} tells the event {event} in two ways", facts)


def decide_interactions(
    arriving: Sequence[Interaction], *, tenant: str, known: Known = Known()
) -> ChangeSet:
    """Return what arriving interactions write: the events that are new or told anew, and the facts.

    ``result`` counts ``interactions``, and what came of them adds up to it: ``recorded`` (new),
    ``retold`` (known, in other words), ``repeated`` (says nothing new) and ``contradicted`` (one
    event in two ways at one time; ``reasons`` name them). Over all of them ``news`` are those that
    change what is told of the event, and ``earlier`` those in other words that count less than the
    known ones.
    """
    return told_changes(Telling.of(arriving, tenant=tenant, known=known), known)


def told_changes(work: Telling, known: Known) -> ChangeSet:
    """Return what ``decide_interactions`` does, of tellings gone over already."""
    changed, correlations = work.changed, work.used
    facts = _facts(work, known)
    result: dict[str, Any] = {**work.counts}
    return ChangeSet(
        puts=tuple(Put(INTERACTIONS, now) for now in changed.values())
        + tuple(Put(FACTS, row) for row in facts.values())
        + tuple(Put(CORRELATIONS, correlation) for correlation in correlations.values()),
        expects=tuple(_expected(INTERACTIONS, key, known.interactions.get(key)) for key in changed)
        + tuple(_expected(FACTS, (home,), known.facts.get(home)) for home in facts)
        + tuple(_expected(CORRELATIONS, key, known.correlations.get(key)) for key in correlations),
        result=result,
        reasons=tuple(work.reasons),
    )


def _facts(work: Telling, known: Known) -> dict[CustomerId, HomeFacts]:
    """Return the rows of facts that change."""
    held = {home: row.value for home, row in known.facts.items()}
    pairs, anew = work.retold, work.fold
    found = {home: HomeFacts.fold(home, _timeline(home, work, known)) for home in anew}

    def row(home: CustomerId) -> HomeFacts:
        return found.get(home) or held.get(home) or HomeFacts(home_id=home)

    for before, now in pairs:
        if before.home_id and now.home_id and now.home_id not in anew:
            found[now.home_id] = row(now.home_id).retold(before, now)
    for home, events in _fresh(work).items():
        if home not in anew:
            found[home] = row(home).plus(events)
    return {home: facts for home, facts in sorted(found.items())
            if facts != held.get(home, HomeFacts(home_id=home))}  # fmt: skip


def _fresh(work: Telling) -> dict[CustomerId, list[Interaction]]:
    """Return the events that counted for nobody before, by home."""
    homes: dict[CustomerId, list[Interaction]] = {}
    for key, now in work.after.items():
        if now.home_id and (key not in work.before or work.before[key].home_id is None):
            homes.setdefault(now.home_id, []).append(now)
    return homes


def _timeline(home: CustomerId, work: Telling, known: Known) -> Iterator[Interaction]:
    """Go through all events of a home as they are told by now."""
    stored = (told for told in known.timelines.get(home, ()) if _key(told) not in work.after)
    yield from stored
    yield from (now for now in work.after.values() if now.home_id == home)


_key = INTERACTIONS.key_of


def _expected(kind: Any, key: Key, row: Stored[Any] | None) -> Expect:  # noqa: ANN401 - any Kind
    return Expect(kind, key, row.version if row else ABSENT)
