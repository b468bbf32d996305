"""Report: the promises of a contract as a table: which are kept, which broken, which not asked."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterator
from enum import Enum
from html import escape
from pathlib import Path

import pytest
from attrs import frozen

from ecrm_core.testing.contracts.contract import Contract

__all__ = ["ContractReport", "Outcome", "Promise", "ask", "names_of", "report"]

_LONGEST = 160
# What a test may end with: pytest's outcomes are no Exceptions.
_Skipped, _Failed = pytest.skip.Exception, pytest.fail.Exception


class Outcome(Enum):
    """What became of a promise: KEPT, BROKEN, or NOT_ASKED (a flag is not set)."""

    KEPT = "kept"
    BROKEN = "BROKEN"
    NOT_ASKED = "not asked"


@frozen(kw_only=True)
class Promise:
    """One promise: its subject, the sentence, what became of it, and why it is not kept."""

    subject: str
    sentence: str
    outcome: Outcome
    why: str = ""

    def __str__(self) -> str:
        """Show outcome, subject, sentence and reason in a line."""
        why = f" ({self.why})" if self.why else ""
        return f"{self.outcome.value:<9}  {self.subject:<11}  {self.sentence}{why}"


@frozen(kw_only=True)
class ContractReport:
    """Every promise of the class ``name``; ``str`` is the table, a notebook shows it as one."""

    name: str
    promises: tuple[Promise, ...]

    def count(self, outcome: Outcome) -> int:
        """Return how many promises came to that."""
        return sum(promise.outcome is outcome for promise in self.promises)

    @property
    def summary(self) -> str:
        """The counts in one line."""
        counts = [f"{self.count(outcome)} {outcome.value}" for outcome in Outcome]
        return f"{self.name}: {len(self.promises)} promises: {', '.join(counts)}"

    def __str__(self) -> str:
        """Return the summary and a line for each promise."""
        return "\n".join([self.summary, *map(str, self.promises)])

    def _repr_html_(self) -> str:
        rows = [
            (promise.outcome.value, promise.subject, promise.sentence, promise.why)
            for promise in self.promises
        ]
        cells = ["".join(f"<td>{escape(text)}</td>" for text in row) for row in rows]
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"<table><caption>{escape(self.summary)}</caption>{body}</table>"


def report(contract: type[Contract]) -> ContractReport:
    """Ask a class of contracts everything, each test by itself, and return what came of it.

    Tests that want fixtures of pytest beside ``tmp_path`` are not asked. Nothing is raised for a
    promise that is broken.
    """
    asked = contract()
    promises = tuple(ask(asked, name) for name in names_of(contract))
    return ContractReport(name=contract.__name__, promises=promises)


def names_of(contract: type[Contract]) -> Iterator[str]:
    """Go through the names of the tests of a class, subject by subject."""
    named = (name for base in contract.__mro__ for name in vars(base))
    return (name for name in dict.fromkeys(named) if name.startswith("test_"))


def ask(contract: Contract, name: str) -> Promise:
    """Run one test of a contract and return what became of its promise."""
    outcome, why = _run(contract, name)
    owner = next(base for base in type(contract).__mro__ if name in vars(base))
    return Promise(
        subject=owner.__name__.removesuffix("Contract").lower(),
        sentence=name.removeprefix("test_").replace("_", " "),
        outcome=outcome,
        why=why,
    )


def _run(contract: Contract, name: str) -> tuple[Outcome, str]:
    test = getattr(contract, name)
    wanted = inspect.signature(test).parameters
    try:
        with tempfile.TemporaryDirectory() as folder, contract.given(Path(folder)) as given:
            strange = sorted(wanted.keys() - given.keys())
            if strange:
                return Outcome.NOT_ASKED, f"wants the fixture {strange[0]!r}"
            test(**{argument: given[argument] for argument in wanted})
    except _Skipped as skipped:
        return Outcome.NOT_ASKED, str(skipped)
    except (Exception, _Failed) as error:  # noqa: BLE001 - whatever it does, it shows
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        return Outcome.BROKEN, said[:_LONGEST]
    return Outcome.KEPT, ""
