"""Saved segments: the verbs that keep rules under names, and who is in them as time goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from ecrm_core.crm.progress import Progress
from ecrm_core.crm.segments import SegmentVerbs, Why, setting_of
from ecrm_core.crm.verbs import Customer, Drafts
from ecrm_core.kernel import ChangeSet, CustomerId, Noted, gate_limit, html_table, plain_table
from ecrm_core.segmentation import Membership, SavedSegment, Segment
from ecrm_core.services import (
    Difference,
    Refresher,
    commit,
    count_to_ask,
    difference_of,
    draft_refresh,
    explain_member,
    members_of,
    memberships_of,
    prepare_drop_segment,
    prepare_full_refresh,
    prepare_rename_segment,
    prepare_save_segment,
    read_segments,
    refresh_pages,
)

__all__ = ["Refreshed", "SavedSegmentDrafts", "SavedSegmentVerbs", "SegmentMembers"]

_COUNTS = ("customers", "evaluated", "entered", "left", "passed")


@frozen(kw_only=True)
class SegmentMembers:
    """Who is in a saved segment, by the ids they go by, sorted; true at ``as_of``.

    ``as_of`` is the instant of the last refresh, None before the first. ``complete``: everybody was
    asked the rule as it is now; until then some are in it by the rule before.
    """

    segment: SavedSegment
    members: tuple[CustomerId, ...] = ()
    as_of: datetime | None = None
    complete: bool = False

    @property
    def count(self) -> int:
        """The number of members."""
        return len(self.members)

    def __len__(self) -> int:
        """Return the number of members."""
        return self.count

    def __contains__(self, customer: object) -> bool:
        """Tell whether this id (the one the customer goes by) is among the members."""
        return customer in self.members

    def __str__(self) -> str:
        """Return the name, the count and the instant; no text of the rule, no person."""
        if self.as_of is None:
            return f"{self.segment.name}: not asked yet"
        noun = "customer" if self.count == 1 else "customers"
        at = self.as_of.isoformat(timespec="minutes")
        told = f"{self.segment.name}: {self.count} {noun} as of {at}"
        return told if self.complete else f"{told}; not everybody was asked the rule as it is now"


@frozen(kw_only=True)
class Refreshed:
    """What a refresh came to, as of an instant.

    ``customers`` were looked at, ``evaluated`` counts rules that were asked, each of one customer;
    ``entered`` and ``left`` count moves. ``passed`` are pages that others kept changing: the next
    refresh takes them up. ``misfits`` are the names of segments whose rules do not fit any more (a
    field of theirs is gone): their members stay as they are.
    """

    as_of: datetime
    customers: int = 0
    evaluated: int = 0
    entered: int = 0
    left: int = 0
    passed: int = 0
    misfits: tuple[str, ...] = ()
    stopped: bool = False

    def __str__(self) -> str:
        """Return the counts as a plain table."""
        return plain_table(("what", "how many"), self._rows())

    def _repr_html_(self) -> str:
        return html_table(("what", "how many"), self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        rows = [(name, f"{getattr(self, name):,}") for name in _COUNTS]
        return [*rows, ("misfits", ", ".join(self.misfits))] if self.misfits else rows


class SavedSegmentDrafts(Drafts):
    """Saving, renaming, dropping and refreshing, each as what it would write."""

    def save_segment(
        self, name: str, query: str | Segment | None, *, by: str, effects: bool = True,
        now: datetime | None = None,
    ) -> ChangeSet:  # fmt: skip
        """Return what saving the rule would write."""
        return prepare_save_segment(
            self.store, name, _segment(query), setting=setting_of(self.settings),
            act=self._act(by, now), effects=effects,
        )  # fmt: skip

    def rename_segment(
        self, name: str, new: str, *, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what renaming the segment would write."""
        setting = setting_of(self.settings)
        return prepare_rename_segment(
            self.store, name, new, setting=setting, act=self._act(by, now)
        )

    def drop_segment(self, name: str, *, by: str, now: datetime | None = None) -> ChangeSet:
        """Return what dropping the segment would write."""
        self._act(by, now)
        return prepare_drop_segment(self.store, name, setting=setting_of(self.settings))

    def refresh_segments(self, *, page: int = 500, now: datetime | None = None) -> ChangeSet:
        """Return what the first page of a refresh over changed customers would write."""
        gate_limit(page, "page")
        setting = setting_of(self.settings)
        return draft_refresh(
            Refresher(store=self.store, setting=setting, at=self._now(now), page=page)
        )


