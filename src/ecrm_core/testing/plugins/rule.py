"""Rule: a quality test finds what it should, says so in a whole sentence, and never fails."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import ClassVar

from hypothesis import given

from ecrm_core.customers import SourceKey, SourceRecord, Stated, field_of
from ecrm_core.quality import Finding, Rule, check_record
from ecrm_core.quality.rule import PSEUDO_FIELDS
from ecrm_core.testing.plugins.plugged import Plugged
from ecrm_core.testing.strategies import records, values

__all__ = ["RuleContract"]

_FACT = re.compile(r"\{(\w+)")
_AT = datetime(2026, 1, 1, tzinfo=UTC)


class RuleContract(Plugged):
    """What a Rule and its test promise: set ``tools``, its id as ``name``, ``good`` and ``bad``.

    Both hold values of the field at the rule's path (one element of a list field); or whole
    SourceRecords, as a rule about more than one field needs them.
    """

    good: ClassVar[tuple[object, ...]]
    bad: ClassVar[tuple[object, ...]]

    def test_bad_values_are_found_and_good_ones_are_not(self) -> None:
        told = [[each.crashed for each in self._found(value)] for value in self.bad]
        assert [False in crashed for crashed in told] == [True] * len(self.bad)
        assert [self._found(value) for value in self.good] == [()] * len(self.good)

    def test_no_value_makes_the_test_fail(self) -> None:
        path = self._rule.path

        @self.draws
        @given(records() if path in PSEUDO_FIELDS else values(path))
        def check(value: object) -> None:
            found = self._found(value)
            assert [each.facts for each in found if each.crashed] == []
            assert found == self._found(value), "other findings the second time"

        check()

    def test_its_sentence_is_there_with_all_its_facts(self) -> None:
        named = set(_FACT.findall(" ".join(self._rule.sentences.values())))
        for finding in (each for value in self.bad for each in self._found(value)):
            assert finding.message() != finding.message_key, "no sentence"
            assert finding.message_key != self._rule.message or named <= finding.facts.keys()

    @property
    def _rule(self) -> Rule:
        return self.tools.rules[self.name]

    def _found(self, value: object) -> tuple[Finding, ...]:
        """Return what the rule says about the record, or about one that states the value."""
        if not isinstance(value, SourceRecord):
            path = self._rule.path
            held = (value,) if field_of(path).many and not isinstance(value, tuple) else value
            value = SourceRecord(SourceKey("test", "1"), {path: Stated(held, _AT, _AT)})
        report = check_record(value, self.tools.rule_set(), as_of=_AT.date())
        return tuple(each for each in report.findings if each.rule == self.name)
