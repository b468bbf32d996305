"""The command: ``python -m ecrm_core demo`` (or ``ecrm demo``)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from ecrm_core.errors import EcrmError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 after saying on standard error what is wrong."""
    parser = argparse.ArgumentParser(prog="ecrm", description="customers of a shop, in one file")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="twenty people in, unified, merged, undone")
    demo.add_argument(
        "--store", type=Path, default=Path("ecrm-demo.db"), help="default: %(default)s"
    )
    given = parser.parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):  # a name the terminal has no letters for is no fault
        sys.stdout.reconfigure(errors="backslashreplace")
    from ecrm_core.demo import run

    try:
        run(given.store, sys.stdout)
        sys.stdout.flush()
    except (EcrmError, OSError) as error:
        print(f"ecrm: {error}", file=sys.stderr)
        if isinstance(error, OSError):  # nobody reads on: nothing is left to be said at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
