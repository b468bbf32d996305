"""A file on its way into a store, killed, locked out or out of room: nothing twice or lost."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecrm_core import Crm, FieldMap
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import files
from ecrm_core.customers import HOMES, RECORDS
from ecrm_core.errors import ConflictError, DefinitionError, InputError, StorageUnavailable
from ecrm_core.kernel import AnyKind, FixedClock
from ecrm_core.ports import Store
from ecrm_core.sources import IMPORTS, QUARANTINE
from tests.profile import SEED, size

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FIELDS = FieldMap({"no": "id", "name": "full_name", "mail": "email"})
ROWS = 2_000
CHILD = """
import sys
from datetime import UTC, datetime
from ecrm_core import Crm, FieldMap
from ecrm_core.kernel import AnyKind, FixedClock
fields = FieldMap({"no": "id", "name": "full_name", "mail": "email"})
with Crm.open(sys.argv[2], clock=FixedClock(datetime.now(UTC))) as crm:
    crm.ingest_file(sys.argv[1], source="list", fields=fields, page=50)
"""


def write(path: Path, rows: int = ROWS) -> Path:
    lines = ["no,name,mail"]
    for at in range(rows):
        lines.append(f"{at},Person {at}" if at % 50 == 7 else f"{at},Person {at},{at}@example.com")
        if at % 100 == 3:
            lines.append(lines[-1])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def content(store: Store) -> dict[str, list[str]]:
    """Every record and quarantined row, without the times we heard of them."""
    kept: dict[str, list[str]] = {}
    kinds: tuple[AnyKind, ...] = (RECORDS, HOMES, QUARANTINE)
    for kind in kinds:
        page = store.scan(kind, limit=10_000)
        assert page.following is None
        kept[kind.name] = [_without_times(kind.row(row.value).body) for row in page.rows]
    return kept


def _without_times(body: str) -> str:
    return re.sub(r"20\d\d-\d\d-\d\dT[^\"]*", "", body)


def test_a_file_killed_at_any_moment_goes_on_where_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv")
    with Crm.open(tmp_path / "whole.db", clock=FixedClock(NOW)) as crm:
        expected = crm.ingest_file(path, source="list", fields=FIELDS)
        whole = content(crm.store)
    draw = random.Random(SEED)
    for number in range(size(1, 30)):
        target = tmp_path / f"{number}.db"
        for _ in range(4):
            child = subprocess.Popen([sys.executable, "-c", CHILD, str(path), str(target)])
            time.sleep(draw.uniform(0.3, 0.8))  # into start, first pages or later ones
            child.send_signal(signal.SIGKILL)
            child.wait()
        with Crm.open(target, clock=FixedClock(NOW)) as crm:
            over = any(row.value.finished for row in crm.store.scan(IMPORTS).rows)
            receipt = crm.ingest_file(path, source="list", fields=FIELDS, page=50)
            assert content(crm.store) == whole
        if not over:  # one that ended before a kill, if only just, was begun anew
            assert str(receipt) == str(expected)


def test_counts_add_up_and_the_second_run_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv")
    with Crm.open() as crm:
        receipt = crm.ingest_file(path, source="list", fields=FIELDS)
        assert receipt.rows == receipt.accepted + receipt.quarantined + receipt.duplicate == 2_020
        assert (receipt.quarantined, receipt.duplicate) == (40, 20)
        before = content(crm.store), crm.export("list/0")
        again = crm.ingest_file(path, source="list", fields=FIELDS)
        assert (again.accepted, again.quarantined, again.duplicate) == (0, 40, 1_980)
        assert (content(crm.store), crm.export("list/0")) == before


@pytest.mark.parametrize("page", [1, 7, 500, 5_000])
def test_the_size_of_a_page_makes_no_difference(tmp_path: Path, page: int) -> None:
    path = write(tmp_path / "list.csv", 300)
    with Crm.open() as plain, Crm.open() as paged:
        one = plain.ingest_file(path, source="list", fields=FIELDS, now=NOW)
        two = paged.ingest_file(path, source="list", fields=FIELDS, now=NOW, page=page)
        assert one == two
        assert content(plain.store) == content(paged.store)


def test_progress_counts_up_to_the_end_and_can_stop(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", 300)
    calls: list[tuple[int, int]] = []

    def stop_at_100(done: int, total: int, stage: str) -> bool:
        assert stage == "list.csv"
        calls.append((done, total))
        return done < 100

    with Crm.open() as crm:
        stopped = crm.ingest_file(path, source="list", fields=FIELDS, page=40, progress=stop_at_100)
        assert stopped.stopped
        assert stopped.rows == 120
        receipt = crm.ingest_file(
            path, source="list", fields=FIELDS, page=40, progress=lambda *_: calls.append(_[:2])
        )
    assert receipt.rows == 303
    assert not receipt.stopped
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert calls[-1] == (303, 303)


def test_a_full_store_says_where_it_stopped_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "list.csv")
    target = tmp_path / "shop.db"
    with SqliteStore(target, max_pages=150) as store, pytest.raises(StorageUnavailable) as caught:
        Crm(store).ingest_file(path, source="list", fields=FIELDS, page=100)
    assert caught.value.code == "full"
    assert "list.csv" in str(caught.value)
    assert "shop.db" in str(caught.value)
    with Crm.open(target) as crm:
        done = len(content(crm.store)["home"])
        assert 0 < done < ROWS
        assert crm.ingest_file(path, source="list", fields=FIELDS, page=100).rows == 2_020


def test_a_locked_store_is_named_and_nothing_is_half_written(tmp_path: Path) -> None:
    path, target = write(tmp_path / "list.csv", 100), tmp_path / "shop.db"
    Crm.open(target).close()
    other = sqlite3.connect(target, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with SqliteStore(target, busy_timeout=0.05) as store:
        crm = Crm(store)
        with pytest.raises(StorageUnavailable, match=r"shop\.db") as caught:
            crm.ingest_file(path, source="list", fields=FIELDS)
        other.execute("ROLLBACK")
        other.close()
        assert caught.value.code == "locked"
        assert content(crm.store)["home"] == []
        assert crm.ingest_file(path, source="list", fields=FIELDS).rows == 101


@pytest.mark.parametrize(
    ("content_", "error", "says"),
    [
        (b"", InputError, r"list\.csv.*empty"),
        (b"no;name;mail\n1;a;b@example.com\n".replace(b"mail", b"post"), DefinitionError, "'mail'"),
        (b"no,no,name,mail\n", DefinitionError, "columns 1, 2"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, content_: bytes, error: type[Exception], says: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content_)
    with Crm.open() as crm, pytest.raises(error, match=says):
        crm.ingest_file(path, source="list", fields=FIELDS)


def test_a_file_that_is_not_there_and_a_source_that_is_unknown_are_named(tmp_path: Path) -> None:
    with Crm.open() as crm:
        with pytest.raises(InputError, match=r"none\.csv"):
            crm.ingest_file(tmp_path / "none.csv", source="list", fields=FIELDS)
        path = write(tmp_path / "list.csv", 1)
        with pytest.raises(DefinitionError, match="shopify"):
            crm.ingest_file(path, source="shopfy")


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 300])
def test_a_name_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with Crm.open() as crm, pytest.raises(InputError, match="cannot be read"):
        crm.ingest_file(tmp_path / name, source="list", fields=FIELDS)


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with Crm.open() as crm, pytest.raises(InputError, match="no regular file"):
        crm.ingest_file(tmp_path / "pipe", source="list", fields=FIELDS)


def test_a_file_gone_between_two_readings_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "list.csv", 1)

    def derive(*_: str) -> str:
        path.unlink()
        return "imp_1"

    monkeypatch.setattr(files, "derive_id", derive)  # called when the first reading is over
    with Crm.open() as crm, pytest.raises(InputError, match=r"list\.csv.*cannot be read"):
        crm.ingest_file(path, source="list", fields=FIELDS)


@pytest.mark.parametrize("page", [0, -1])
def test_pages_of_no_rows_are_refused(tmp_path: Path, page: int) -> None:
    path = tmp_path / "customers.json"
    path.write_bytes(b'[{"id": 1}]')
    with Crm.open() as crm:
        with pytest.raises(DefinitionError):
            crm.ingest_file(path, source="shopify", page=page)
        assert crm.ingest_file(path, source="shopify").created == 1


def test_of_two_runs_over_one_file_the_second_gives_way_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", 300)
    with Crm.open() as crm:

        def other_run(done: int, total: int, stage: str) -> None:
            del done, total, stage
            crm.ingest_file(path, source="list", fields=FIELDS)

        with pytest.raises(ConflictError) as caught:
            crm.ingest_file(path, source="list", fields=FIELDS, page=100, progress=other_run)
        assert caught.value.code == "import_running"
        assert len(content(crm.store)["home"]) == 294
