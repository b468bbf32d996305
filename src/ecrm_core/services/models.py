"""Models: the matching model a store uses, looked up and adopted."""

from __future__ import annotations

from typing import Final

from ecrm_core.customers import PROFILES
from ecrm_core.errors import StorageError
from ecrm_core.kernel import ABSENT, ChangeSet, Expect, Put
from ecrm_core.matching import (
    MODEL_BODIES,
    MODELS,
    SWEEPS,
    AdoptedModel,
    Model,
    Sweep,
    decide_adopt,
)
from ecrm_core.ports import Store
from ecrm_core.services.identity import Act

__all__ = [
    "BY_ROLES",
    "adopted_model",
    "has_customers",
    "prepare_adopt",
    "prepare_sweep",
    "read_model",
]

BY_ROLES: Final = "roles"
"""The name of the model of the table of roles, which is used while none is adopted."""


def has_customers(store: Store, many: int) -> bool:
    """Tell whether there are so many customers, 10,000 at most."""
    return len(store.scan(PROFILES, limit=many).rows) == many


def adopted_model(store: Store) -> AdoptedModel | None:
    """Return the model in use; None while none has been adopted."""
    rows = store.scan(MODELS, index="by_rank", limit=1).rows
    return rows[0].value if rows else None


def read_model(store: Store, adopted: AdoptedModel) -> Model:
    """Return what an adopted model says; StorageError when its body is gone."""
    found = store.get_many(MODEL_BODIES, [(adopted.name,)]).get((adopted.name,))
    if found is None:
        raise StorageError("found a model without its body: restore a backup", code="damaged_row")
    return Model.from_json(found.value.body)


def prepare_adopt(store: Store, model: Model, *, act: Act) -> ChangeSet:
    """Return what adopting a model writes: a new version, and a sweep over all customers."""
    sweep = store.get_many(SWEEPS, [("matching",)]).get(("matching",))
    version = ABSENT if sweep is None else sweep.version
    return decide_adopt(model, last=adopted_model(store), sweep=version, by=act.by, at=act.at)


def prepare_sweep(store: Store, model: str) -> ChangeSet:
    """Return what makes the next run with this model look at all customers, from the first on."""
    held = store.get_many(SWEEPS, [("matching",)]).get(("matching",))
    version = ABSENT if held is None else held.version
    return ChangeSet(
        puts=(Put(SWEEPS, Sweep(model=model)),),
        expects=(Expect(SWEEPS, ("matching",), version),),
    )
