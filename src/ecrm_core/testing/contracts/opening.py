"""Opening: how the contracts get at the store under test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from ecrm_core.ports import Store

__all__ = ["OpenStore", "Opening"]


class OpenStore(Protocol):
    """A store before a tenant is chosen."""

    def tenant(self, name: str) -> Store:
        """Return the handle of a tenant."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class Opening:
    """What an adapter's test class says about its store."""

    shared: ClassVar[bool] = False
    durable: ClassVar[bool] = False
    examples: ClassVar[int] = 200

    def open_store(self, folder: Path) -> OpenStore:
        """Open the store kept in the folder, which is empty at first."""
        raise NotImplementedError

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Iterator[OpenStore]:
        """A fresh store."""
        with closing(self.open_store(tmp_path)) as opened:
            yield opened

    @pytest.fixture
    def store(self, opened: OpenStore) -> Store:
        """One tenant's handle of a fresh store."""
        return opened.tenant("main")
