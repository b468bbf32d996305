"""A program killed at any moment: all it acknowledged is there, and of what it did no half."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

from tests.killing.acts import Script, write_file
from tests.killing.life import Life
from tests.profile import SEED, size

KILLS_OF_A_LIFE = 10


def _kill(child: subprocess.Popen[str]) -> None:
    child.kill()


def test_a_process_killed_at_work_on_sqlite(tmp_path: Path) -> None:
    draw, file = random.Random(SEED), write_file(tmp_path / "list.csv")
    left = size(3, 200)
    while left > 0:
        life = Life(str(tmp_path / f"{left}.db"), Script(draw.randrange(2**30), file))
        for _ in range(min(left, KILLS_OF_A_LIFE)):
            life.run_and_kill(draw.uniform(0, 0.3), _kill)
            life.check()
        life.end()
        left -= KILLS_OF_A_LIFE
