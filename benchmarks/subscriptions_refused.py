"""Subscriptions: how long it takes to refuse what cannot be, for every line of the tables."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecrm_core.errors import EcrmError
from ecrm_core.subscriptions import handle
from tests.unit.subscriptions.life import BARE, START, Life
from tests.unit.subscriptions.test_bad_input import BEGUN, DEFINED, SAID

FLOOR = 1_000.0
"""Microseconds: a refusal takes less."""


def microseconds(work: Callable[[], object], *, rounds: int = 20) -> float:
    """Return the time of one refused call, the best of so many."""
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        with suppress(EcrmError):
            work()
        best = min(best, time.perf_counter() - began)
    return best * 1e6


def main() -> None:
    """Print the slowest refusal of each table."""
    state = Life().state
    tables: dict[str, list[Callable[[], object]]] = {
        "made": [made for made, _, _ in DEFINED],
        "begun": [partial(handle, None, begun, START, BARE) for begun, _, _ in BEGUN],
        "said": [partial(handle, state, said, START, BARE) for said, _, _ in SAID],
    }
    for name, works in tables.items():
        slowest = max(microseconds(work) for work in works)
        print(f"refused when {name}: {len(works)} lines, the slowest {slowest:.0f} us")
        assert slowest < FLOOR


if __name__ == "__main__":
    main()
