"""Remake: write the example migration anew, after a Kind was added or got an index.

python -m tests.shops.remake
"""

from __future__ import annotations

import subprocess
import sys

from tests.house import ROOT
from tests.postgres import server
from tests.shops.serving import ALEMBIC, FLASK

VERSIONS = ROOT / "examples" / "flask_shop" / "migrations" / "versions"


def main() -> None:
    """Replace the one migration by what Alembic finds on an empty Postgres."""
    for old in VERSIONS.glob("*.py"):
        old.unlink()
    new = ("revision", "--autogenerate", "--message", "tables", "--rev-id", "0001")
    run = FLASK.run((*ALEMBIC, *new), server().fresh())
    print(run.stdout, run.stderr, sep="\n")
    subprocess.run([sys.executable, "-m", "ruff", "format", str(VERSIONS)], check=True)


if __name__ == "__main__":
    main()
