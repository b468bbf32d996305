"""Told: what is out with the customer or with sales, and may have to be taken back."""

from __future__ import annotations

from datetime import date

from attrs import frozen

__all__ = ["Told", "without_told"]


@frozen(kw_only=True)
class Told:
    """A notice or a task that was given, and of what it speaks.

    ``mark`` says for which cycle and rule, ``name`` is how action keys end. ``on`` is the day it
    was given, ``reference_on`` the day it speaks of and ``follows`` what it says comes then.
    ``sent`` tells that the host reported it sent, ``escalated`` that somebody else was told.
    ``holds_from`` is the first day that is not billed, nor renewed, before it is sent. ``missed``
    tells that it was not given: its day had passed, and only another day brings it again.
    """

    mark: str
    name: str
    on: date
    reference_on: date
    to: str
    task: bool = False
    follows: str | None = None
    sent: bool = False
    escalated: bool = False
    holds_from: date | None = None
    missed: bool = False

    @property
    def cycle(self) -> str:
        """The cycle in its keys: "t0", "c3.0", "trial"."""
        return self.name.partition("/")[0]

    @property
    def ordinal(self) -> str:
        """The rest of its name: the rule, and a number where it came again."""
        return self.name.partition("/")[2]

    @property
    def rule(self) -> str:
        """The rule it was made by."""
        return self.mark.rpartition("/")[2]


def without_told(out: tuple[Told, ...], gone: frozenset[str]) -> tuple[Told, ...]:
    """Return what is out without these marks."""
    return tuple(told for told in out if told.mark not in gone) if out else out
