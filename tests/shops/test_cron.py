"""The cron example: started again and again, on SQLite and Postgres, it charges once."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from ecrm_core import Crm, Money
from ecrm_core.kernel import DELIVERED
from ecrm_core.sources import shopify
from ecrm_core.subscriptions import Plan
from tests.house import ROOT
from tests.profile import size
from tests.shops.test_celery import store_of

SCRIPT = ROOT / "examples" / "cron_renewals.py"


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgres"][: size(1, 2)])
def test_the_cron_script_charges_once_however_often_it_is_started(
    database: str, tmp_path: Path
) -> None:
    store = store_of(database, tmp_path)
    with Crm.open(store, tz="Asia/Seoul") as crm:
        people = b'[{"id": 1, "email": "ann@example.com"}]'
        crm.ingest(shopify.read(people, received_at=crm.now()))
        began = crm.now() - timedelta(days=40)
        crm.subscribe("shopify/1", Plan(id="care", price=Money("9.90", "EUR"), cadence="P1M"),
                      now=began)  # fmt: skip
    command = [sys.executable, "-W", "error", str(SCRIPT), store]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = "".join(process.communicate()[0] for process in started)
    assert [process.returncode for process in started] == [0, 0], told
    assert told.count("charge 9.90 EUR") == 2, told
    assert "ann@example.com" not in told
    with Crm.open(store) as crm:
        assert len(crm.store.scan(DELIVERED).rows) == 2
