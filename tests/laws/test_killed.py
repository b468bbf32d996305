"""A program killed at any moment: all it acknowledged is there, and of what it did no half."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.killing.acts import Script, write_file
from tests.killing.child import CUT_OFF
from tests.killing.life import Kill, Life
from tests.places import SHARED, target
from tests.postgres import PostgresUnavailableError, make_server
from tests.profile import SEED, size

KILLS_OF_A_LIFE = 10


@pytest.mark.parametrize("place", SHARED)
def test_a_process_killed_at_work(
    place: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    _live(lambda: target(place, request, tmp_path), size(2, 200), tmp_path, _kill)


def test_a_killed_postgres(tmp_path: Path) -> None:
    """The server with all its children is killed while a program writes, and started again."""
    try:
        server = make_server()
    except PostgresUnavailableError as error:
        pytest.skip(f"no Postgres: {error}")

    def kill(child: subprocess.Popen[str]) -> None:
        server.kill()
        assert child.wait() == CUT_OFF
        server.start()

    try:
        server.start()
        _live(server.fresh, size(1, 20), tmp_path, kill)
    finally:
        server.stop()


def _live(make: Callable[[], str], kills: int, folder: Path, kill: Kill) -> None:
    draw, file = random.Random(SEED), write_file(folder / "list.csv")
    for begun in range(0, kills, KILLS_OF_A_LIFE):
        life = Life(make(), Script(draw.randrange(2**30), file))
        for _ in range(min(kills - begun, KILLS_OF_A_LIFE)):
            life.run_and_kill(draw.uniform(0, 0.3), kill)
            life.check()
        life.end()


def _kill(child: subprocess.Popen[str]) -> None:
    child.kill()
