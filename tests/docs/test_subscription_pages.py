"""The pages on subscriptions name every choice there is, every command, law and trouble."""

from __future__ import annotations

import re
from enum import Enum

import pytest

from ecrm_core.services import TROUBLES
from ecrm_core.subscriptions import (
    LIFECYCLE,
    AtEnd,
    CatchUp,
    ChangePolicy,
    Create,
    DunningEnd,
    IfMissed,
    Import,
    PauseMode,
    StubPolicy,
)
from tests.docs.reference_tables import page, tables

OVERVIEW = "explanation/subscriptions.md"
CHOICES = [
    (AtEnd, "explanation/terms-and-notices.md"),
    (CatchUp, "explanation/pauses.md"),
    (ChangePolicy, "explanation/proration.md"),
    (DunningEnd, "explanation/dunning.md"),
    (IfMissed, "explanation/terms-and-notices.md"),
    (PauseMode, "explanation/pauses.md"),
    (StubPolicy, "explanation/proration.md"),
]


def _named(name: str) -> list[set[str]]:
    """Return the first words of the rows of each table of a page."""
    return [{row[0].split(" ")[0] for row in rows} for rows in tables(name)]


@pytest.mark.parametrize(("choices", "name"), CHOICES, ids=str)
def test_a_table_of_choices_has_each_of_them(choices: type[Enum], name: str) -> None:
    assert set(choices.__members__) in _named(name)


def test_the_overview_names_every_command() -> None:
    asked = next(rows for rows in tables(OVERVIEW) if rows and rows[0][0] == "beginning")
    said = {word for row in asked for word in re.findall(r"\b[A-Z][a-z]\w*", row[1])}
    assert said == {command.__name__ for command in (*LIFECYCLE, Create, Import)}


def test_the_overview_has_sixteen_laws() -> None:
    laws = next(rows for rows in tables(OVERVIEW) if rows and rows[0][0] == "L1")
    assert [row[0] for row in laws] == [f"L{number}" for number in range(1, 17)]


def test_every_trouble_of_the_doctor_is_told_to_whoever_runs_it() -> None:
    told = page("how-to/renewals-from-cron.md")
    assert [code for code in TROUBLES if f"`{code}`" not in told] == []
