"""The demo: what it shows is true, and a second run changes nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ecrm_core.__main__ import main


def _run(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["demo", "--store", str(path)]) == 0
    return capsys.readouterr().out


def test_rows_in_are_accepted_quarantined_or_duplicate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = _run(tmp_path / "demo.db", capsys)
    found = re.findall(r"(\d+) rows = (\d+) accepted \+ (\d+) quarantined \+ (\d+) duplicate", out)
    assert [tuple(map(int, numbers)) for numbers in found] == [
        (13, 12, 1, 0),
        (14, 12, 1, 1),
        (27, 24, 2, 1),
    ]


def test_the_export_before_the_merge_is_the_export_after_its_undo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = _run(tmp_path / "demo.db", capsys)
    before, after = re.findall(r"export (?:before|after) +([0-9a-f]{32})", out)
    assert before == after
    assert "the same, byte for byte" in out


def test_a_second_run_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = _run(tmp_path / "demo.db", capsys)
    second = _run(tmp_path / "demo.db", capsys)
    assert "This run changed the store." in first
    assert "This run changed nothing." in second
    assert "27 rows = 0 accepted + 2 quarantined + 25 duplicate" in second


def test_it_says_who_may_be_contacted_and_why_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = _run(tmp_path / "demo.db", capsys)
    assert "no  이서연: marketing by email was revoked on 2026-08-30" in out


def test_a_store_that_cannot_be_used_is_said_and_the_exit_code_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "no.db"
    path.write_text("this is a shopping list, not a store of ours " * 50, encoding="utf-8")
    assert main(["demo", "--store", str(path)]) == 1
    assert "ecrm: " in capsys.readouterr().err


@pytest.mark.parametrize(("out", "code", "says"), [("/dev/null", 0, ""), ("/dev/full", 1, "ecrm:")])
def test_what_cannot_be_shown_is_no_crash(tmp_path: Path, out: str, code: int, says: str) -> None:
    command = [sys.executable, "-m", "ecrm_core", "demo", "--store", str(tmp_path / "demo.db")]
    with Path(out).open("w") as stream:
        done = subprocess.run(
            command, stdout=stream, stderr=subprocess.PIPE, text=True, check=False,
            env=os.environ | {"PYTHONIOENCODING": "ascii"},
        )  # fmt: skip
    assert (done.returncode, done.stderr[:5]) == (code, says)
    assert "Traceback" not in done.stderr
