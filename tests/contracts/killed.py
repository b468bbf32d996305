"""The program that is killed: applies set after set, and acknowledges each on its output."""

import sys

from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.kernel import ABSENT, ChangeSet, Expect, Put
from ecrm_core.testing.contracts.sample import THINGS, Thing, things

ROWS = 60


def main(path: str) -> None:
    with SqliteStore(path) as opened:
        store = opened.tenant("main")
        while True:
            head = store.get_many(THINGS, [("head", "")]).get(("head", ""))
            number = int(head.value.note) + 1 if head else 0
            names = [f"{number:06}-{at}" for at in range(ROWS)]
            marker = Put(THINGS, Thing(source="head", name="", note=str(number)))
            expect = Expect(THINGS, ("head", ""), head.version if head else ABSENT)
            puts = (*things(names, note="x" * 500), marker)
            store.apply(ChangeSet(puts=puts, expects=(expect,)))
            print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
