"""The shop of these tests, in memory and in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecrm_core.crm import Crm
from tests.unit.merging.shop import opened


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    with opened(None if request.param == "memory" else tmp_path / "shop.db") as shop:
        yield shop
