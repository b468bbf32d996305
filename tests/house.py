"""What the tests of the house share: the modules of the package and the files of the tree."""

import ast
import functools
import importlib
import pathlib
import pkgutil
import subprocess
from types import ModuleType

import ecrm_core

ROOT = pathlib.Path(__file__).parents[1]
SRC = ROOT / "src"


@functools.cache
def modules() -> tuple[ModuleType, ...]:
    """Return every module of the package, imported, by name."""
    found = pkgutil.walk_packages(ecrm_core.__path__, "ecrm_core.")
    names = sorted(["ecrm_core", *(info.name for info in found)])
    return tuple(importlib.import_module(name) for name in names)


@functools.cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax of every source file, by its path below src."""
    return {
        path.relative_to(SRC).as_posix(): ast.parse(path.read_text(encoding="utf-8"), str(path))
        for path in sorted(SRC.rglob("*.py"))
    }


def tracked_files() -> list[pathlib.Path]:
    """Return the files git tracks or would track; nothing outside a git checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return []
    paths = [ROOT / name for name in run.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]
