"""Segments: who is in one, and why, a page of customers at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice

from attrs import evolve, field, frozen

from ecrm_core.customers import Profile, SourceKey
from ecrm_core.errors import MissingError
from ecrm_core.kernel import CustomerId
from ecrm_core.ports import Store, all_profiles, read_profiles
from ecrm_core.segmentation import (
    CustomerField,
    Explanation,
    Loaded,
    Row,
    Schema,
    Segment,
    compile_record,
    expanded,
    fields_named,
    next_change,
)
from ecrm_core.services.identity import group_of
from ecrm_core.services.segment_rows import Needs, load_customers, needs_of, row_of

__all__ = ["Question", "explain_member", "segment_members", "segment_rows"]

_PAGE = 500


@frozen(kw_only=True, slots=False)
class Question:
    """A segment to be asked under a schema, at an instant, in a zone.

    ``own`` are the fields of the schema that are not standard: of them the named ones are read.
    ``secret`` is that of the shop, for refusals that outlived an erasure.
    """

    segment: Segment
    schema: Schema
    as_of: datetime
    tz: str
    own: tuple[CustomerField, ...] = ()
    secret: bytes | None = field(default=None, repr=False)

    @cached_property
    def whole(self) -> Segment:
        """The segment with the rules of the others it names in their places."""
        return Segment(expanded(self.segment.rule, self.schema))

    @property
    def named(self) -> tuple[CustomerField, ...]:
        """Those of ``own`` that the segment names, or another one that it names."""
        names = fields_named(self.whole.rule)
        return tuple(held for held in self.own if held.name in names)


def segment_members(
    store: Store, question: Question, *, seen: Callable[[int], None] | None = None
) -> tuple[CustomerId, ...]:
    """Return the ids of all members, sorted; the segment is checked already.

    ``seen`` is told the number of customers after each page.
    """
    found: list[CustomerId] = []
    total = 0
    holds = compile_record(
        question.segment.rule, question.schema, as_of=question.as_of, tz=question.tz
    )
    for page in all_profiles(store, page=_PAGE):
        rows = _rows(store, page, question)
        found += [id_ for id_, row in rows.items() if holds(row)]
        total += len(page)
        if seen is not None:
            seen(total)
    return tuple(sorted(found))


def segment_rows(
    store: Store,
    own: Sequence[CustomerField],
    *,
    as_of: datetime,
    currency: str | None,
    customers: Iterable[CustomerId] | None = None,
    secret: bytes | None = None,
) -> Iterator[tuple[CustomerId, Row]]:
    """Go through customers, all or some by the ids they go by, as rows with every field there is.

    Ids that are no customer's are passed over.
    """
    for page in _profiles(store, customers):
        loaded = load_customers(store, page, Needs.everything(), at=as_of, secret=secret)
        for id_, known in loaded.items():
            yield id_, row_of(known, own, as_of=as_of, currency=currency)


def _profiles(
    store: Store, customers: Iterable[CustomerId] | None
) -> Iterator[tuple[Profile, ...]]:
    if customers is None:
        yield from all_profiles(store, page=_PAGE)
        return
    ids = iter(dict.fromkeys(customers))
    while page := list(islice(ids, _PAGE)):
        yield tuple(read_profiles(store, page).values())


def explain_member(store: Store, customer: str | SourceKey, question: Question) -> Explanation:
    """Return why one customer (old ids too) is in a segment, or is not."""
    root = group_of(store, customer).root.id
    profiles = read_profiles(store, [root])
    if root not in profiles:
        raise MissingError("found no profile of the customer", code="no_customer", customer=root)
    known = _loaded(store, list(profiles.values()), question)[root]
    at = question.as_of
    found = question.segment.explain(
        _row(known, question), schema=question.schema, as_of=at, tz=question.tz
    )
    changes = next_change(known, at)  # beyond that her row is another one
    if changes is not None and found.turns_at is not None and changes < found.turns_at:
        return evolve(found, turns_at=None)
    return found


def _rows(
    store: Store, profiles: Sequence[Profile], question: Question
) -> Mapping[CustomerId, Row]:
    """Return the rows of a page of customers, by root."""
    loaded = _loaded(store, profiles, question)
    return {id_: _row(known, question) for id_, known in loaded.items()}


def _loaded(
    store: Store, profiles: Sequence[Profile], question: Question
) -> Mapping[CustomerId, Loaded]:
    needs = needs_of(question.whole, question.named)
    return load_customers(store, profiles, needs, at=question.as_of, secret=question.secret)


def _row(known: Loaded, question: Question) -> Row:
    currency = question.schema.currency
    return row_of(known, question.named, as_of=question.as_of, currency=currency)
