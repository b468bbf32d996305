"""Builder: a segment spelled in Python: ``seg.orders.where(seg.total > 100).count() >= 3``.

``&`` is AND, ``|`` is OR, ``~`` is NOT. Nothing is looked up: names and types are checked under the
schema, as those of a query are.
"""

from __future__ import annotations

from typing import Final, NoReturn

from attrs import evolve

from ecrm_core.errors import DefinitionError
from ecrm_core.segmentation.comparing import Comparable
from ecrm_core.segmentation.grouping import conjuncts, sorts_of
from ecrm_core.segmentation.segment import Segment
from ecrm_core.segmentation.terms import Aggregate, Anniversary, Bucket, FieldRef, Function, Param
from ecrm_core.segmentation.tree import InSegment, Leaf, Matches, Rule, all_of

__all__ = ["Named", "Rows", "bucket", "count", "in_segment", "param", "seg"]


class Rows:
    """The rows of a relation that some conditions leave: asked whether there are any, or how many.

    ``any``, ``none`` and ``having`` give a Segment; so do ``count``, ``sum``, ``min`` and ``max``,
    compared with a value.
    """

    __slots__ = ("_matches",)

    def __init__(self, matches: Matches) -> None:
        """Hold the relation and its conditions."""
        self._matches = matches

    def __repr__(self) -> str:
        """Show the relation, and what makes a segment of it."""
        return f"<rows of {self._matches.relation}: any(), none(), count(), sum(name), ...>"

    def where(self, *conditions: Segment) -> Rows:
        """Return the rows under these conditions too; those on counts and sums are of all rows.

        DefinitionError where one OR or NOT holds a condition of each sort.
        """
        where = list(conjuncts(self._matches.where))
        having = list(conjuncts(self._matches.having))
        for part in (part for each in conditions for part in conjuncts(each.rule)):
            (having if _of_all_rows(part) else where).append(part)
        made = evolve(
            self._matches,
            where=all_of(*where) if where else None,
            having=all_of(*having) if having else None,
        )
        return Rows(made)

    def _advise(self, *_: object) -> NoReturn:
        """Refuse to be taken for a condition, also by the operators that join conditions."""
        message = "found rows where a condition belongs, write .any(), .none() or .count() >= 3"
        raise DefinitionError(message, code="segment_condition")

    __and__ = __rand__ = __or__ = __ror__ = __invert__ = _advise

    def __bool__(self) -> bool:  # noqa: PLE0304 - it always refuses
        """Refuse: rows are neither true nor false."""
        self._advise()

    def any(self) -> Segment:
        """There is at least one such row, or as many as the conditions on counts ask."""
        return Segment(self._matches)

    def none(self) -> Segment:
        """The complement of ``any``."""
        return Segment(evolve(self._matches, negated=True))

    def count(self) -> Comparable:
        """Return how many rows there are: no row is 0."""
        return _Grouped(self._matches, Aggregate(Function.COUNT))

    def sum(self, name: str) -> Comparable:
        """Return the sum of a field: over no rows it is 0."""
        return _Grouped(self._matches, Aggregate(Function.SUM, name))

    def min(self, name: str) -> Comparable:
        """Return the least value of a field: over no rows it is missing."""
        return _Grouped(self._matches, Aggregate(Function.MIN, name))

    def max(self, name: str) -> Comparable:
        """Return the greatest value of a field: over no rows it is missing."""
        return _Grouped(self._matches, Aggregate(Function.MAX, name))


class _Grouped(Comparable):
    """A value of all rows of a relation; compared with a value it is a condition on her."""

    __slots__ = ("_matches",)

    def __init__(self, matches: Matches, left: Aggregate) -> None:
        super().__init__(left)
        self._matches = matches

    def _segment(self, leaf: Leaf) -> Segment:
        having = all_of(*conjuncts(self._matches.having), leaf)
        return Segment(evolve(self._matches, having=having))


class Named(Comparable):
    """A field or a relation by its name; dotted names are written with dots.

    As a field it is compared with a value; as a relation it has the verbs of ``Rows``.
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        """Hold the name; DefinitionError for a blank one."""
        super().__init__(FieldRef(name))
        self._name = name

    def __getattr__(self, name: str) -> Named:
        """Return the name below this one: ``seg.attributes.plan``."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Named(f"{self._name}.{name}")

    def __repr__(self) -> str:
        """Show the name."""
        return f"<seg.{self._name}>"

    # ------------------------------------------------------------ as a field

    def anniversary(self) -> Comparable:
        """Return the yearly return of a date."""
        return Comparable(Anniversary(self._name))

    # ------------------------------------------------------------ as either

    def sum(self, of: str | None = None) -> Comparable:
        """Return the sum of this field over all rows, for a condition inside ``where``.

        Of a relation, that of its field ``of``: ``seg.orders.sum("total") > 500``.
        """
        return self._total(Function.SUM, of)

    def min(self, of: str | None = None) -> Comparable:
        """Return the least value, as ``sum`` the sum."""
        return self._total(Function.MIN, of)

    def max(self, of: str | None = None) -> Comparable:
        """Return the greatest value, as ``sum`` the sum."""
        return self._total(Function.MAX, of)

    def _total(self, function: Function, of: str | None) -> Comparable:
        if of is None:
            return Comparable(Aggregate(function, self._name))
        return _Grouped(Matches(self._name), Aggregate(function, of))

    # ------------------------------------------------------------ as a relation

    @property
    def _rows(self) -> Rows:
        return Rows(Matches(self._name))

    def where(self, *conditions: Segment) -> Rows:
        """Return the rows under these conditions; see ``Rows.where``."""
        return self._rows.where(*conditions)

    def any(self) -> Segment:
        """There is at least one row."""
        return self._rows.any()

    def none(self) -> Segment:
        """There is no row."""
        return self._rows.none()

    def count(self) -> Comparable:
        """Return how many rows there are."""
        return self._rows.count()


class _Names:
    """Every name there may be: ``seg.total``, and ``seg["Total Spent"]`` for one that is no word.

    Names that are also verbs (count, sum, where, any, ...) are written in brackets too.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Named:
        """Return the field or relation of that name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Named(name)

    def __getitem__(self, name: str) -> Named:
        """Return the field or relation of that name."""
        return Named(name)

    def __repr__(self) -> str:
        """Show how it is used."""
        return "<seg: seg.total > 100>"


seg: Final = _Names()
"""The names of fields and relations, as attributes."""


def count() -> Comparable:
    """Return the number of rows, for a condition inside ``where``."""
    return Comparable(Aggregate(Function.COUNT))


def bucket(salt: str, of: str = "customer_id") -> Comparable:
    """Return the bucket, 0 to 99, a customer falls into for ever; another salt cuts anew."""
    return Comparable(Bucket(salt, of))


def in_segment(name: str) -> Segment:
    """Return those who are in another segment, by its name in the schema."""
    return Segment(InSegment(name))


def param(name: str) -> Param:
    """Return a value that ``Segment.bind`` gives later: ``:since`` in a query."""
    return Param(name)


def _of_all_rows(part: Rule) -> bool:
    sorts = set(sorts_of(part))
    if len(sorts) > 1:
        message = "found one OR or NOT over a condition on a row and one on all rows together"
        raise DefinitionError(message, code="mixed_aggregate")
    return sorts == {True}
