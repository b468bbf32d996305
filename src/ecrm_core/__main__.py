"""The command: ``python -m ecrm_core demo`` (or ``ecrm demo``)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
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
    from ecrm_core.demo import run

    try:
        run(given.store, sys.stdout)
    except EcrmError as error:
        print(f"ecrm: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
