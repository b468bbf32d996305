"""Run: the whole show, from generated files to what is due, in a store that stays."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Final, TextIO

from ecrm_core.crm import Crm
from ecrm_core.demo.scene import Scene, Step
from ecrm_core.demo.shop import PEOPLE, SEED, TODAY, generate
from ecrm_core.demo.state import state_of
from ecrm_core.demo.steps import (
    how_good_is_it,
    merge_and_undo,
    merge_the_certain,
    one_customer,
    renew,
    take_files_in,
    where_to_look,
    who_is_in_them,
    who_may_be_written_to,
)
from ecrm_core.kernel import FixedClock

__all__ = ["STEPS", "run"]

STEPS: Final[tuple[Step, ...]] = (
    take_files_in,
    how_good_is_it,
    merge_the_certain,
    one_customer,
    who_may_be_written_to,
    merge_and_undo,
    who_is_in_them,
    renew,
)
"""The parts of the show, in order."""
_NOW: Final = datetime.combine(TODAY, time(3), UTC)


def run(
    store: Path, out: TextIO, folder: Path | None = None, *, seed: int = SEED, people: int = PEOPLE
) -> None:
    """Show the main jobs on a generated shop; a second run changes nothing.

    ``folder`` gets the shop's files (default: beside the store, under its name). Today is taken to
    be the day the shop was made for, so that every run prints the same.
    """
    shop = generate(seed=seed, people=people)
    scene = Scene(shop=shop, folder=folder or store.with_suffix(""), out=out)
    clock = FixedClock(_NOW)
    with Crm.open(store, region="KR", tz="Asia/Seoul", currency="KRW", clock=clock) as crm:
        _write_files(scene)
        before = state_of(crm)
        for step in STEPS:
            step(crm, scene)
        changed = state_of(crm) != before
        where_to_look(scene, store, changed=changed)


def _write_files(scene: Scene) -> None:
    scene.folder.mkdir(parents=True, exist_ok=True)
    for name, content in scene.shop.files.items():
        (scene.folder / name).write_bytes(content)
