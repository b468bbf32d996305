"""The net: every broken variant of the room is caught by a law, within a few histories."""

from __future__ import annotations

import pytest

from ecrm_core.errors import EcrmError
from ecrm_core.subscriptions import Cancel
from tests.laws.test_subscription_money import Billed
from tests.profile import SEED, size
from tests.subscription_histories import History, history
from tests.subscription_laws import FAR, LAWS
from tests.subscription_mutants import MUTANTS, mutated


def _money(told: History) -> None:
    """L8: what is charged and given back is what an oracle of its own finds for the days."""
    billed = Billed(told.seed)
    billed.lived()
    assert billed.tried(Cancel.now(credit=True))
    assert billed.paid == billed.oracle.owed(billed.today)


def _caught(number: int) -> str | None:
    """Return the law that a history breaks, or "stopped" when it does not even go on."""
    law = None
    try:
        told = history(SEED * 1_000_000 + number)
        for law in LAWS:
            if law not in FAR or number % 4 == 0:
                law(told)
        law = _money
        _money(told)
    except (AssertionError, EcrmError):
        return law.__name__ if law else "stopped"
    return None


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_variant_is_caught(mutant: str) -> None:
    with mutated(mutant):
        caught = next(filter(None, map(_caught, range(size(400, 4_000)))), None)
    assert caught is not None


def test_nothing_is_caught_where_nothing_is_broken() -> None:
    assert not any(map(_caught, range(size(20, 2_000))))
