"""Saved segments: rules under names, loaded, decided, and compared before they are saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from attrs import field, frozen

from ecrm_core.kernel import ChangeSet, CustomerId
from ecrm_core.ports import Store, all_profiles, read_saved_segments
from ecrm_core.segmentation import (
    NOBODY,
    CustomerField,
    Row,
    SavedSegments,
    Schema,
    Segment,
    compile_many,
    decide_drop_segment,
    decide_rename_segment,
    decide_save_segment,
    expanded,
    fields_named,
    segment_name,
    segments_named,
)
from ecrm_core.services.identity import Act
from ecrm_core.services.marking import read_watch
from ecrm_core.services.segment_rows import Needs, load_customers, needs_of, row_of

__all__ = [
    "Difference",
    "Setting",
    "difference_of",
    "prepare_drop_segment",
    "prepare_rename_segment",
    "prepare_save_segment",
    "read_segments",
]

_PAGE = 500


@frozen(kw_only=True)
class Setting:
    """What rules are asked under: a schema without saved segments, a zone, own fields, a secret."""

    schema: Schema
    tz: str
    own: tuple[CustomerField, ...] = ()
    secret: bytes | None = field(default=None, repr=False)

    def named(self, segments: Sequence[Segment]) -> tuple[CustomerField, ...]:
        """Return those of ``own`` that one of the segments names."""
        names = set[str]().union(*(fields_named(segment.rule) for segment in segments))
        return tuple(held for held in self.own if held.name in names)


def read_segments(store: Store) -> SavedSegments:
    """Return all saved segments, behind the version of the watch that guards them."""
    watch = read_watch(store)
    saved = read_saved_segments(store)
    return SavedSegments(saved=saved, watch=watch.value, version=watch.version)


def prepare_save_segment(
    store: Store, name: str, segment: Segment | None, *, setting: Setting, act: Act, effects: bool
) -> ChangeSet:
    """Return what saving a rule under a name writes; None empties it."""
    return decide_save_segment(
        read_segments(store), name, segment, schema=setting.schema, tenant=store.tenant,
        effects=effects, by=act.by, at=act.at,
    )  # fmt: skip


def prepare_rename_segment(
    store: Store, name: str, new: str, *, setting: Setting, act: Act
) -> ChangeSet:
    """Return what renaming a saved segment writes."""
    return decide_rename_segment(
        read_segments(store), name, new, schema=setting.schema, by=act.by, at=act.at
    )


def prepare_drop_segment(store: Store, name: str, *, setting: Setting) -> ChangeSet:
    """Return what dropping a saved segment writes."""
    return decide_drop_segment(read_segments(store), name, schema=setting.schema)


# ---------------------------------------------------------------- before saving


@frozen(kw_only=True)
class Difference:
    """Who would enter and leave one segment, by id, and how many would stay in it."""

    name: str
    entering: tuple[CustomerId, ...] = ()
    leaving: tuple[CustomerId, ...] = ()
    staying: int = 0

    def __str__(self) -> str:
        """Return the counts in words."""
        return (
            f"{self.name}: {len(self.entering)} would enter, {len(self.leaving)} leave, "
            f"{self.staying} stay"
        )


def difference_of(
    store: Store,
    name: str,
    segment: Segment | None,
    *,
    setting: Setting,
    at: datetime,
    seen: Callable[[int], None] | None = None,
) -> tuple[Difference, ...]:
    """Return what saving the rule under the name would change now, in it and in all that name it.

    Both rules are asked of everybody as things stand. ``seen`` is told the number of customers
    after each page. Raises what saving would raise.
    """
    known, name = read_segments(store), segment_name(name)
    decide_save_segment(
        known, name, segment, schema=setting.schema, tenant=store.tenant, by="preview", at=at
    )
    old = known.rules
    new = {**old, name: NOBODY if segment is None else segment.rule}
    names = [name, *sorted(_users(known, name))]
    pairs = [
        tuple(
            Segment(expanded(rules.get(each, NOBODY), setting.schema.with_segments(rules)))
            for rules in (old, new)
        )
        for each in names
    ]
    found = _compared(store, [rule for pair in pairs for rule in pair], setting, at=at, seen=seen)
    before, after = found[::2], found[1::2]
    return tuple(
        Difference(name=each, entering=tuple(sorted(now - was)), leaving=tuple(sorted(was - now)),
                   staying=len(was & now))
        for each, was, now in zip(names, before, after, strict=True)
    )  # fmt: skip


def _users(known: SavedSegments, name: str) -> set[str]:
    """Return the names of all that name a segment, by a detour too."""
    found, fresh = set[str](), {name}
    while fresh:
        fresh = {held.name for held in known.saved
                 if segments_named(held.rule) & fresh} - found - {name}  # fmt: skip
        found |= fresh
    return found


def _compared(
    store: Store,
    segments: Sequence[Segment],
    setting: Setting,
    *,
    at: datetime,
    seen: Callable[[int], None] | None,
) -> list[set[CustomerId]]:
    """Return who is in each of these segments, loaded once for all of them."""
    found: dict[str, set[CustomerId]] = {str(n): set() for n in range(len(segments))}
    rules = dict(zip(found, (segment.rule for segment in segments), strict=True))
    told = compile_many(rules, setting.schema, as_of=at, tz=setting.tz)
    done = 0
    for page in _rows(store, segments, setting, at):
        for name, holds in told(row for _, row in page).items():
            found[name].update(id_ for (id_, _), held in zip(page, holds, strict=True) if held)
        done += len(page)
        if seen is not None:
            seen(done)
    return list(found.values())


def _rows(
    store: Store, segments: Sequence[Segment], setting: Setting, at: datetime
) -> Iterator[list[tuple[CustomerId, Row]]]:
    named = setting.named(segments)
    needs = Needs.total(needs_of(each, setting.named([each])) for each in segments)
    for profiles in all_profiles(store, page=_PAGE):
        loaded = load_customers(store, profiles, needs, at=at, secret=setting.secret)
        yield [
            (id_, row_of(known, named, as_of=at, currency=setting.schema.currency))
            for id_, known in loaded.items()
        ]
