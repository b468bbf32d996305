"""Peers: Splink and dedupe in an environment of their own, each run a process of its own.

Splink is run by the runners of ECRM_PEERS (default: ../shared/peers/matching) as they are, with
the settings of Splink's own examples; ``NAME_wide`` compares more pairs. dedupe learns from labels,
so its row is no measure of a run without any.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.matching.data import CACHE, DATA, FILES, PEERS, generated

PACKAGES = {
    "splink": ("splink", "duckdb", "pandas", "pyarrow", "scipy"),
    "dedupe": ("dedupe", "BTrees<6"),  # from 6 on it lacks what dedupe's index asks of it
}
WIDE = ("fake_1000", "historical_half")
CUTS = ("0.9", "best")  # Splink has no default cut; its examples take 0.9 or 0.95
_LONGEST = 3600.0
_SPLINK = {"family_name": "surname", "birth_date": "dob"}  # the columns its runner reads


class Absent(Exception):
    """A peer that cannot be run here, and why."""


def python_of(peer: str) -> Path:
    """Return the Python of a peer's environment, which is made when first asked for."""
    home = CACHE / f"env-{peer}"
    python = home / "bin" / "python"
    if (home / "ready").exists():
        return python
    print(f"making an environment for {peer}: {' '.join(PACKAGES[peer])}", file=sys.stderr)
    _run([sys.executable, "-m", "venv", "--clear", str(home)])
    _run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES[peer]])
    (home / "ready").touch()
    return python


def splink_runs(name: str) -> Sequence[tuple[str, ...]]:
    """Return the runners and arguments that measure Splink on a set; none: it has no settings."""
    if name in FILES:
        names = (name, f"{name}_wide") if name in WIDE else (name,)
        return [("splink_labelled.py", each) for each in names]
    if "-whole" in name:
        return []  # its settings compare parts of names
    path = str(generated(name))
    if not name.startswith("people_"):
        return [("splink_scale.py", _plain(path), "--profile", "wide")]
    return [("splink_scale.py", path), ("splink_scale.py", path, "--profile", "wide")]


def splink(*run: str) -> dict[str, object]:
    """Run Splink once; return its row of the tables. Raises Absent."""
    script = PEERS / run[0]
    if not script.exists():
        raise Absent(f"no {script.name} (set ECRM_PEERS)")
    told = _json([str(python_of("splink")), str(script), *run[1:]])
    wide = "wide" in " ".join(run)
    clusters: Mapping[str, Mapping[str, object]] = told["clusters"]  # type: ignore[assignment]
    pairs: Mapping[str, object] = told["pairwise"]  # type: ignore[assignment]
    held = clusters[CUTS[0]]
    best = clusters[CUTS[1]]
    return {
        "engine": "splink wide" if wide else "splink", "rows": told["rows"],
        "seconds": told["total_s"], "peak_mb": told["peak_rss_mb"],
        "default": pairs["at_0.9"], "best": pairs["best"],
        "clusters": {"pairs": held["pairs"], "b3": held["b3"], "exact": held["exact_ge2"],
                     "largest": held["largest_pred"], "largest_true": held["largest_true"],
                     "best_f1": best["pairs"]["f1"]},  # type: ignore[index]
    }  # fmt: skip


def dedupe(name: str) -> dict[str, object]:
    """Run dedupe on the restaurants; return its row of the tables. Raises Absent."""
    script = Path(__file__).with_name("dedupe_run.py")
    return _json([str(python_of("dedupe")), str(script), str(DATA / FILES[name][0])])


def splink_realtime(path: Path) -> dict[str, object]:
    """Ask Splink for one record against those of a file. Raises Absent."""
    script = PEERS / "splink_realtime.py"
    if not script.exists():
        raise Absent(f"no {script.name} (set ECRM_PEERS)")
    return _json([str(python_of("splink")), str(script), str(path)])


def _plain(path: str) -> str:
    """Return a file of ours with the columns Splink's runner knows."""
    from pyarrow import parquet

    plain = Path(path).with_suffix(".splink.parquet")
    if not plain.exists():
        table = parquet.read_table(path).drop_columns(["kana", "area"])
        names = [_SPLINK.get(name, name) for name in table.column_names]
        parquet.write_table(table.rename_columns(names), plain)
    return str(plain)


def _json(command: Sequence[str]) -> dict[str, object]:
    told: dict[str, object] = json.loads(_run(command).splitlines()[-1])
    return told


def _run(command: Sequence[str]) -> str:
    environment = {**os.environ, "ER_DATA": str(DATA)}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=_LONGEST, env=environment)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Absent(f"{type(error).__name__} from {Path(command[1]).name}") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise Absent(f"{' '.join(map(_short, command[:4]))} failed: {last[:200]}")
    return done.stdout


def _short(part: str) -> str:
    return Path(part).name
