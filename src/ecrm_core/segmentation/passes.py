"""Passes: the Python source that goes through a relation once for all MATCHES on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Context, Decimal

from attrs import field, frozen

from ecrm_core.segmentation.blocks import Block, joined
from ecrm_core.segmentation.evaluate import meant
from ecrm_core.segmentation.leaf_tests import Conditions
from ecrm_core.segmentation.number_tests import whole_test
from ecrm_core.segmentation.plain_tests import plain_test
from ecrm_core.segmentation.schema import FieldType, Relation
from ecrm_core.segmentation.terms import Aggregate, Function
from ecrm_core.segmentation.tree import (
    IsNull,
    Leaf,
    Matches,
    Rule,
    is_negated,
)
from ecrm_core.segmentation.values import after, plain

__all__ = ["Pass"]

_ADD = Context(prec=200).add


@frozen
class _Group:
    """The rows under one where, and the names of what is reckoned of them."""

    at: int
    where: Rule | None
    reckoned: dict[tuple[Function, str], str] = field(factory=dict)

    @property
    def count(self) -> str:
        """The name of the number of rows."""
        return f"n{self.at}"

    def name(self, operand: Aggregate) -> str:
        """Return the name of an aggregate; what is not counted is reckoned from now on."""
        if operand.name is None:
            return self.count
        key = operand.function, operand.name
        return self.reckoned.setdefault(key, f"a{self.at}_{len(self.reckoned)}")


@frozen
class Pass:
    """A function that goes through the rows of one relation."""

    name: str
    asked: Sequence[Matches]
    relation: Relation
    conditions: Conditions

    def lines(self) -> list[str]:
        """Return its lines; it returns a tuple with the value of each MATCHES."""
        groups: dict[Rule | None, _Group] = {}
        results = [self._result(each, _group(groups, each)) for each in self.asked]
        block = Block([where for where in groups if where is not None], self.conditions)
        body = [*self._unseen(), *block.lines()]
        for group in groups.values():
            counted = self._counted(group)
            if group.where is None:
                body += counted
            else:
                body += [f"if {block.source(group.where)}:", *_in(counted)]
        begun = [line for group in groups.values() for line in self._begun(group)]
        lines = [*begun, "for f in rows:", *_in(body), f"return ({', '.join(results)},)"]
        return self.conditions.names.function(self.name, "rows", lines)

    def _unseen(self) -> Iterator[str]:
        """Pass over what happened after ``as_of``; a row without a time is seen."""
        if self.relation.at is None:
            return
        held, times = self.relation.fields[self.relation.at], self.conditions.scope.times
        instant = held.type is FieldType.INSTANT
        until = times.as_of if instant else times.today

        def unseen(value: object) -> bool:
            at = plain(value, held.type)
            return at is not None and after(at, until)

        add = self.conditions.names.add
        usual = "type(t) is datetime and t.tzinfo is UTC" if instant else "type(t) is date"
        yield f"t = f.get({add(self.relation.at)})"
        yield f"if t > {add(until)} if {usual} else t is not None and {add(unseen)}(t): continue"

    def _begun(self, group: _Group) -> Iterator[str]:
        yield f"{group.count} = 0"
        for (function, _), name in group.reckoned.items():
            start = self.conditions.names.add(Decimal(0)) if function is Function.SUM else None
            yield f"{name} = {start}"

    def _counted(self, group: _Group) -> list[str]:
        """Return what is done with a row of the group; one is enough where none is counted."""
        if len(self.asked) == 1 and self.asked[0].having is None:
            return [f"return ({not self.asked[0].negated},)"]
        lines = [f"{group.count} += 1"]
        for of in dict.fromkeys(of for _, of in group.reckoned):
            held = self.conditions.scope.fields[of]
            lines += [
                f"x = f.get({self.conditions.names.add(held.name)})",
                f"x = {self.conditions.plain(held.type, 'x')}",
                "if x is not None:",
            ]
            for (function, field_), name in group.reckoned.items():
                if field_ == of:
                    lines.append(f" {self._step(function).format(name)}")
        return lines

    def _step(self, function: Function) -> str:
        if function is Function.SUM:
            return f"{{0}} = {self.conditions.names.add(_ADD)}({{0}}, x)"
        sign = "<" if function is Function.MIN else ">"
        return f"if {{0}} is None or x {sign} {{0}}: {{0}} = x"

    def _result(self, asked: Matches, group: _Group) -> str:
        no = "not " if asked.negated else ""
        if asked.having is None:
            return f"{no}{group.count} > 0"
        return f"{no}({joined(asked.having, lambda leaf: self._aggregate(leaf, group))})"

    def _aggregate(self, leaf: Leaf | Matches, group: _Group) -> str:
        """Return the test of an aggregate; a count and a sum are never missing."""
        if isinstance(leaf, Matches) or not isinstance(leaf.left, Aggregate):
            raise TypeError("a condition on all rows is about an aggregate")
        operand, scope = leaf.left, self.conditions.scope
        named = meant(leaf, scope.field(operand).type, scope.times)
        name = group.name(operand)
        known = operand.function in {Function.COUNT, Function.SUM}
        if isinstance(leaf, IsNull):
            return repr(leaf.negated) if known else f"({name} is{' not' * leaf.negated} None)"
        tell = whole_test if operand.name is None else plain_test
        test = tell(leaf, named, name, self.conditions.names)
        if not known:
            test = f"{name} is not None and {test}"
        return f"({'not ' * is_negated(leaf)}({test}))"


def _in(lines: Sequence[str]) -> list[str]:
    return [f" {line}" for line in lines]


def _group(groups: dict[Rule | None, _Group], asked: Matches) -> _Group:
    return groups.setdefault(asked.where, _Group(len(groups), asked.where))
