"""Blocks: rules about one mapping of values as Python source; what several ask for is told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from ecrm_core.segmentation.leaf_tests import Conditions
from ecrm_core.segmentation.tree import And, InSegment, Leaf, Matches, Not, Or, Rule

__all__ = ["Block", "atoms", "joined"]


def joined(rule: Rule, atom: Callable[[Leaf | Matches], str]) -> str:
    """Return a rule as an expression of its parts without AND, OR and NOT."""
    match rule:
        case And():
            return f"({' and '.join(joined(item, atom) for item in rule.items)})"
        case Or():
            return f"({' or '.join(joined(item, atom) for item in rule.items)})"
        case Not():
            return f"(not {joined(rule.item, atom)})"
        case InSegment():
            raise TypeError("a rule is expanded before it is compiled")
        case _:
            return atom(rule)


def atoms(rule: Rule) -> Iterator[Leaf | Matches]:
    """Go through the parts of a rule without AND, OR and NOT."""
    match rule:
        case And() | Or():
            for item in rule.items:
                yield from atoms(item)
        case Not():
            yield from atoms(rule.item)
        case InSegment():
            raise TypeError("a rule is expanded before it is compiled")
        case _:
            yield rule


class Block:
    """Rules over the mapping ``f`` of values by name.

    A condition that stands twice is told before, and so is a value that two of them read.
    """

    def __init__(self, rules: Iterable[Rule], conditions: Conditions) -> None:
        """Count what is asked for more than once."""
        self._conditions = conditions
        asked = Counter(atom for rule in rules for atom in atoms(rule))
        leaves = {leaf: n for leaf, n in asked.items() if not isinstance(leaf, Matches)}
        read = Counter(self._field(leaf) for leaf in leaves)
        self._values = {name: f"v{at}" for at, name in enumerate(n for n in read if read[n] > 1)}
        self._shared = {
            leaf: f"b{at}" for at, leaf in enumerate(each for each in leaves if leaves[each] > 1)
        }
        self.matches: Sequence[Matches] = [m for m in asked if isinstance(m, Matches)]

    def _field(self, leaf: Leaf) -> str:
        return self._conditions.scope.fields[leaf.left.name or ""].name

    def lines(self) -> Iterator[str]:
        """Go through the statements that stand before the expressions."""
        for field, name in self._values.items():
            yield f"{name} = f.get({self._conditions.names.add(field)})"
        for leaf, name in self._shared.items():
            yield f"{name} = {self._condition(leaf)}"

    def source(self, rule: Rule, matches: Callable[[Matches], str] | None = None) -> str:
        """Return the expression of a rule; ``matches`` gives that of a MATCHES."""

        def atom(each: Leaf | Matches) -> str:
            if isinstance(each, Matches):
                if matches is None:
                    raise TypeError("no MATCHES stands inside MATCHES")
                return matches(each)
            return self._shared.get(each) or self._condition(each)

        return joined(rule, atom)

    def _condition(self, leaf: Leaf) -> str:
        field = self._field(leaf)
        value = self._values.get(field, "v")
        first = value if value != "v" else f"(v := f.get({self._conditions.names.add(field)}))"
        return self._conditions.source(leaf, value, first)
