"""Child: the program that is killed: does act after act and acknowledges each on its output."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from ecrm_core.crm import Crm
from ecrm_core.errors import StorageUnavailable
from ecrm_core.kernel import Emit, instant_text
from tests.killing.acts import START, STEP, Script
from tests.places import open_target

CUT_OFF = 7
"""How the program ends when its store says that it is gone."""


def main(target: str, script: Script, first: int) -> None:
    """Go on from the first act for ever; a line for each effect taken over, and each act done."""
    with closing(open_target(target)) as store:
        crm, number = Crm(store), first

        def take(emit: Emit) -> None:
            print("took", instant_text(START + number * STEP), emit.key, flush=True)

        while True:
            try:
                script.do(crm, number, take)
            except StorageUnavailable as error:
                sys.exit(CUT_OFF if error.code == "gone" else f"unexpected: {error.code}")
            print("done", number, flush=True)
            number += 1


if __name__ == "__main__":
    main(sys.argv[1], Script(int(sys.argv[3]), Path(sys.argv[2])), int(sys.argv[4]))
