"""Leaf tests: the Python source of one condition: the usual types at once, others as evaluated.

Every test is exact: where a type could bring a surprise (a subclass, another zone, NaN, a number
too fine to be kept) the value is read, and the condition told, as ``evaluate`` does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from ecrm_core.segmentation.constants import Constants
from ecrm_core.segmentation.evaluate import condition_holds, meant
from ecrm_core.segmentation.number_tests import (
    USUAL_FLOAT,
    float_guard,
    float_test,
    whole_range,
    whole_test,
)
from ecrm_core.segmentation.plain_tests import is_ordered, plain_test
from ecrm_core.segmentation.schema import FieldType
from ecrm_core.segmentation.scope import Scope
from ecrm_core.segmentation.terms import Aggregate, FieldRef
from ecrm_core.segmentation.tree import Compare, In, IsNull, Leaf, is_negated
from ecrm_core.segmentation.values import Plain, plain

__all__ = ["Conditions"]

_ASCII = "({0} if {0}.isascii() else nfc({0}))"
_UTC = "type({0}) is datetime and {0}.tzinfo is UTC"


@frozen
class Conditions:
    """The source of conditions in a scope; the values they need go among the constants."""

    scope: Scope
    names: Constants
    brief: bool = False
    """Whether there are so many that a test of its own for each would take long to make."""

    def source(self, leaf: Leaf, value: str, first: str) -> str:
        """Return the test of a field's value as it stands in a row, true or false.

        ``value`` is the name it has, ``first`` what gives it that name where it is read first.
        """
        kind, negated = self.scope.field(leaf.left).type, is_negated(leaf)
        missing = (not leaf.negated) if isinstance(leaf, IsNull) else negated
        if kind is FieldType.UNKNOWN:
            return repr(missing)
        named = meant(leaf, kind, self.scope.times)
        if kind is FieldType.BOOLEAN and isinstance(leaf, Compare) and not is_ordered(leaf):
            return f"({first} is{' not' * negated} {named[0]!r})"
        no = "not " if negated else ""
        text = ""
        if isinstance(leaf.left, FieldRef) and not self.brief:
            for guard, test in self._usual(leaf, kind, named, value):
                text += f"{no}({test}) if {guard.replace(value, first, 1)} else "
                first = value
        slow = self.names.add(_as_told(leaf, self.scope, kind, named))
        no_value = f"{first} is None or" if missing else f"{first} is not None and"
        return f"({text}{no_value} {slow}({value}))"

    def _usual(
        self, leaf: Leaf, kind: FieldType, named: Sequence[Plain], value: str
    ) -> Iterator[tuple[str, str]]:
        """Go through the types tested at once: what tells a type, and the positive test."""
        if isinstance(leaf, IsNull):
            yield from self._missing(kind, value)
            return
        match kind:
            case FieldType.TEXT | FieldType.ID:
                yield f"type({value}) is str", self._text(leaf, named, value)
            case FieldType.INTEGER | FieldType.NUMBER:
                if kind is FieldType.NUMBER:
                    guard = float_guard(leaf, named).format(value)
                    test = float_test(leaf, named, value, self.names)
                    yield f"type({value}) is float and {guard}", test
                yield f"type({value}) is int", whole_test(leaf, named, value, self.names)
            case FieldType.MONEY:
                test = plain_test(leaf, named, f"{value}.amount", self.names)
                yield f"type({value}) is Money", f"{self._ours(value)} and {test}"
            case FieldType.DATE:
                yield f"type({value}) is date", plain_test(leaf, named, value, self.names)
            case FieldType.INSTANT:
                yield _UTC.format(value), plain_test(leaf, named, value, self.names)
            case FieldType.LIST:
                for sort in ("tuple", "list"):
                    test = f"has_text({value}, {self.names.add(named[0])})"
                    yield f"type({value}) is {sort}", test

    def _missing(self, kind: FieldType, value: str) -> Iterator[tuple[str, str]]:
        """Go through the usual types of a field, and what tells that a value of it is missing."""
        match kind:
            case FieldType.MONEY:
                yield f"type({value}) is Money", f"not {self._ours(value)}"
            case FieldType.INSTANT:
                yield _UTC.format(value), "False"
            case FieldType.LIST:
                yield f"type({value}) is tuple", f"no_text({value})"
                yield f"type({value}) is list", f"no_text({value})"
            case FieldType.INTEGER | FieldType.NUMBER:
                yield f"type({value}) is int", f"not ({whole_range(value, None, None, self.names)})"
                if kind is FieldType.NUMBER:
                    yield f"type({value}) is float and {USUAL_FLOAT.format(value)}", "False"
            case FieldType.TEXT | FieldType.ID | FieldType.BOOLEAN | FieldType.DATE:
                yield f"type({value}) is {_TYPES[kind]}", "False"

    def _ours(self, value: str) -> str:
        return f"{value}.currency == {self.names.add(self.scope.schema.currency)}"

    def _text(self, leaf: Leaf, named: Sequence[Plain], value: str) -> str:
        if is_ordered(leaf) or not isinstance(leaf, (Compare, In)):
            return plain_test(leaf, named, _ASCII.format(value), self.names)
        # A text that is the same is in NFC, as what the rule names is.
        if all(map(_comes_from_itself, named)):
            return plain_test(leaf, named, value, self.names)
        test = plain_test(leaf, named, "{0}", self.names)
        other = test.format(f"nfc({value})")
        return f"{test.format(value)} or not {value}.isascii() and {other}"

    def plain(self, kind: FieldType, value: str) -> str:
        """Return what brings a field's value to its one form: None for a missing one."""
        currency = self.scope.schema.currency
        slow = self.names.add(lambda told: plain(told, kind, currency=currency))
        told = f"None if {value} is None else {slow}({value})"
        if kind is FieldType.MONEY:
            ours = f"{value}.amount if {self._ours(value)} else None"
            return f"({ours}) if type({value}) is Money else {told}"
        if kind is FieldType.INSTANT:
            return f"{value} if {_UTC.format(value)} else {told}"
        return told


def _comes_from_itself(text: str) -> bool:
    """Whether no other text has it as its NFC: ASCII has but three signs that others become."""
    return text.isascii() and not any(sign in text for sign in "K;`")


_TYPES = {FieldType.TEXT: "str", FieldType.ID: "str", FieldType.BOOLEAN: "bool",
          FieldType.DATE: "date"}  # fmt: skip


def _as_told(
    leaf: Leaf, scope: Scope, kind: FieldType, named: Sequence[Plain]
) -> Callable[[object], bool]:
    operand = leaf.left
    if isinstance(operand, Aggregate):
        raise TypeError("an aggregate has no value in a row")

    def told(value: object) -> bool:
        return condition_holds(leaf, scope.told(operand, value), kind, named)

    return told
