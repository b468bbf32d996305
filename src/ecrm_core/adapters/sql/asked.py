"""Asked: a whole rule as SQL over the tables of a mapping; what a database cannot take is wider.

SQL of a part that only Python can decide is true of more customers than the part, never of fewer.
"""

from __future__ import annotations

from attrs import field, frozen
from sqlglot import exp

from ecrm_core.adapters.sql.conditions import condition, until
from ecrm_core.adapters.sql.mapping import SqlMapping
from ecrm_core.adapters.sql.places import Table
from ecrm_core.adapters.sql.writing import (
    TRUE,
    Sql,
    Writer,
    both,
    either,
    known,
    opposite,
    select,
    some,
)
from ecrm_core.segmentation import FieldType, Row, Schema
from ecrm_core.segmentation.evaluate import holds
from ecrm_core.segmentation.scope import Scope
from ecrm_core.segmentation.terms import Aggregate, Function, Number
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.tree import And, Compare, InSegment, Matches, Not, Op, Or, Rule, all_of

__all__ = ["Asked"]

_MANY = 64
"""Parts of an OR for which no index helps, and of which the planner is kept."""


@frozen
class Asked:
    """One question: what the names of a rule mean, at one time, in one database."""

    schema: Schema
    mapping: SqlMapping
    times: Times
    writer: Writer
    _exact: dict[tuple[int, int], bool] = field(factory=dict, init=False)

    def members(self, rule: Rule) -> Sql:
        """Return what holds of a row of the customers' table ``c`` wherever the rule does."""
        return self._kept(rule, self._customers())

    def left(self, rule: Rule) -> Rule | None:
        """Return the parts of a rule that SQL does not decide; None where it decides all."""
        if self._is_exact(rule, self._customers()):
            return None
        if isinstance(rule, And):
            return all_of(*(part for item in rule.items if (part := self.left(item)) is not None))
        return rule

    # ------------------------------------------------------------ tables

    def _customers(self) -> Table:
        held = self.mapping.customers
        return Table(
            writer=self.writer, times=self.times, currency=self.schema.currency,
            fields=self.schema.fields, columns=held.columns, alias="c", key=held.key,
        )  # fmt: skip

    def _rows(self, name: str) -> Table:
        held = self.mapping.relation(name)
        return Table(
            writer=self.writer, times=self.times, currency=self.schema.currency,
            fields=self.schema.relations[name].fields, columns=held.columns, alias="r",
            key=held.key,
        )  # fmt: skip

    # ------------------------------------------------------------ logic

    def _is_exact(self, rule: Rule, table: Table) -> bool:
        """Whether SQL decides all of a rule."""
        place = id(rule), id(table.columns)
        if place not in self._exact:
            self._exact[place] = all(self._decided(rule, table))
        return self._exact[place]

    def _decided(self, rule: Rule, table: Table) -> list[bool]:
        match rule:
            case And() | Or():
                return [self._is_exact(item, table) for item in rule.items]
            case Not():
                return [self._is_exact(rule.item, table)]
            case Matches():
                rows = self._rows(rule.relation)
                parts = [part for part in (rule.where, rule.having) if part is not None]
                return [self._is_exact(part, rows) for part in parts]
            case InSegment():
                return [False]  # put in by ``expanded``
            case _:
                return [condition(rule, table) is not None]

    def _kept(self, rule: Rule | None, table: Table) -> Sql:
        """Return what holds wherever the rule does, as a WHERE the planner is done with in time."""
        if rule is None:
            return TRUE
        if isinstance(rule, And):
            return both([self._kept(item, table) for item in _deepest_first(rule)])
        found = self._where(rule, table, wants=True)
        large = isinstance(rule, (Or, Not)) and rule.size >= _MANY
        return self.writer.unplanned(found) if large else found

    def _where(self, rule: Rule, table: Table, *, wants: bool) -> Sql:
        """Return SQL that is true wherever the rule is ``wants``, and nowhere else if exact."""
        if not wants and self._is_exact(rule, table):
            return opposite(self._where(rule, table, wants=True))
        match rule:
            case And() | Or():
                join = both if isinstance(rule, And) is wants else either
                return join(
                    [self._where(item, table, wants=wants) for item in _deepest_first(rule)]
                )
            case Not():
                return self._where(rule.item, table, wants=not wants)
            case Matches():
                return self._matches(rule, wants=wants is not rule.negated)
            case InSegment():
                return TRUE
            case _:
                found = condition(rule, table)
                return TRUE if found is None else found

    # ------------------------------------------------------------ relations

    def _matches(self, rule: Matches, *, wants: bool) -> Sql:
        rows, any_row = self._rows(rule.relation), _any_row(rule.having)
        if any_row is not None:
            wants = wants is any_row
            return self._some(rule, rows) if wants else opposite(self._surely_some(rule, rows))
        if rule.having is None or not self._is_exact(rule, rows):
            return TRUE
        of_none = self._of_none(rule, rule.having)
        found = self._group(rule, rule.having, rows, wants=not of_none)
        return found if wants is not of_none else opposite(found)

    def _some(self, rule: Matches, rows: Table) -> Sql:
        return self._exists(rule, rows, self._kept(rule.where, rows))

    def _surely_some(self, rule: Matches, rows: Table) -> Sql:
        if rule.where is None:
            return self._exists(rule, rows, TRUE)
        surely = opposite(self._where(rule.where, rows, wants=False))
        large = rule.where.size >= _MANY
        return self._exists(rule, rows, self.writer.unplanned(surely) if large else surely)

    def _exists(self, rule: Matches, rows: Table, kept: Sql) -> Sql:
        same = exp.EQ(this=self.writer.column("r", rows.key), expression=self._owner(rule))
        return some(self._from(rule), both([same, self._seen(rule, rows), kept]))

    def _group(self, rule: Matches, having: Rule, rows: Table, *, wants: bool) -> Sql:
        """Return that she has rows that are ``wants`` together; of no rows the answer is the other.

        The groups are made once for all customers, not once for each.
        """
        key = self.writer.column("r", rows.key)
        where = both([known(key.copy()), self._seen(rule, rows), self._kept(rule.where, rows)])
        groups = select([exp.Alias(this=key, alias=self.writer.name("k"))], self._from(rule), where)
        groups = groups.group_by(key.copy(), copy=False)
        groups = groups.having(self._where(having, rows, wants=wants), copy=False)
        if not self.writer.postgres:
            return both(
                [
                    known(self._owner(rule)),
                    exp.In(this=self._owner(rule), query=groups.subquery(copy=False)),
                ]
            )
        same = exp.EQ(this=self.writer.column("g", "k"), expression=self._owner(rule))
        return some(groups.subquery("g", copy=False), same)

    def _of_none(self, rule: Matches, having: Rule) -> bool:
        """Tell what the conditions on all rows come to where there are none."""
        fields = self.schema.relations[rule.relation].fields
        nothing = Scope(schema=self.schema, times=self.times, fields=fields)
        return holds(having, nothing, Row())

    def _from(self, rule: Matches) -> Sql:
        held = self.mapping.relation(rule.relation)
        return self.writer.table(held.table, held.schema, "r")

    def _owner(self, rule: Matches) -> Sql:
        of = self.mapping.relation(rule.relation).of
        return self.writer.column("c", of or self.mapping.customers.key)

    def _seen(self, rule: Matches, rows: Table) -> Sql:
        """Return that a row had happened by then; one without a time is seen."""
        at = self.schema.relations[rule.relation].at
        if at is None:
            return TRUE
        moment = rows.fields[at].type is FieldType.INSTANT
        return until(at, self.times.as_of if moment else self.times.today, rows)


def _deepest_first(rule: And | Or) -> list[Rule]:
    """Return the parts, the deepest first: what is nested at the right fills SQLite's parser."""
    return sorted(rule.items, key=lambda item: (item.depth, item.size), reverse=True)


_ANY_ROW = {
    (Op.GE, 1): True, (Op.GT, 0): True, (Op.NE, 0): True,
    (Op.LT, 1): False, (Op.LE, 0): False, (Op.EQ, 0): False,
}  # fmt: skip


def _any_row(having: Rule | None) -> bool | None:
    """Tell whether conditions on all rows ask for any row at all, or for none; None: for more."""
    if having is None:
        return True
    if not isinstance(having, Compare) or not isinstance(having.right, Number):
        return None
    counted = having.left == Aggregate(Function.COUNT)
    return _ANY_ROW.get((having.op, int(having.right.value))) if counted else None
