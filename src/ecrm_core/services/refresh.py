"""Refresh: the memberships brought up to an instant; only who may have moved is asked.

Four ways lead to a customer: a mark (something about her changed), a recheck (time), a sweep over
everybody (a rule changed), and a segment that was dropped. A page is one transaction, under the
versions of what led to it; a refresh that was stopped goes on with the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from attrs import evolve, field, frozen

from ecrm_core.customers import PROFILES
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import (
    ABSENT,
    ChangeSet,
    Drop,
    Expect,
    Noted,
    Put,
    Stored,
    combine,
)
from ecrm_core.ports import Store, read_rechecks_due, scan_pages
from ecrm_core.segmentation import (
    MEMBERSHIPS,
    SEGMENT_MARKS,
    SEGMENT_REFRESH,
    AskedSegment,
    MoveCause,
    SegmentRefresh,
    decide_gone,
)
from ecrm_core.services.commit import commit
from ecrm_core.services.marked_customers import MARK_CAUSES, marked_customers
from ecrm_core.services.marking import read_watch
from ecrm_core.services.refreshing import Ask, Questions, questions_of
from ecrm_core.services.saved_segments import Setting

__all__ = ["Refresher", "count_to_ask", "draft_refresh", "prepare_full_refresh", "read_refresh",
           "refresh_pages"]  # fmt: skip

_KEY = ("refresh",)
_MANY = 5_000  # rows of a page that are only counted


@frozen(kw_only=True)
class Refresher:
    """What a refresh works with: the instant it brings the memberships up to, customers a page."""

    store: Store
    setting: Setting
    at: datetime
    by: str = "segments"
    page: int = 500
    _read: dict[int, Questions] = field(factory=dict, init=False, eq=False, repr=False)

    @property
    def caught_up(self) -> Refresher:
        """The same at the instant of the last refresh, if that is later: time goes one way."""
        return evolve(self, at=read_refresh(self.store).value.latest(self.at))

    @property
    def questions(self) -> Questions:
        """The saved segments as they are now, read once as long as none of them changes."""
        version = read_watch(self.store).version
        if version not in self._read:
            found = questions_of(self.store, self.setting, at=self.at)
            version, self._read[found.version] = found.version, found
        return self._read[version]


def read_refresh(store: Store) -> Stored[SegmentRefresh]:
    """Return how far the memberships are; before the first refresh the version is ABSENT."""
    row = store.get_many(SEGMENT_REFRESH, [_KEY]).get(_KEY)
    return row or Stored(SegmentRefresh(), ABSENT)


def prepare_full_refresh(store: Store) -> ChangeSet:
    """Return what makes the next refresh ask every segment of everybody."""
    row = read_refresh(store)
    blank = {id_: evolve(held, basis="") for id_, held in row.value.evaluated.items()}
    return _put(row, evolve(row.value, evaluated=blank, sweep={}, after=""))


def draft_refresh(work: Refresher) -> ChangeSet:
    """Return what the first page over marked customers would write."""
    marks = work.store.scan(SEGMENT_MARKS, limit=work.page).rows
    return _of_marks(work, [row.value.subject for row in marks])


def count_to_ask(work: Refresher) -> int:
    """Return how many a refresh would begin with: marks, what is due, and a sweep's everybody."""
    store = work.store
    marks = sum(map(len, scan_pages(store, SEGMENT_MARKS, limit=_MANY)))
    due = len(read_rechecks_due(store, work.at, limit=_MANY))
    sweeping = _changed(work.questions, read_refresh(store).value)
    everybody = sum(map(len, scan_pages(store, PROFILES, limit=_MANY))) if sweeping else 0
    return marks + due + everybody


def refresh_pages(work: Refresher) -> Iterator[Counter[str]]:
    """Bring the memberships up to the instant; yield what came of each page.

    ``customers`` were looked at; ``evaluated`` counts rules asked, each of one customer;
    ``entered`` and ``left`` moves, ``passed`` pages that others kept changing: they stay for the
    next refresh. An instant before that of the last refresh is taken for that one.
    """
    work, passed = work.caught_up, 0
    # Marks before sweeps: a merge is told as one, whatever rule has changed meanwhile.
    for step in (_begun, _dropped, _marked, _swept, _due):
        for counts in step(work):
            passed += counts["passed"]
            yield counts
    if not passed:
        yield _tried(work, lambda: _brought_up(work))


Step = Iterator[Counter[str]]


def _tried(work: Refresher, decide: Callable[[], ChangeSet]) -> Counter[str]:
    """Apply what is decided, anew after a conflict; a page others keep changing is passed."""
    try:
        note = Noted(verb="refresh_segments", at=work.at, by=work.by)
        applied = commit(work.store, decide, note=note)
    except ConflictError as error:
        if error.retry != "operation":
            raise
        return Counter(passed=1)
    return Counter({name: int(str(count)) for name, count in applied.result.items()})


def _put(row: Stored[SegmentRefresh], after: SegmentRefresh) -> ChangeSet:
    """Return the row of the refresh anew, if it is another one."""
    if after == row.value:
        return ChangeSet()
    expects = (Expect(SEGMENT_REFRESH, _KEY, row.version),)
    return ChangeSet(puts=(Put(SEGMENT_REFRESH, after),), expects=expects)


def _brought_up(work: Refresher) -> ChangeSet:
    row = read_refresh(work.store)
    as_of = max(work.at, row.value.as_of or work.at)
    return _put(row, evolve(row.value, as_of=as_of))


# ---------------------------------------------------------------- rules


