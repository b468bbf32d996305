"""The scripts in examples run alone, and print what is expected of them."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

from tests.house import ROOT

SCRIPTS = sorted(path.name for path in (ROOT / "examples").glob("*.py"))
SAYS = {
    "celery_renewals.py": ("charge 300.00 EUR", "0 request keys"),
    "contract_year.py": (
        "declined: charge/4/0",
        "paid after all: retry/4/0.1",
        "2026-10-31  mail: notice term_ending -> email",
        "Cancel: non_renewing",
        "sales: withdrawal call",
        "requested 240.00",
        "nothing is wrong",
    ),
    "cron_renewals.py": (
        "1 charges, 0 notices, 0 tasks; delivered 1, to be tried again 0",
        "0 charges, 1 notices, 2 tasks; delivered 2, to be tried again 1",
        "exit code 1",
        "mail: term_ending",
    ),
    "first_customers.py": (
        "shop: 2 rows = 2 accepted",
        "under one address: 2",
        "shopify/1 yes: marketing by email was granted on 2026-05-01",
        "shopify/2 no: nobody has granted marketing by email",
        "two again: True",
    ),
    "webhook_flask_like.py": (
        "({'accepted': 1, 'replayed': False}, 200)",
        "({'accepted': 1, 'replayed': True}, 200)",
        "({'error': 'bad_signature'}, 401)",
        "({'error': 'not_json', 'path': '$'}, 400)",
        "1 customer",
    ),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_runs_in_an_empty_folder(script: str, tmp_path: pathlib.Path) -> None:
    command = [sys.executable, "-W", "error", "-X", "utf8", str(ROOT / "examples" / script)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, encoding="utf-8")
    assert (run.returncode, run.stderr) == (0, "")
    assert [text for text in SAYS[script] if text not in run.stdout] == []


def test_every_script_is_expected_to_say_something() -> None:
    assert set(SAYS) == set(SCRIPTS)
