"""Clock: the machine's time, asked for here and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["SystemClock"]


class SystemClock:
    """The clock of the machine, in UTC."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)
