"""Importing: time and weight of the package and its rooms, beside the plain packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import ecrm_core

TARGETS = [
    "ecrm_core",
    "ecrm_core.kernel",
    "ecrm_core.customers",
    "ecrm_core.merging",
    "ecrm_core.sources",
    "ecrm_core.crm",
    "attrs",
    "dateutil.relativedelta",
    "phonenumbers",
    "email_validator",
    "sqlite3",
]
CODE = """
import sys, time
began = time.perf_counter()
import {name}
print(time.perf_counter() - began, len(sys.modules))
"""


def _measure(name: str) -> tuple[float, int]:
    """Return the best of seven: milliseconds, and modules loaded beyond a bare interpreter."""
    runs = []
    for _ in range(7):
        code = CODE.format(name=name)
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        seconds, modules = out.stdout.split()
        runs.append((float(seconds) * 1000, int(modules)))
    return min(runs)


def main() -> None:
    """Print a line for each."""
    bare = _measure("sys")[1]
    for name in TARGETS:
        milliseconds, modules = _measure(name)
        print(f"{name:<24}{milliseconds:>8.1f} ms  {modules - bare:>4} modules")
    root = Path(ecrm_core.__file__).parent
    shipped = [p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    size = sum(path.stat().st_size for path in shipped) / 1000
    print(f"the package itself: {len(shipped)} files, {size:,.0f} kB")


if __name__ == "__main__":
    main()
