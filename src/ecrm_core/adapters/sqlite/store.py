"""Store: the file of a shop, and the handle of one tenant in it."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

from ecrm_core.adapters.sqlite.file import File, Synchronous
from ecrm_core.adapters.sqlite.known import Known
from ecrm_core.adapters.sqlite.tenant import SqliteTenant
from ecrm_core.ports.span import check_tenant

__all__ = ["SqliteStore"]


class SqliteStore:
    """A store in one SQLite file (and the two SQLite keeps beside it while it is open).

    Threads may share it; processes open the file each for themselves. ``busy_timeout`` is how many
    seconds a write waits for another process. ``synchronous`` "FULL" loses nothing acknowledged
    when the power fails; "NORMAL" may lose the last sets, and nothing else. ``max_pages`` bounds
    the file (pages of 4096 bytes).

    Raises StorageUnavailable (codes "locked", "read_only", "full", "not_a_store", "unreadable",
    "gone", "closed", "blocked") and StorageError ("newer_format").
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        busy_timeout: float = 5.0,
        synchronous: Synchronous = "FULL",
        max_pages: int | None = None,
    ) -> None:
        """Open the file, or make it."""
        self._file = File(
            path, busy_timeout=busy_timeout, synchronous=synchronous, max_pages=max_pages
        )
        self._known = Known()

    def tenant(self, name: str) -> SqliteTenant:
        """Return the handle of a tenant (1 to 200 characters)."""
        return SqliteTenant(check_tenant(name), self._file, self._known)

    def compact(self) -> None:
        """Leave nothing in the files but the rows there are: what was dropped or erased is gone.

        The file is written anew, which takes as much room again for the time being, and the log is
        emptied. Writers wait. Raises StorageUnavailable: code "blocked" while somebody still reads
        a state from before, or writes ("locked": begins to, meanwhile); nothing is promised then.
        """
        self._file.compact()

    def close(self) -> None:
        """Close the file; every handle of it refuses from then on ("closed")."""
        self._file.close()

    def __repr__(self) -> str:
        return f"SqliteStore({self._file.path!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