class SavedSegmentVerbs(SegmentVerbs):
    """Save a rule under a name, see who is in it and why, and bring that up to date."""

    def save_segment(
        self,
        name: str,
        query: str | Segment | None,
        *,
        by: str,
        effects: bool = True,
        key: str | None = None,
        now: datetime | None = None,
    ) -> str:
        """Save a rule under a name, new or in place of the one there is, and return its id.

        Who is in it is found by ``refresh_segments``. A rule may name other saved segments (``IN
        SEGMENT 'name'``). A blank query empties the segment. With ``effects`` the outbox tells who
        enters ("segment_entered") and leaves ("segment_left"), and by a merge or its undoing
        ("segment_moved"). Raises SegmentSyntaxError for a rule that does not fit, or segments that
        would name each other in a circle, and DefinitionError for no name.
        """
        segment = _segment(query)
        result = self._commit(
            lambda at: self.dry_run.save_segment(name, segment, by=by, effects=effects, now=at),
            ["save_segment", name, None if segment is None else segment.id, str(effects), by],
            key, now, by=by,
        )  # fmt: skip
        return str(result["segment"])

    def rename_segment(
        self, name: str, new: str, *, by: str, key: str | None = None, now: datetime | None = None
    ) -> str:
        """Give a saved segment another name and return its id; rules that name it follow.

        Nobody enters or leaves. Raises UnknownName, and RefusedError for a name that is taken.
        """
        result = self._commit(
            lambda at: self.dry_run.rename_segment(name, new, by=by, now=at),
            ["rename_segment", name, new, by], key, now, by=by,
        )  # fmt: skip
        return str(result["segment"])

    def drop_segment(
        self, name: str, *, by: str, key: str | None = None, now: datetime | None = None
    ) -> None:
        """Drop a saved segment; the next refresh tells that its members left.

        Raises UnknownName, and RefusedError (code "segment_in_use") while others name it.
        """
        self._commit(
            lambda at: self.dry_run.drop_segment(name, by=by, now=at),
            ["drop_segment", name, by], key, now, by=by,
        )  # fmt: skip

    def saved_segments(self) -> tuple[SavedSegment, ...]:
        """Return every saved segment, by name."""
        return tuple(read_segments(self.store).saved)

    def segment_members(self, name: str) -> SegmentMembers:
        """Return who is in a saved segment, as the last refresh found; UnknownName for none."""
        found = members_of(self.store, name, setting=setting_of(self._settings))
        return SegmentMembers(
            segment=found.segment, members=found.members, as_of=found.as_of,
            complete=found.complete,
        )  # fmt: skip

    def memberships(self, customer: Customer) -> Mapping[str, Membership]:
        """Return the saved segments a customer is in, by name, as the last refresh found.

        Raises MissingError for one the store does not know.
        """
        return memberships_of(self.store, customer)

    def why_member(self, name: str, customer: Customer, *, as_of: datetime | None = None) -> Why:
        """Return why a customer is in a saved segment or is not, by what the store holds now.

        Raises UnknownName, and MissingError for a customer the store does not know.
        """
        rule = Segment(read_segments(self.store).named(name).rule)
        question = self._question(rule, self._now(as_of))
        return Why(str(customer), explain_member(self.store, customer, question))

    def diff_segment(
        self,
        name: str,
        query: str | Segment | None,
        *,
        progress: Progress | None = None,
        now: datetime | None = None,
    ) -> tuple[Difference, ...]:
        """Return who would enter and leave if the rule were saved under the name now.

        The first is of that segment, the others of those that name it. Both rules are asked of
        everybody; nothing is written. Raises what ``save_segment`` does.
        """

        def seen(done: int) -> None:
            if progress is not None:
                progress(done, done, "customers")

        return difference_of(
            self.store, name, _segment(query), setting=setting_of(self._settings),
            at=self._now(now), seen=seen,
        )  # fmt: skip

    def refresh_segments(
        self,
        *,
        full: bool = False,
        by: str = "segments",
        page: int = 500,
        progress: Progress | None = None,
        now: datetime | None = None,
    ) -> Refreshed:
        """Bring the memberships of all saved segments up to now, and tell who entered and left.

        Asked are those who changed, those whom time may have moved, and everybody where a rule
        changed; it comes to what asking everybody would (``full`` does). ``page`` customers are one
        transaction. ``progress(done, total, stage)`` is called after each; returning False stops
        there, and the next refresh goes on. Raises DefinitionError for a page below 1.
        """
        gate_limit(page, "page")
        setting = setting_of(self._settings)
        act = self._act(by, now)
        work = Refresher(store=self.store, setting=setting, at=act.at, by=act.by, page=page)
        if full:
            note = Noted(verb="refresh_segments", at=act.at, by=act.by)
            commit(self.store, lambda: prepare_full_refresh(self.store), note=note)
        return _refreshed(work, progress)


def _refreshed(work: Refresher, progress: Progress | None) -> Refreshed:
    work, counts = work.caught_up, Counter[str]()
    total = count_to_ask(work) if progress else 0
    stopped = False
    for found in refresh_pages(work):
        counts += found
        done = counts["customers"]
        if (
            progress
            and found["customers"]
            and progress(done, max(done, total), "segments") is False
        ):
            stopped = True
            break
    told = {name: counts[name] for name in _COUNTS}
    misfits = tuple(sorted(held.name for held in work.questions.misfits.values()))
    return Refreshed(as_of=work.at, stopped=stopped, misfits=misfits, **told)


def _segment(query: str | Segment | None) -> Segment | None:
    if isinstance(query, str) and not query.strip():
        return None
    return query if query is None or isinstance(query, Segment) else Segment.parse(query)
