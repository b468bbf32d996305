"""Score: 0 to 1 for each dimension and the whole; what does not apply is not counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from attrs import define, field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Json, member_of
from ecrm_core.quality.data import load_data
from ecrm_core.quality.rule import Dimension, Severity, known_keys

__all__ = ["DIMENSIONS", "Score", "Tally", "Weights", "mean", "untouched"]

E = TypeVar("E", bound=Enum)
DIMENSIONS = tuple(Dimension)
"""The dimensions in order."""


def _fixed_penalties(given: Mapping[Severity, float]) -> Mapping[Severity, float]:
    return MappingProxyType(dict(given))


def _fixed_dimensions(given: Mapping[Dimension, float]) -> Mapping[Dimension, float]:
    return MappingProxyType(dict(given))


def _own_penalties() -> dict[Severity, float]:
    return {member_of(Severity, k): v for k, v in load_data("weights")["penalties"].items()}


def _own_dimensions() -> dict[Dimension, float]:
    return {member_of(Dimension, k): v for k, v in load_data("weights")["dimensions"].items()}


@frozen(kw_only=True)
class Weights:
    """How findings become scores: ``penalties`` 0 to 1 by severity, ``dimensions`` 0 and more.

    In each dimension a value earns 1, less the penalty of the worst that was found in it; a
    dimension is the mean of the values asked, the whole the weighted mean of the dimensions asked.
    So another rule about the same never makes a value better.
    """

    penalties: Mapping[Severity, float] = field(
        factory=_own_penalties, converter=_fixed_penalties, hash=False
    )
    dimensions: Mapping[Dimension, float] = field(
        factory=_own_dimensions, converter=_fixed_dimensions, hash=False
    )

    weighing: int = field(init=False, eq=False, repr=False)
    """Bit n: the dimension at place n of DIMENSIONS has weight."""

    @weighing.default
    def _bits(self) -> int:
        return sum(1 << place for place, d in enumerate(DIMENSIONS) if self.dimensions.get(d))

    def __attrs_post_init__(self) -> None:
        """Refuse weights that are missing, no numbers, or out of bounds (DefinitionError)."""
        _check(self.penalties, Severity, most=1.0)
        _check(self.dimensions, Dimension, most=1e6)

    def to_json(self) -> dict[str, Json]:
        """Return the weights as JSON values."""
        return {
            "penalties": {key.value: held for key, held in self.penalties.items()},
            "dimensions": {key.value: held for key, held in self.dimensions.items()},
        }

    @classmethod
    def from_json(cls, data: Json) -> Weights:
        """Return the weights of their JSON; what is not said is as by default."""
        parts = known_keys(data, "weights", {"about", "penalties", "dimensions"})
        penalties = known_keys(parts.get("penalties", {}), "penalties", [s.value for s in Severity])
        dimensions = known_keys(
            parts.get("dimensions", {}), "dimensions", [d.value for d in Dimension]
        )
        return cls(
            penalties=_own_penalties() | {Severity(k): v for k, v in penalties.items()},
            dimensions=_own_dimensions() | {Dimension(k): v for k, v in dimensions.items()},
        )


def _check(held: Mapping[E, float], of: Iterable[E], *, most: float) -> None:
    for key in of:
        value: Json = held.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
            message = f"found no weight of 0 to {most:g} for {key}"
            raise DefinitionError(message, code="weights")


@frozen(kw_only=True)
class Score:
    """``dimensions`` asked, each 0 to 1, and the ``total``; None: nothing was asked.

    A dimension that is not there was not asked: it is unknown, neither good nor bad.
    """

    dimensions: Mapping[Dimension, float] = field(factory=dict, hash=False)
    total: float | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the numbers: a read-only mapping cannot travel."""
        return _score, (dict(self.dimensions), self.total)


def _score(dimensions: Mapping[Dimension, float], total: float | None) -> Score:
    return Score(dimensions=dimensions, total=total)


@define
class Tally:
    """Values as they are asked: how many in each dimension, and what they lost."""

    weights: Weights
    # By place in DIMENSIONS: to hash an Enum takes longer than the rest of a check.
    _asked: list[int] = field(init=False)
    _lost: list[float] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing asked."""
        self._asked, self._lost = [0] * len(DIMENSIONS), [0.0] * len(DIMENSIONS)

    def ask(self, place: int, values: int) -> None:
        """Count values asked in the dimension at that place in DIMENSIONS."""
        self._asked[place] += values

    def lose(self, place: int, penalty: float) -> None:
        """Take from what the values of that dimension earn."""
        self._lost[place] += penalty

    def score(self) -> Score:
        """Return what it came to."""
        counts = zip(DIMENSIONS, self._asked, self._lost, strict=True)
        dimensions = {d: 1.0 - lost / asked for d, asked, lost in counts if asked}
        return Score(dimensions=dimensions, total=mean(dimensions, self.weights))


@lru_cache(maxsize=1 << 2 * len(DIMENSIONS))
def untouched(asked: int, weighing: int) -> Score:
    """Return the score of a party nothing was found in: most of them.

    Bit n of ``asked``: the dimension at place n of DIMENSIONS was; of ``weighing``: it has weight.
    """
    dimensions = {d: 1.0 for place, d in enumerate(DIMENSIONS) if asked >> place & 1}
    return Score(dimensions=MappingProxyType(dimensions), total=1.0 if asked & weighing else None)


def mean(dimensions: Mapping[Dimension, float], weights: Weights) -> float | None:
    """Return the weighted mean of the dimensions; None when none of them weighs anything."""
    total = sum(weights.dimensions[dimension] for dimension in dimensions)
    if not total:
        return None
    return sum(weights.dimensions[d] * held for d, held in dimensions.items()) / total
