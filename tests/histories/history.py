"""History: a shop in which random things happen, and the same happenings in another shop."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path

from ecrm_core.crm import Crm
from ecrm_core.ports import Store, read_edges
from tests.histories.shop import HOMES, START

Step = Callable[[Store], object]
"""One thing that happened, as rows: applying it to another store writes the same rows."""
Watch = Callable[[str, str], AbstractContextManager[None]]
"""What goes around every merge (its two roots) and undo (what is kept, what is restored)."""


def _nobody(_one: str, _two: str) -> AbstractContextManager[None]:
    return nullcontext()


class History:
    """A shop in which random things happen; ``steps`` are what happened, edge by edge."""

    def __init__(
        self,
        crm: Crm,
        store: Store,
        seed: int,
        *,
        files: Sequence[Path] = (),
        watch: Watch = _nobody,
    ) -> None:
        self.crm, self.store, self.draw = crm, store, random.Random(seed)
        self.files, self.watch, self.now = files, watch, START
        self.steps: list[tuple[str | None, Step]] = []
        """Each step with the edge it adds or undoes, if it does."""
        self.refused: dict[tuple[str, str], tuple[datetime, bool]] = {}
        """By id and purpose when contact was last refused (True) or allowed again."""
        self.merged_at: dict[str, int] = {}
        self.ruled: dict[str, tuple[int, str, frozenset[str]]] = {}
        """By correction the number of steps before it, its customer, and all her ids then."""

    def run(self, acts: Sequence[Callable[[History], object]], length: int) -> History:
        for _ in range(length):
            self.now += timedelta(minutes=self.draw.choice([0, 1, 60]))
            self.draw.choice(acts)(self)
        return self

    def do(self, step: Step) -> None:
        """Take a step here, as it will be taken in every replay."""
        step(self.store)
        self.steps.append((None, step))

    def done(self, step: Step, *, edge: str | None = None) -> None:
        """Keep the rows of what a verb has done here already."""
        self.steps.append((edge, step))

    def letter(self) -> str:
        return self.draw.choice("abc")

    @property
    def edges(self) -> dict[str, bool]:
        """Every merge there was, and whether it stands."""
        return {row.value.id: row.value.active for row in read_edges(self.store, HOMES)}

    @property
    def active(self) -> list[str]:
        return [edge for edge, stands in self.edges.items() if stands]


def replay_without(history: History, edges: Collection[str], store: Store) -> None:
    """Write the rows of a history into another store, as if these merges had never been."""
    for edge, step in history.steps:
        if edge not in edges:
            step(store)
