"""Report parts: a finding with its row, how often a rule finds something, one group of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve, field, frozen

from ecrm_core.kernel import Private, mask
from ecrm_core.quality.finding import Finding
from ecrm_core.quality.messages import render_message
from ecrm_core.quality.rule import Severity

__all__ = ["BINS", "GroupCount", "RowFinding", "RuleCount", "masked_groups"]

BINS = 10
"""How many classes the scores of rows are counted in: 0 to 0.1, ..., 0.9 to 1 inclusive."""


@frozen(kw_only=True)
class RowFinding:
    """A finding and its row: a number from 0, as the table counts them, or a customer's id."""

    row: int | str
    finding: Finding


@frozen(kw_only=True)
class RuleCount:
    """How often one rule found something: in ``rows`` of the ``asked`` rows it applied to.

    ``examples`` are masked; ``message_key`` and ``facts`` are those of the first finding.
    """

    rule: str
    severity: Severity
    rows: int
    asked: int
    examples: tuple[str, ...] = ()
    message_key: str = ""
    facts: Mapping[str, str | int] = field(factory=dict, hash=False)

    def message(self, language: str = "en") -> str:
        """Return the sentence of the first finding; UnknownName for a language without one."""
        return render_message(self.message_key or self.rule, self.facts, language=language)


@frozen(kw_only=True, repr=False)
class GroupCount(Private):
    """The rows of one source, or those one person typed, counted as a report counts all.

    ``name`` is "" for rows that do not state it. ``others`` marks the sum of the groups that are
    not told apart. ``completeness`` counts the rows a field is filled in, of ``rows``.
    """

    name: str
    others: bool = False
    rows: int
    by_severity: Mapping[Severity, int] = field(factory=dict, hash=False)
    score: float | None = None
    completeness: Mapping[str, int] = field(factory=dict, hash=False)


def masked_groups(groups: Iterable[GroupCount]) -> tuple[GroupCount, ...]:
    """Return the groups with masked names; those that would look alike are numbered in order."""
    seen: dict[str, int] = {}
    found = []
    for group in groups:
        name = mask(group.name)
        seen[name] = seen.get(name, 0) + 1
        numbered = name and seen[name] > 1
        found.append(evolve(group, name=f"{name} {seen[name]}" if numbered else name))
    return tuple(found)
