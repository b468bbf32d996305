"""Refreshing: one page of customers asked the saved segments, and what comes of it as one set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import field, frozen

from ecrm_core.kernel import ChangeSet, CustomerId, Expect, combine, digest
from ecrm_core.ports import Store, read_memberships, read_profiles
from ecrm_core.segmentation import (
    SEGMENT_RECHECKS,
    SEGMENT_WATCH,
    WATCH,
    AskedCustomer,
    AskedSegment,
    CustomerField,
    Evaluated,
    MoveCause,
    Recheck,
    Row,
    SavedSegment,
    Schema,
    Segment,
    check,
    decide_moves,
    expanded,
    next_change,
    recheck,
)
from ecrm_core.services.saved_segments import Setting, read_segments
from ecrm_core.services.segment_rows import Needs, load_customers, needs_of, row_of

__all__ = ["Ask", "Questions", "questions_of"]

_MOMENT = timedelta(microseconds=1)


@frozen(kw_only=True)
class _Rule:
    """One saved segment, ready to be asked; ``basis`` stands for all its answer rests on."""

    asked: AskedSegment
    whole: Segment
    own: tuple[CustomerField, ...]
    needs: Needs
    basis: str


@frozen(kw_only=True)
class Ask:
    """One customer to be asked: which segments (by id), and why one is looked at."""

    segments: Collection[str]
    cause: MoveCause


@frozen(kw_only=True)
class Questions:
    """All saved segments at one instant, under the version of the watch they were read at.

    ``misfits`` are those whose rules do not fit the schema any more, by id: they are not asked.
    """

    store: Store
    setting: Setting
    at: datetime
    version: int
    rules: Mapping[str, _Rule] = field(factory=dict)
    misfits: Mapping[str, SavedSegment] = field(factory=dict)

    @property
    def asked(self) -> Mapping[str, AskedSegment]:
        """The segments by id."""
        return {id_: rule.asked for id_, rule in self.rules.items()}

    @property
    def bases(self) -> Mapping[str, Evaluated]:
        """What is known of each segment once everybody was asked; of a misfit no basis."""
        fit = {
            id_: Evaluated(name=rule.asked.name, basis=rule.basis, effects=rule.asked.effects)
            for id_, rule in self.rules.items()
        }
        return fit | {
            id_: Evaluated(name=held.name, basis="", effects=held.effects)
            for id_, held in self.misfits.items()
        }

    @property
    def guard(self) -> ChangeSet:
        """The condition that no segment was saved, renamed or dropped since."""
        return ChangeSet(expects=(Expect(SEGMENT_WATCH, WATCH, self.version),))

    def page(self, asks: Mapping[CustomerId, Ask]) -> ChangeSet:
        """Return what asking these customers writes; ``result`` counts what came of it."""
        ids = sorted(asks)
        rows = self._rows(ids, asks)
        held = read_memberships(self.store, ids)
        again = self.store.get_many(SEGMENT_RECHECKS, [(id_,) for id_ in ids])
        segments = self.asked
        sets, counts = [], {"evaluated": 0, "entered": 0, "left": 0}
        for id_ in ids:
            found = self._found(asks[id_], rows.get(id_))
            customer = AskedCustomer(
                customer=id_, held={row.value.segment: row for row in held.get(id_, ())},
                recheck=again.get((id_,)), found=found,
            )  # fmt: skip
            cause = asks[id_].cause
            moves = decide_moves(
                customer, segments, tenant=self.store.tenant, cause=cause, at=self.at
            )
            counts["evaluated"] += len(found) if id_ in rows else 0
            for name in ("entered", "left"):
                counts[name] += int(str(moves.result[name]))
            sets.append(moves)
        return combine([*sets, self.guard], result=counts)

    def _rows(
        self, ids: Sequence[CustomerId], asks: Mapping[CustomerId, Ask]
    ) -> Mapping[CustomerId, tuple[Row, datetime | None]]:
        """Return the row of each customer, and when it may be another one by time alone."""
        wanted = [self.rules[id_] for id_ in sorted({s for a in asks.values() for s in a.segments})]
        own = tuple(dict.fromkeys(held for rule in wanted for held in rule.own))
        needs = Needs.total(rule.needs for rule in wanted)
        profiles = list(read_profiles(self.store, ids).values())
        loaded = load_customers(self.store, profiles, needs, at=self.at, secret=self.setting.secret)
        currency = self.setting.schema.currency
        return {
            id_: (row_of(known, own, as_of=self.at, currency=currency), next_change(known, self.at))
            for id_, known in loaded.items()
        }

    def _found(self, ask: Ask, known: tuple[Row, datetime | None] | None) -> Mapping[str, Recheck]:
        """Return what each segment says; who goes by this id no more is in none of them."""
        if known is None:
            return {id_: Recheck(value=False) for id_ in self.rules}
        row, changes_at = known
        return {id_: self._recheck(self.rules[id_], row, changes_at) for id_ in ask.segments}

    def _recheck(self, rule: _Rule, row: Row, changes_at: datetime | None) -> Recheck:
        found = recheck(
            rule.whole.rule, row, schema=self.setting.schema, as_of=self.at, tz=self.setting.tz
        )
        dated = rule.needs != Needs()
        # What a field of a plugin rests on nobody knows: it is asked by every refresh.
        unknown = self.at + _MOMENT if rule.own else None
        instants = (found.at, changes_at if dated else None, unknown)
        at = min((instant for instant in instants if instant is not None), default=None)
        return Recheck(value=found.value, at=at and max(at, self.at + _MOMENT))


def questions_of(store: Store, setting: Setting, *, at: datetime) -> Questions:
    """Return all saved segments, ready to be asked at an instant."""
    known = read_segments(store)
    schema = setting.schema.with_segments(known.rules)
    fit, misfits = [], {}
    for held in known.saved:
        remarks = check(expanded(held.rule, schema), schema)
        if any(remark.severity == "error" for remark in remarks):
            misfits[held.id] = held
        else:
            fit.append(held)
    return Questions(
        store=store, setting=setting, at=at, version=known.version,
        rules={held.id: _rule(held, schema, setting) for held in fit}, misfits=misfits,
    )  # fmt: skip


def _rule(held: SavedSegment, schema: Schema, setting: Setting) -> _Rule:
    whole = Segment(expanded(held.rule, schema))
    own = setting.named([whole])
    return _Rule(
        asked=AskedSegment(
            id=held.id, name=held.name, definition=Segment(held.rule).id, effects=held.effects
        ),
        whole=whole,
        own=own,
        needs=needs_of(whole, own),
        basis=digest([whole.id, setting.tz, schema.currency]),
    )
