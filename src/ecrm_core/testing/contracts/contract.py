"""Contract: what all contracts share: the values their tests are given, and what is not asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["Contract"]


class Contract:
    """Promises as tests to inherit; pytest runs them, and ``report`` prints them as a table."""

    @contextmanager
    def given(self, folder: Path) -> Iterator[Mapping[str, object]]:
        """Make what the tests of a contract name as their arguments, for one test."""
        yield {"tmp_path": folder}

    def only_if(self, *flags: str) -> None:
        """Skip a test that is asked only of those who set all these flags in their class."""
        unset = [flag for flag in flags if not getattr(self, flag)]
        if unset:
            pytest.skip(f"{' and '.join(unset)} not set")