def _begun(work: Refresher) -> Step:
    """Enter the instant, and the segments that are new: they are cleared away, when dropped."""

    def decide() -> ChangeSet:
        row, questions = read_refresh(work.store), work.questions
        known = row.value.evaluated
        bases = {
            id_: known[id_].basis if id_ in known and id_ not in questions.misfits else ""
            for id_ in questions.bases
        }
        fresh = {id_: evolve(questions.bases[id_], basis=basis) for id_, basis in bases.items()}
        begun = row.value.latest(work.at)
        state = _put(row, evolve(row.value, evaluated={**known, **fresh}, begun=begun))
        return combine([state, questions.guard])

    yield _tried(work, decide)


def _dropped(work: Refresher) -> Step:
    """Take out who was in segments that are no more."""
    questions = work.questions
    gone = read_refresh(work.store).value.evaluated.keys() - questions.bases.keys()
    for id_ in sorted(gone):
        more = 1
        while more:
            counts = _tried(work, partial(_without, work, id_))
            more = counts.pop("more", 0)
            yield counts


def _without(work: Refresher, id_: str) -> ChangeSet:
    """Return what takes out a page of a dropped segment, and at last the segment."""
    row, store = read_refresh(work.store), work.store
    if id_ not in row.value.evaluated:
        return ChangeSet()
    known = row.value.evaluated[id_]
    gone = AskedSegment(id=id_, name=known.name, definition="", effects=known.effects)
    page = store.scan(MEMBERSHIPS, within=(id_,), limit=work.page)
    sets = [decide_gone(held, gone, tenant=store.tenant, at=work.at) for held in page.rows]
    left = sum(int(str(each.result.get("left", 0))) for each in sets)
    if page.following is None:
        rest = {name: held for name, held in row.value.evaluated.items() if name != id_}
        sets.append(_put(row, evolve(row.value, evaluated=rest)))
    more = int(page.following is not None)
    return combine(sets, result={"customers": len(page.rows), "left": left, "more": more})


def _changed(questions: Questions, state: SegmentRefresh) -> Mapping[str, str]:
    """Return the bases of the segments that everybody has to be asked anew, by id."""
    return {
        id_: rule.basis
        for id_, rule in questions.rules.items()
        if id_ not in state.evaluated or state.evaluated[id_].basis != rule.basis
    }


def _swept(work: Refresher) -> Step:
    """Ask everybody the segments whose rules have changed, from where the last refresh was."""
    while _changed(work.questions, read_refresh(work.store).value):
        counts = _tried(work, lambda: _sweep_page(work))
        yield counts
        if counts["passed"]:
            return


def _sweep_page(work: Refresher) -> ChangeSet:
    row, questions = read_refresh(work.store), work.questions
    state, changed = row.value, _changed(questions, row.value)
    after = state.after if state.sweep == changed else ""
    page = work.store.scan(PROFILES, after=(after,) if after else None, limit=work.page)
    ask = Ask(segments=changed, cause=MoveCause.DEFINITION)
    asked = questions.page({held.value.id: ask for held in page.rows})
    if page.following is None:
        done = {id_: questions.bases[id_] for id_ in changed}
        state = evolve(state, evaluated={**state.evaluated, **done}, sweep={}, after="")
    else:
        state = evolve(state, sweep=changed, after=page.following[0])
    return _counted([asked, _put(row, state)], asked, len(page.rows))


def _counted(sets: Iterable[ChangeSet], asked: ChangeSet, customers: int) -> ChangeSet:
    return combine(sets, result={**asked.result, "customers": customers})


# ---------------------------------------------------------------- marks


def _marked(work: Refresher) -> Step:
    """Ask every segment of customers of whom something has changed."""
    for rows in scan_pages(work.store, SEGMENT_MARKS, limit=work.page):
        if rows:
            yield _tried(work, partial(_of_marks, work, [row.value.subject for row in rows]))


def _of_marks(work: Refresher, subjects: Sequence[str]) -> ChangeSet:
    """Return what asking whom these marks concern writes; the marks come off."""
    store = work.store
    keys = [(subject, cause.value) for subject in dict.fromkeys(subjects) for cause in MARK_CAUSES]
    marks = store.get_many(SEGMENT_MARKS, keys)
    questions = work.questions
    causes = marked_customers(store, [row.value for row in marks.values()])
    asks = {id_: Ask(segments=tuple(questions.rules), cause=cause) for id_, cause in causes.items()}
    asked = questions.page(asks)
    off = ChangeSet(
        drops=tuple(Drop(SEGMENT_MARKS, key) for key in marks),
        expects=tuple(Expect(SEGMENT_MARKS, key, row.version) for key, row in marks.items()),
    )
    return _counted([asked, off], asked, len(asks))


# ---------------------------------------------------------------- time


def _due(work: Refresher) -> Step:
    """Ask the segments into or out of which time alone may have moved a customer."""
    counts: Counter[str] = Counter()
    while not counts["passed"] and read_rechecks_due(work.store, work.at, limit=1):
        counts = _tried(work, lambda: _due_page(work))
        yield counts


def _due_page(work: Refresher) -> ChangeSet:
    questions, asks = work.questions, {}
    for row in read_rechecks_due(work.store, work.at, limit=work.page):
        due = [id_ for id_, at in row.value.at.items() if at <= work.at and id_ in questions.rules]
        asks[row.value.customer] = Ask(segments=due, cause=MoveCause.TIME)
    asked = questions.page(asks)
    return _counted([asked], asked, len(asks))
