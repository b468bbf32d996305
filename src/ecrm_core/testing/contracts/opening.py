"""Opening: how the contracts get at the store under test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from ecrm_core.ports import Store, Tenants
from ecrm_core.testing.contracts.contract import Contract

__all__ = ["Opening"]


class Opening(Contract):
    """What an adapter's test class says about its store."""

    shared: ClassVar[bool] = False
    durable: ClassVar[bool] = False
    threads: ClassVar[bool] = True
    examples: ClassVar[int] = 200

    def open_store(self, folder: Path) -> Tenants:
        """Open the store kept in the folder, which is empty at first."""
        raise NotImplementedError

    @contextmanager
    def given(self, folder: Path) -> Iterator[Mapping[str, object]]:
        """Open a fresh store."""
        with closing(self.open_store(folder)) as opened:
            yield {"tmp_path": folder, "opened": opened, "store": opened.tenant("main")}

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Iterator[Tenants]:
        """A fresh store."""
        with closing(self.open_store(tmp_path)) as opened:
            yield opened

    @pytest.fixture
    def store(self, opened: Tenants) -> Store:
        """One tenant's handle of a fresh store."""
        return opened.tenant("main")
