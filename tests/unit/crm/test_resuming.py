"""Resuming: a file goes on where it was, for one process at a time; a key is one request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecrm_core.crm import Crm
from ecrm_core.errors import ConflictError, KeyReused


@pytest.fixture
def crm() -> Crm:
    return Crm.open()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "customers.json"
    path.write_text(json.dumps({"customers": [{"id": number} for number in range(1, 5)]}))
    return path


def test_a_stopped_json_file_goes_on_behind_the_rows_that_are_in(crm: Crm, export: Path) -> None:
    first = crm.ingest_file(export, source="shopify", page=1, progress=lambda *_: False)
    assert (first.rows, first.stopped) == (1, True)
    whole = crm.ingest_file(export, source="shopify", page=3)
    assert (whole.rows, whole.created, whole.duplicate) == (4, 4, 0)


def test_of_two_runs_over_one_file_one_gives_way_and_says_so(crm: Crm, export: Path) -> None:
    def other_run(*_: object) -> None:
        crm.ingest_file(export, source="shopify", page=1)

    with pytest.raises(ConflictError, match=r"run it again"):
        crm.ingest_file(export, source="shopify", page=1, progress=other_run)
    again = crm.ingest_file(export, source="shopify")
    assert (again.rows, again.accepted, again.duplicate) == (4, 0, 4)


def test_one_key_does_not_stand_for_two_undos(crm: Crm, export: Path) -> None:
    crm.ingest_file(export, source="shopify")
    one = crm.merge("shopify/1", "shopify/2", by="ada")
    two = crm.merge("shopify/3", "shopify/4", by="ada")
    crm.unmerge(one, by="ada", key="undo")
    with pytest.raises(KeyReused):
        crm.unmerge(two, by="ada", key="undo")
