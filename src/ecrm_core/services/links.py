"""Links: a source states that two of its parties are one; a merge, through the gates of any merge.

A party that is not known yet becomes a customer by it, so that it makes no difference what comes
first. What is blocked stays a claim, which review shows with its blockers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import cast

from attrs import define, evolve, field

from ecrm_core.customers import (
    HOMES,
    RECORDS,
    Group,
    SourceKey,
    SourceRecord,
    SurvivorshipPolicy,
    bumped,
    home_id,
    ids_of,
    person_subject,
    rewritten,
)
from ecrm_core.errors import MergeRefused
from ecrm_core.kernel import ABSENT, ChangeSet, CustomerId, Drop, Put, Reason, combine
from ecrm_core.merging import (
    CUSTOMER_CLAIMS,
    MERGE_EDGES,
    Cause,
    Claim,
    MergeEdge,
    Proof,
    decide_merge,
    decide_unmerge,
    joined,
    parted,
)
from ecrm_core.merging.blockers import accounts_of_both
from ecrm_core.ports import Store, read_claims_by, read_edges, read_holds, read_judgements
from ecrm_core.services.judgements import held_apart
from ecrm_core.sources import Link

__all__ = ["Linking", "keys_linked"]

_LINK = "link"
"""The event of a claim that a link left: what is stated twice is told by it."""
_COUNTS = ("links", "merged", "one_already", "blocked")


def keys_linked(links: Iterable[Link]) -> Iterator[SourceKey]:
    """Go through the parties that links name."""
    for link in links:
        yield from (link.kept, link.gone)


@define
class Linking:
    """The links of a delivery on their way in: the customers as each of them leaves them.

    ``sets`` are decisions made one upon the other, ``claims`` what is left to people, ``counts``
    what came of the ``links``: they were ``merged``, ``one_already`` or ``blocked``.
    """

    store: Store
    policy: SurvivorshipPolicy
    groups: dict[CustomerId, Group]
    sets: list[ChangeSet] = field(factory=list)
    claims: list[Claim] = field(factory=list)
    counts: dict[str, int] = field(factory=lambda: dict.fromkeys(_COUNTS, 0))
    reasons: list[Reason] = field(factory=list)
    _edges: dict[str, MergeEdge] = field(factory=dict)
    _restored: set[CustomerId] = field(factory=set)

    @classmethod
    def over(
        cls,
        store: Store,
        groups: Mapping[SourceKey, Group],
        records: ChangeSet,
        *,
        policy: SurvivorshipPolicy,
    ) -> Linking:
        """Begin with the customers as the records of the delivery leave them."""
        now = {group.root.id: group for group in groups.values()}
        root = {home.key: group.root.id for group in now.values() for home in group.homes}
        for put in records.puts:
            if put.kind is RECORDS:
                record = cast("SourceRecord", put.value)
                now[root[record.key]] = now[root[record.key]].with_record(record)
        linking = cls(store, policy, {})
        for group in now.values():
            linking._hold(group)
        return linking

    def _hold(self, group: Group) -> None:
        self.groups |= dict.fromkeys(ids_of(group), group)

    def take(self, link: Link) -> None:
        """Merge the two, or leave a claim that says what blocks it."""
        kept, gone = (home_id(self.store.tenant, key) for key in (link.kept, link.gone))
        keep, give = self.groups[kept], self.groups[gone]
        others = self._others(link, kept, gone)
        self.counts["links"] += 1
        if others and self._part(link, gone):
            self._leave(link, [kept, *others], ["it was stated to be another, too"])
        elif keep.root.id == give.root.id:
            self.counts["one_already"] += 1
            self._first_told(link, keep, (gone, kept))
        elif others:
            self._leave(link, [kept, *others], ["it was stated to be another, too"])
        elif self._taken_back(keep, give):
            self._leave(link, [kept], ["somebody took such a merge back"])
        else:
            self._merge(link, keep, give, kept)

    def _merge(self, link: Link, keep: Group, give: Group, kept: CustomerId) -> None:
        own = accounts_of_both(keep, give) == {link.kept.source} == {link.gone.source}
        try:
            merge = decide_merge(
                keep, give, tenant=self.store.tenant, earlier=self._earlier(give), under=kept,
                by=link.gone.source, at=link.at, cause=Cause.STATED, policy=self.policy,
                despite=("two_accounts",) if own else (),  # its own word on its own accounts
                protected=self._protected(keep, give),
                holds=read_holds(self.store, sorted({*ids_of(keep), *ids_of(give)})),
            )  # fmt: skip
        except MergeRefused as refused:
            self._leave(link, [kept], [refused.message])
            return
        self.counts["merged"] += 1
        self._done(merge)
        self._hold(joined(keep, give))

    def _first_told(self, link: Link, keep: Group, pair: tuple[CustomerId, CustomerId]) -> None:
        """Date the merge from the first time that its source told it, whenever that arrives."""
        for edge in self._known_edges(keep):
            stated = edge.active and edge.cause is Cause.STATED
            if stated and (edge.loser, edge.winner) == pair and link.at < edge.at:
                dated = ChangeSet(puts=(Put(MERGE_EDGES, evolve(edge, at=link.at)),))
                self._done(combine([dated, bumped(keep)]))

    def _part(self, link: Link, gone: CustomerId) -> bool:
        """Take back the merge that the source itself has put in doubt; tell if there is one."""
        group = self.groups[gone]
        edges = self._known_edges(group)
        stands = [e for e in edges if e.active and e.cause is Cause.STATED and e.loser == gone]
        for edge in stands:
            with suppress(MergeRefused):  # a legal hold keeps both as they are
                undo = decide_unmerge(
                    group, edges, edge, by=link.gone.source, at=link.at, cause=Cause.STATED,
                    holds=read_holds(self.store, ids_of(group)), policy=self.policy,
                )  # fmt: skip
                kept, restored = parted(group, edges, edge)
                self._restored.add(restored.root.id)
                self._done(undo)
                self._hold(kept)
                self._hold(restored)
        return bool(stands)

    def _leave(self, link: Link, to: Iterable[CustomerId], why: Iterable[str]) -> None:
        """Leave it to people: a claim on each customer she is said to be."""
        self.counts["blocked"] += 1
        for key in (link.kept, link.gone):
            self._found(self.groups[home_id(self.store.tenant, key)])
        gone = home_id(self.store.tenant, link.gone)
        for home in to:
            self._claim(link, gone, home)
        facts = {"source": link.gone.source, "gone": gone, "why": "; ".join(why)}
        text = "{source} states that {gone} is another customer; left to review: {why}"
        self.reasons.append(Reason("link_blocked", text, facts))

    def _claim(self, link: Link, gone: CustomerId, home: CustomerId) -> None:
        """Claim that she is that customer, once, from the first time that the source told it."""
        subject = person_subject(home)
        known = [c for c in self._left(gone) if c.claimed == subject]
        made = [edge.at for edge in self._stated(gone) if edge.winner == home]
        told = [*made, *(claim.at for claim in known)]
        if home == home_id(self.store.tenant, link.kept):
            told.append(link.at)
        claim = Claim.of(
            gone, subject, proof=Proof.LOGGED_IN, source=link.gone.source, at=min(told),
            event=_LINK, tenant=self.store.tenant,
        )  # fmt: skip
        if claim in known:
            return
        self.claims = [c for c in self.claims if c not in known] + [claim]
        later = tuple(Drop(CUSTOMER_CLAIMS, CUSTOMER_CLAIMS.key_of(one)) for one in known)
        self._done(combine([ChangeSet(drops=later), bumped(self.groups[gone])]))

    def _left(self, gone: CustomerId) -> list[Claim]:
        """Return the claims that links left on a party."""
        said = [*self.claims, *read_claims_by(self.store, [gone])]
        return [c for c in said if c.claimant == gone and c.event == _LINK]

    def _stated(self, gone: CustomerId) -> list[MergeEdge]:
        """Return the merges of a party into others that its source stated, undone ones too."""
        edges = self._known_edges(self.groups[gone])
        return [e for e in edges if e.cause is Cause.STATED and e.loser == gone]

    def _found(self, group: Group) -> None:
        """Make a customer of a party that nothing is known of but its key."""
        if group.version == ABSENT and group.root.id not in self._restored:
            self.sets.append(rewritten(group, self.policy))

    def _others(self, link: Link, kept: CustomerId, gone: CustomerId) -> list[CustomerId]:
        """Return whom else, of the same source, the party was stated to be."""
        homes = {edge.winner for edge in self._stated(gone)}
        subjects = [claim.claimed for claim in self._left(gone)]
        homes |= {CustomerId(subject.removeprefix(person_subject(""))) for subject in subjects}
        keys = {home.id: home.key for group in self.groups.values() for home in group.homes}
        stored = self.store.get_many(HOMES, [(home,) for home in sorted(homes - {kept})])
        keys |= {row.value.id: row.value.key for row in stored.values()}
        return [home for home in sorted(homes - {kept, gone})
                if home in keys and keys[home].source == link.kept.source]  # fmt: skip

    def _taken_back(self, keep: Group, give: Group) -> bool:
        one, two = set(ids_of(keep)), set(ids_of(give))
        return any(
            not edge.active
            and edge.undone_cause is Cause.HUMAN
            and ((edge.loser in one and edge.winner in two)
                 or (edge.loser in two and edge.winner in one))
            for edge in self._known_edges(give)
        )  # fmt: skip

    def _protected(self, keep: Group, give: Group) -> bool:
        if not read_judgements(self.store, ids_of(give)):
            return False  # whoever is held apart is named by a judgement
        return not held_apart(self.store, frozenset(ids_of(keep))).isdisjoint(ids_of(give))

    def _earlier(self, give: Group) -> tuple[MergeEdge, ...]:
        return tuple(e for e in self._known_edges(give) if e.loser == give.root.id)

    def _known_edges(self, group: Group) -> tuple[MergeEdge, ...]:
        """Return the edges that touch a customer, as they are by now."""
        ids = set(ids_of(group))
        stored = {row.value.id: row.value for row in read_edges(self.store, sorted(ids))}
        made = {e.id: e for e in self._edges.values() if {e.loser, e.winner} & ids}
        return tuple((stored | made).values())

    def _done(self, changes: ChangeSet) -> None:
        edges = [put.value for put in changes.puts if isinstance(put.value, MergeEdge)]
        self._edges |= {edge.id: edge for edge in edges}
        own = tuple(e for e in changes.expects
                    if e.kind is not HOMES or e.key[0] not in self._restored)  # fmt: skip
        self.sets.append(evolve(changes, expects=own))
