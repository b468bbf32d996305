"""The command ``ecrm`` (or ``python -m ecrm_core``); without the extra ``cli`` it is the demo."""

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
    """Run one command and return its exit code (see ``ecrm --help``)."""
    try:
        import click  # noqa: F401 - the extra is asked for, not used here
    except ModuleNotFoundError:
        return _demo_alone(arguments)
    from ecrm_core.cli import main as command

    return command(arguments)


def _demo_alone(arguments: Sequence[str] | None) -> int:
    """Run the demo, which needs nothing besides the library."""
    note = "the other commands come with: pip install 'ecrm_core[cli]'"
    parser = argparse.ArgumentParser(prog="ecrm", epilog=note)
    parser.add_argument("command", choices=["demo"], help="go through the library")
    parser.add_argument("--store", type=Path, default=Path("ecrm-demo.db"))
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
