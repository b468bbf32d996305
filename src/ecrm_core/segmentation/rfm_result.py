"""RFM result: the scores of many customers: to look up, to count by group, to join to a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Context, Decimal
from functools import cached_property, reduce
from typing import Final, Generic, TypeVar

from attrs import field, frozen

from ecrm_core.customers.table import Table, columns_of
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import html_table, plain_table
from ecrm_core.segmentation.labelled import labelled
from ecrm_core.segmentation.related import text_id
from ecrm_core.segmentation.rfm_groups import RfmGroup
from ecrm_core.segmentation.rfm_scores import Purchases, RfmScore, Scoring, Thresholds

__all__ = ["RFM_NAMES", "GroupCount", "Rfm"]

I = TypeVar("I")  # noqa: E741 - an id
F = TypeVar("F", bound=Table)
_ADD = Context(prec=200).add
RFM_NAMES: Final = ("rfm.recency", "rfm.frequency", "rfm.monetary", "rfm.group")
"""What a segment calls the three scores and the group."""
_COLUMNS = ("customer_id", "days", "orders", "spent", *RFM_NAMES)
_NO_SCORE = (None,) * len(RFM_NAMES)
_HEAD = ("group", "customers", "share", "orders", "spent", "share of it")


@frozen(kw_only=True)
class GroupCount:
    """One of the eleven groups: its customers, and what their orders come to."""

    group: RfmGroup
    customers: int
    orders: int
    spent: Decimal


@frozen(kw_only=True, repr=False, eq=False, slots=False)
class Rfm(Generic[I]):
    """Recency, frequency and monetary scores as of an instant; who has no order has none.

    ``purchases`` hold by id what was scored; ``unscored`` the ids of those without a score;
    ``thresholds`` where one score ends, so that one customer can be scored without the others.
    ``str`` and notebooks show the groups and no customer.
    """

    as_of: datetime
    thresholds: Thresholds
    purchases: Mapping[I, Purchases] = field(factory=dict)
    unscored: tuple[I, ...] = ()

    @classmethod
    def of(
        cls, found: Mapping[I, Purchases | None], *, scoring: Scoring, as_of: datetime
    ) -> Rfm[I]:
        """Return the scores of customers, in the order given; None stands for one without.

        DefinitionError for a scoring that is none ("rfm_cuts").
        """
        if not isinstance(scoring, Scoring):
            message = f"found {type(scoring).__name__}, expected Percentiles or Thresholds"
            raise DefinitionError(message, code="rfm_cuts")
        purchases = {id_: each for id_, each in found.items() if each is not None}
        unscored = tuple(id_ for id_, each in found.items() if each is None)
        thresholds = scoring.fit(purchases.values())
        return Rfm(as_of=as_of, thresholds=thresholds, purchases=purchases, unscored=unscored)

    @cached_property
    def scores(self) -> Mapping[I, RfmScore]:
        """The scores by id."""
        return {id_: self.thresholds.score(each) for id_, each in self.purchases.items()}

    @property
    def columns(self) -> dict[str, list[object]]:
        """The table of all scores: ``pandas.DataFrame(found.columns)``, and so in every library."""
        table: dict[str, list[object]] = {name: [] for name in _COLUMNS}
        for id_, each in self.purchases.items():
            cells = (id_, each.days, each.orders, each.spent, *_told(self.scores[id_]))
            for name, cell in zip(_COLUMNS, cells, strict=True):
                table[name].append(cell)
        return table

    def label(self, frame: F, *, key: str = "customer_id") -> F:
        """Return a table of customers with the columns of the scores; ``key`` holds their ids.

        They are called as ``rfm_fields`` calls the fields, so that one rule asks both:
        ``rfm.group = 'champions'``. None for who has no score. DefinitionError when there is no
        such key, or a column is there already.
        """
        columns = columns_of(frame)
        if key not in columns:
            message = f"found no column {key[:80]!r}, expected one with the ids of the customers"
            raise DefinitionError(message, code="column_missing", columns=[key])
        by_id = {text_id(id_): _told(score) for id_, score in self.scores.items()}
        rows = [by_id.get(text_id(cell), _NO_SCORE) for cell in columns[key]]
        return labelled(
            frame, {name: [row[at] for row in rows] for at, name in enumerate(RFM_NAMES)}
        )

    @cached_property
    def groups(self) -> tuple[GroupCount, ...]:
        """The groups somebody is in, the best first."""
        return tuple(self._counted())

    def _counted(self) -> Iterator[GroupCount]:
        held: dict[RfmGroup, list[Purchases]] = {group: [] for group in RfmGroup}
        for id_, each in self.purchases.items():
            held[self.scores[id_].group].append(each)
        for group, members in held.items():
            if members:
                yield GroupCount(
                    group=group,
                    customers=len(members),
                    orders=sum(each.orders for each in members),
                    spent=reduce(_ADD, (each.spent for each in members), Decimal(0)),
                )

    def __getitem__(self, customer: I) -> RfmScore:
        """Return the scores of one customer; KeyError where she has none."""
        return self.scores[customer]

    def __contains__(self, customer: object) -> bool:
        """Tell whether a customer has a score."""
        return customer in self.purchases

    def __len__(self) -> int:
        """Return the number of customers with a score."""
        return len(self.purchases)

    def __repr__(self) -> str:
        """Show how many have a score."""
        return f"<Rfm: {len(self)} scored, {len(self.unscored)} not>"

    def __str__(self) -> str:
        """Return the groups as a table."""
        return f"{self._caption}\n{plain_table(_HEAD, self._rows())}"

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._rows(), caption=self._caption)

    @property
    def _caption(self) -> str:
        at = self.as_of.isoformat(timespec="minutes")
        return f"{len(self)} customers with a score as of {at}, {len(self.unscored)} without"

    def _rows(self) -> list[tuple[str, ...]]:
        spent = reduce(_ADD, (each.spent for each in self.groups), Decimal(0))
        return [
            (each.group.label, str(each.customers), _share(each.customers, len(self)),
             str(each.orders), f"{each.spent.normalize():f}", _share(each.spent, spent))
            for each in self.groups
        ]  # fmt: skip


def _told(score: RfmScore) -> tuple[object, ...]:
    return score.recency, score.frequency, score.monetary, score.group.value


def _share(part: Decimal | int, whole: Decimal | int) -> str:
    return f"{Decimal(part) / Decimal(whole):.1%}" if whole else "-"
