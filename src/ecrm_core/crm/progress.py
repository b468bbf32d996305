"""Progress: how long work tells how far it is, and a bar for people at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

__all__ = ["Progress", "progress_bar"]

Progress = Callable[[int, int, str], object]
"""Called as progress(done, total, stage) between pages; returning False stops the work there.
What is done stays done, and the same call goes on from there."""
_WIDTH = 30


def progress_bar(stream: TextIO | None = None) -> Progress:
    """Return a progress that draws one line: a bar on a terminal, nothing where it is piped."""
    out = stream or sys.stderr
    drawing = out.isatty()

    def show(done: int, total: int, stage: str) -> None:
        if not drawing:
            return
        full = _WIDTH * done // total if total else _WIDTH
        line = f"\r{stage} [{'#' * full}{'.' * (_WIDTH - full)}] {done:,} of {total:,}"
        out.write(line + ("\n" if done >= total else ""))
        out.flush()

    return show
