"""Replay other people's cases and print how many agree, one line for each file."""

import argparse
import os
import pathlib
import sys
from collections.abc import Sequence

from tests.peers.replay import Outcome, replay_folder

BESIDE = pathlib.Path(__file__).parents[3] / "shared" / "vectors"


def default_folder() -> pathlib.Path:
    """Return the folder that ECRM_VECTORS names, else the one beside the checkout."""
    return pathlib.Path(os.environ.get("ECRM_VECTORS") or BESIDE)


def main(argv: Sequence[str] | None = None) -> int:
    """Print one line for each file; return 2 when there is nothing to replay."""
    parser = argparse.ArgumentParser(prog="python -m tests.peers", description=__doc__)
    parser.add_argument("--vectors", type=pathlib.Path, metavar="DIR", default=default_folder())
    parser.add_argument("--area", metavar="NAME", help="replay this subfolder only")
    parser.add_argument("--verbose", action="store_true", help="list what does not agree")
    options = parser.parse_args(argv)
    found = False
    for outcome in replay_folder(options.vectors, area=options.area):
        found = True
        _print(outcome, verbose=options.verbose)
    if not found:
        where = options.vectors / (options.area or "")
        print(f"no vector files in {where}; name the folder with --vectors", file=sys.stderr)
    return 0 if found else 2


def _print(outcome: Outcome, *, verbose: bool) -> None:
    print(f"{outcome.name} {outcome.agreed}/{outcome.total}", flush=True)
    if not outcome.supported:
        if verbose:
            print("  not supported yet")
        return
    for case in outcome.cases:
        if not case.counted:
            verdict = "agrees, against the design" if case.agreed else "differs by design"
            print(f"  {case.id} {verdict}: {case.note}")
        elif verbose and not case.agreed:
            print(f"  {case.id} {case.note}")


if __name__ == "__main__":
    sys.exit(main())
