"""Whole file: a file that is there complete, or not at all, whatever stops its writing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from attrs import define

from ecrm_core.errors import InputError

__all__ = ["Draft", "whole_file"]


@define
class Draft:
    """A file in the making; with ``keep`` false everything stays as it was."""

    stream: BinaryIO
    keep: bool = True


@contextmanager
def whole_file(path: Path) -> Iterator[Draft]:
    """Open a file beside the path, which takes its place and rights once all is written.

    What is at the path stays there until then; a device or pipe is written to directly. Raises
    InputError when it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                yield Draft(stream)
        else:
            yield from _beside(path.resolve())  # a link goes on leading to the file
    except OSError as error:
        message = f"the file {path.name!r} cannot be written: {error.strerror}"
        raise InputError(message, code="unwritable_file") from error


def _beside(whole: Path) -> Iterator[Draft]:
    part = whole.with_name(f"{whole.name}.part")
    with part.open("wb") as stream:
        try:
            if whole.exists():
                shutil.copymode(whole, part)
            draft = Draft(stream)
            yield draft
            stream.close()
            if draft.keep:
                part.replace(whole)
        finally:
            part.unlink(missing_ok=True)
