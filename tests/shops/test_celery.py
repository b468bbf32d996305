"""The Celery example: a real beat sends its task, and a real worker charges once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from ecrm_core import Crm, Money
from ecrm_core.sources import shopify
from ecrm_core.subscriptions import Plan
from tests.house import ROOT
from tests.postgres import PostgresUnavailableError, server
from tests.profile import size

# The example with a broker of files, for two processes of one machine, and every second.
QUICK = """
import celery_renewals

app = celery_renewals.app
app.conf.broker_transport_options = {
    "data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "queue"
}
app.conf.beat_schedule["renewals"]["schedule"] = 0.5
"""
COMMAND = [
    sys.executable, "-m", "celery", "--app", "quick", "worker", "--beat", "--pool", "solo",
    "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat",
]  # fmt: skip
RUNS = 3
PATIENCE = 60  # seconds


def store_of(database: str, folder: Path) -> str:
    """Return a path or a URL, where there is such a database."""
    if database == "sqlite":
        return str(folder / "shop.db")
    try:
        return server().fresh()
    except PostgresUnavailableError as error:
        pytest.skip(str(error))


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgres"][: size(1, 2)])
def test_beat_sends_the_renewals_and_a_worker_runs_them(database: str, tmp_path: Path) -> None:
    store = store_of(database, tmp_path)
    (tmp_path / "quick.py").write_text(QUICK, encoding="utf-8")
    (tmp_path / "queue").mkdir()
    with Crm.open(store, tz="Asia/Seoul") as crm:
        people = b'[{"id": 1, "email": "ann@example.com"}]'
        crm.ingest(shopify.read(people, received_at=crm.now()))
        plan = Plan(id="care", price=Money("300.00", "EUR"), cadence="P1Y")
        day = crm.now().date() - timedelta(days=1)  # what begins today is due at nine
        crm.subscribe("shopify/1", plan, starts_on=day, billed_through=day)
    settings = {
        "SHOP_STORE": store,
        "SHOP_BROKER": "filesystem://",
        "PYTHONPATH": str(ROOT / "examples"),
    }
    lines: list[str] = []
    with subprocess.Popen(
        COMMAND, cwd=tmp_path, env=os.environ | settings, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as process:  # fmt: skip
        late = threading.Timer(PATIENCE, lambda: os.killpg(process.pid, signal.SIGKILL))
        late.start()
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            if sum("succeeded" in line for line in lines) == RUNS:
                process.terminate()
        late.cancel()
    told = "".join(lines)
    assert told.count("Sending due task renewals") >= RUNS, told
    assert told.count("charge 300.00 EUR") == 1, told
    assert "ann@example.com" not in told
