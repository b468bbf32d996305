"""Replaying vectors: which replay takes which file, and what each case comes to.

A replay is a function of one case that returns nothing when we agree and what differs when not::

    @register("quality", "email.jsonl")
    def email(unit: Unit) -> str | None: ...

It stands in a module ``tests/peers/area_*.py``, found by name. A kind it cannot handle raises
``Unsupported``, a case where we differ and know why raises ``Differs``: both count as not agreed,
and fail no test. Any other exception is a disagreement as well.
"""

import fnmatch
import importlib
import pathlib
from collections.abc import Callable, Iterator

import attrs

from tests.peers.units import SUFFIXES, Unit, read_units

Replay = Callable[[Unit], str | None]

_replays: list[tuple[str, str, Replay]] = []


class Unsupported(Exception):
    """Raised by a replay for a kind of case it does not know yet."""


class Differs(Exception):
    """Raised by a replay where we differ and the reason stands in its text."""


@attrs.frozen(kw_only=True)
class Case:
    """What one case came to; ``note`` says what differs, ``known`` that we know why."""

    id: str
    agreed: bool
    note: str = ""
    counted: bool = True
    known: bool = False


@attrs.frozen(kw_only=True)
class Outcome:
    """What one file came to; ``name`` is AREA/FILE."""

    name: str
    cases: tuple[Case, ...]
    supported: bool

    @property
    def total(self) -> int:
        """The number of cases that count."""
        return sum(case.counted for case in self.cases)

    @property
    def agreed(self) -> int:
        """The number of cases that count and agree."""
        return sum(case.counted and case.agreed for case in self.cases)


def register(area: str, pattern: str) -> Callable[[Replay], Replay]:
    """Let a function replay the files of an area whose path matches (``vcard/*.vcf``)."""

    def add(replay: Replay) -> Replay:
        _replays.append((area, pattern, replay))
        return replay

    return add


def replay_folder(folder: pathlib.Path, *, area: str | None = None) -> Iterator[Outcome]:
    """Replay every vector file below a folder, by name."""
    for path in vector_files(folder):
        file_area, _, file = path.relative_to(folder).as_posix().partition("/")
        if area in {None, file_area}:
            yield replay_file(path, area=file_area, file=file)


def vector_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """Return the vector files of a folder: those in its subfolders with a known suffix."""
    return sorted(path for path in folder.glob("*/**/*") if path.suffix in SUFFIXES)


def replay_file(path: pathlib.Path, *, area: str, file: str) -> Outcome:
    """Replay one file; one that cannot be read is one case that does not agree."""
    replay = _find(area, file)
    try:
        units = read_units(path)
    except (ValueError, OSError) as error:
        cases = [Case(id="whole file", agreed=False, note=f"cannot be read: {error}")]
    else:
        cases = [_replay_unit(replay or _unsupported, unit) for unit in units]
    return Outcome(name=f"{area}/{file}", cases=tuple(cases), supported=replay is not None)


def _find(area: str, file: str) -> Replay | None:
    for module in sorted(pathlib.Path(__file__).parent.glob("area_*.py")):
        importlib.import_module(f"tests.peers.{module.stem}")
    for its_area, pattern, replay in _replays:
        if its_area == area and fnmatch.fnmatchcase(file, pattern):
            return replay
    return None


def _unsupported(_: Unit) -> str | None:
    raise Unsupported


def _replay_unit(replay: Replay, unit: Unit) -> Case:
    known = False
    try:
        differs = replay(unit)
    except Unsupported as error:
        differs, known = f"not supported yet {error}".rstrip(), True
    except Differs as error:
        differs, known = f"differs: {error}", True
    except Exception as error:  # noqa: BLE001 - a crash is a disagreement, not the end of the run
        differs = f"{type(error).__name__}: {error}"
    note = f"{unit.quirk} ({differs})" if unit.quirk else differs
    agreed, counted = differs is None, unit.quirk is None
    return Case(id=unit.id, agreed=agreed, note=note or "", counted=counted, known=known)
