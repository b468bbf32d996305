"""The laws of the page stand in the tests by their numbers, and the dice know every command."""

from __future__ import annotations

import re

import pytest

from ecrm_core.subscriptions import LIFECYCLE
from tests.house import ROOT
from tests.subscription_draws import COMMANDS

_FILES = [
    *ROOT.glob("tests/laws/test_subscription*.py"),
    *ROOT.glob("tests/unit/subscriptions/test_*.py"),
    *ROOT.glob("tests/unit/services/test_*.py"),
    ROOT / "tests/subscription_laws.py",
]
_NAMED = re.compile(r'"""((?:L\d+(?:, )?)+): ')


def _named() -> set[str]:
    """The numbers at the beginning of the docstrings of tests and laws."""
    found = (_NAMED.findall(path.read_text()) for path in _FILES)
    return {number for names in found for name in names for number in name.split(", ")}


@pytest.mark.parametrize("law", [f"L{number}" for number in range(1, 17)])
def test_each_of_the_sixteen_laws_is_named_where_it_is_tested(law: str) -> None:
    assert law in _named()


def test_the_dice_draw_every_command_of_the_lifecycle() -> None:
    assert COMMANDS.keys() == LIFECYCLE.keys()
