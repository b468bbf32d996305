"""What an import loads."""

import importlib.util
import subprocess
import sys

import pytest

LIGHT = ["", "kernel", "customers", "quality", "timeline", "segmentation", "subscriptions"]
HEAVY = {
    "asyncio",
    "email_validator",
    "numpy",
    "phonenumbers",
    "rapidfuzz",
    "socket",
    "sqlite3",
    "ssl",
}
PROBE = "import sys; before = set(sys.modules); import {}; print(*(set(sys.modules) - before))"


def _existing(rooms: list[str]) -> list[str]:
    names = [f"ecrm_core.{room}".rstrip(".") for room in rooms]
    return [name for name in names if importlib.util.find_spec(name)]


def _loaded_by(module: str, cwd: object) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", PROBE.format(module)],
        capture_output=True,
        check=False,
        cwd=str(cwd),
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return {name.partition(".")[0] for name in run.stdout.split()}


@pytest.mark.parametrize("module", _existing(LIGHT))
def test_a_light_room_loads_nothing_heavy(module: str, tmp_path: object) -> None:
    assert _loaded_by(module, tmp_path) & HEAVY == set()


@pytest.mark.parametrize("module", ["sqlite3", "asyncio"])
def test_the_probe_sees_what_an_import_loads(module: str, tmp_path: object) -> None:
    assert module in _loaded_by(module, tmp_path)
