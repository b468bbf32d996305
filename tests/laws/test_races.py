"""Four writers at once: no cycle, no lost merge, no lost write, nothing that comes back."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.crm import Crm
from ecrm_core.ports import Tenants
from tests.places import PLACES, handles
from tests.profile import SEED, size
from tests.races.world import World
from tests.races.writers import race

WRITERS, ROUNDS_OF_A_WORLD = 4, 10


@pytest.fixture(autouse=True)
def _often() -> Iterator[None]:
    """Let threads change places much more often than usual, in the middle of a verb."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.fixture(params=PLACES)
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Tenants]]:
    """A handle for each writer on the same data, as four threads or processes would have."""
    with handles(request.param, request, tmp_path, count=WRITERS) as opened:
        yield opened


def test_writers_at_once_lose_nothing_and_bring_nothing_back(stores: list[Tenants]) -> None:
    draw = random.Random(SEED)
    quick = 25 if isinstance(stores[0], SqlAlchemyStore) else 200  # a database takes its time
    with ThreadPoolExecutor(WRITERS) as pool:
        for number in range(size(quick, 10_000) // ROUNDS_OF_A_WORLD):
            # A tenant for some rounds each: tables that grow for ever would only make it slow.
            world = World([Crm(handle, tenant=f"shop {number}") for handle in stores], draw)
            for _ in range(ROUNDS_OF_A_WORLD):
                race(pool, world)
                world.check()
