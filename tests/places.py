"""Places: the stores a test may run on, each opened as often as there are threads or processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.ports import Tenants

SHARED = ["sqlite", "sqlalchemy-sqlite", "postgres"]
"""Stores that several processes may open."""
PLACES = ["memory", *SHARED]


def target(place: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Make an empty place and return how a process is told of it."""
    if place == "postgres":
        return str(request.getfixturevalue("postgres").fresh())
    path = folder / f"{len(list(folder.iterdir()))}.db"
    # On a busy machine a writer may have to wait for longer than the five seconds of the driver.
    return str(path) if place == "sqlite" else f"sqlite:///{path}?timeout=60"


def open_target(told: str) -> Tenants:
    """Open a place; what a power cut would do is not asked here, so the disk is not waited for."""
    if "://" not in told:
        return SqliteStore(told, synchronous="NORMAL", busy_timeout=60)
    return SqlAlchemyStore.open(told)


@contextmanager
def handles(
    place: str, request: pytest.FixtureRequest, folder: Path, *, count: int
) -> Iterator[list[Tenants]]:
    """Open a new place several times, as so many threads or processes would."""
    if place == "memory":
        yield [MemoryStore()] * count
        return
    told = target(place, request, folder)
    with ExitStack() as stack:
        yield [stack.enter_context(closing(open_target(told))) for _ in range(count)]
