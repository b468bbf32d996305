"""Adopted: the models a store has matched with, one after the other, and how far the last one is.

A model is never rewritten. A new one is looked at by a sweep over all customers, page by page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from attrs import field, frozen

from ecrm_core.kernel import ABSENT, ChangeSet, Expect, Index, Json, Kind, Put, digest, gate_text
from ecrm_core.matching.model import Model

__all__ = ["MODELS", "MODEL_BODIES", "SWEEPS", "AdoptedModel", "ModelBody", "Sweep", "decide_adopt"]

_MOST = 10**9


@frozen(kw_only=True)
class AdoptedModel:
    """A model by its number, who adopted it and when; the one of the highest number is in use."""

    number: int
    digest: str
    by: str
    at: datetime

    @property
    def name(self) -> str:
        """What merges and proposals call it: "m1", "m2"."""
        return f"m{self.number}"

    @property
    def rank(self) -> str:
        """Text whose order begins with the last one."""
        return f"{_MOST - self.number:010d}"


@frozen(kw_only=True)
class ModelBody:
    """The JSON of an adopted model."""

    name: str
    body: Json = field(repr=False)


@frozen(kw_only=True)
class Sweep:
    """How far all customers have been looked at with a model: up to and with this id."""

    name: str = "matching"
    model: str
    after: str = ""


MODELS: Final = Kind(
    name="match_model",
    of=AdoptedModel,
    key=("name",),
    indexes=(Index("by_rank", ("rank",)),),
    insert_only=True,
    owner="matching",
)
"""The rows of adopted models, the last one first by rank."""
MODEL_BODIES: Final = Kind(
    name="match_model_body", of=ModelBody, key=("name",), insert_only=True, owner="matching"
)
"""What those models say."""
SWEEPS: Final = Kind(name="match_sweep", of=Sweep, key=("name",), owner="matching")
"""The sweep that is under way, if any."""


def decide_adopt(
    model: Model, *, last: AdoptedModel | None, sweep: int = ABSENT, by: str, at: datetime
) -> ChangeSet:
    """Return what adopting a model after the ``last`` one writes; everybody is looked at anew.

    ``sweep`` is the version of the row of the sweep. The model in use adopted again writes nothing.
    The result names the model.
    """
    body: Any = model.to_json()
    if last is not None and last.digest == digest(body):
        return ChangeSet(result={"model": last.name})
    number = 1 if last is None else last.number + 1
    row = AdoptedModel(number=number, digest=digest(body), by=gate_text(by), at=at)
    return ChangeSet(
        puts=(Put(MODELS, row), Put(MODEL_BODIES, ModelBody(name=row.name, body=body)),
              Put(SWEEPS, Sweep(model=row.name))),
        expects=(Expect(MODELS, (row.name,), ABSENT), Expect(SWEEPS, ("matching",), sweep)),
        result={"model": row.name},
    )  # fmt: skip
