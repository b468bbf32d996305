"""Model: what a fit came to, frozen and versioned: weights of levels, frequent values, cuts.

Fellegi and Sunter (1969): the weight of a level is log2 of how much oftener pairs of one person
show it than strangers do. Values are known by number (texts.Texts.whole): a model holds no
personal data in clear, and tells somebody who tries names whether they are frequent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from types import MappingProxyType

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.kernel import Json, guarded
from ecrm_core.matching.comparison import Comparison, by_role
from ecrm_core.matching.roles import COMPARED, SORTS

__all__ = ["MODEL_FORMAT", "FieldWeights", "Model", "default_model", "of_household"]

MODEL_FORMAT = "ecrm-match-2"
"""The version of the JSON and of the rules that score with it."""


_NUMBER = re.compile(r"[0-9a-f]{16}")
_NUMBERS = ("prior", "household", "link", "certain", "review")


def _frozen_shares(shares: Mapping[str, float]) -> Mapping[str, float]:
    return MappingProxyType(dict(shares))


@frozen(kw_only=True)
class FieldWeights:
    """One field: shares of its levels among pairs of one person (``m``) and of strangers (``u``).

    ``h`` are those of two people of one household, where the field is one they may share.

    ``frequent`` says for the digest of a value how likely a stranger has it, ``rare`` for the rest.
    """

    name: str
    role: str
    m: tuple[float, ...]
    u: tuple[float, ...]
    rare: float
    h: tuple[float, ...] = ()
    frequent: Mapping[str, float] = field(
        factory=dict,
        converter=_frozen_shares,
        hash=False,
        repr=False,
    )

    def __attrs_post_init__(self) -> None:
        """Refuse a role that is not compared, and shares that are none (DefinitionError)."""
        shares = (*self.m, *self.u, *self.h, self.rare, *self.frequent.values())
        if not all(map(_NUMBER.fullmatch, self.frequent)):
            message = f"the field {self.name[:80]!r} has frequent values that are no numbers"
            raise DefinitionError(message, code="model")
        fit = len(self.m) == len(self.u) and self._levels(len(self.m))
        fit &= len(self.h) in {0, len(self.m)}
        if not fit or not all(0 < share <= 1 for share in shares):
            message = f"the field {self.name[:80]!r} has no shares of the levels of its role"
            raise DefinitionError(message, code="model")

    def _levels(self, found: int) -> bool:
        """Tell whether the role has so many levels; those of a custom field its plugin knows."""
        if self.role in COMPARED:
            return found == len(SORTS[COMPARED[self.role].sort].levels)
        return self.role.startswith("attribute:") and found > 1


@frozen(kw_only=True)
class Model:
    """Weights by field, and the odds and cuts by which a pair is judged.

    ``prior`` is log2 of the odds that two rows taken at random are one person, ``household`` that
    they are two people who live or work together. Cuts are probabilities (0 to 1): from ``link`` on
    two rows are taken for one, from ``certain`` on without asking; from ``review`` to ``certain``
    somebody should look.
    """

    fields: tuple[FieldWeights, ...]
    prior: float
    household: float = -20.0
    link: float = 0.5
    certain: float = 0.998
    review: float = 0.1

    def __attrs_post_init__(self) -> None:
        """Refuse odds that are none, and cuts out of order (DefinitionError)."""
        if not all(map(isfinite, (self.prior, self.household))):
            message = "expected prior and household to be odds in bits, found no finite number"
            raise DefinitionError(message, code="model")
        if not 0 < self.review <= self.link <= self.certain <= 1:
            message = "expected cuts in order: 0 < review <= link <= certain <= 1"
            raise DefinitionError(message, code="model")

    def to_json(self) -> Json:
        """Return the model as JSON values."""
        cuts = {name: getattr(self, name) for name in _NUMBERS}
        fields = [
            {"name": held.name, "role": held.role, "m": list(held.m), "u": list(held.u),
             "h": list(held.h), "rare": held.rare, "frequent": dict(held.frequent)}
            for held in self.fields
        ]  # fmt: skip
        return {"format": MODEL_FORMAT, **cuts, "fields": fields}

    @classmethod
    def from_json(cls, data: Json) -> Model:
        """Return the model that ``to_json`` wrote; it scores the same.

        Raises DefinitionError for another version, InputError for JSON that is no model.
        """
        found = data.get("format") if isinstance(data, Mapping) else None
        if found != MODEL_FORMAT:
            message = f"found a model of format {str(found)[:40]!r}, expected {MODEL_FORMAT!r}"
            raise DefinitionError(message, code="model_format")
        return cls._read(data)

    @classmethod
    @guarded
    def _read(cls, data: Json) -> Model:
        fields = [
            FieldWeights(name=held["name"], role=held["role"], m=tuple(held["m"]),
                         u=tuple(held["u"]), h=tuple(held["h"]), rare=held["rare"],
                         frequent=held["frequent"])
            for held in data["fields"]
        ]  # fmt: skip
        cuts = {name: data[name] for name in _NUMBERS}
        return cls(fields=tuple(fields), **cuts)


def default_model(
    names: Iterable[tuple[str, str]],
    *,
    prior: float = -17.0,
    comparisons: Iterable[Comparison] = (),
) -> Model:
    """Return the model of the table of roles, for fields given as (name, role); nothing is fitted.

    ``prior`` -17 suits one record against the hundred thousand customers of a shop.
    ``comparisons`` are those of custom fields among them. Raises UnknownName for another role.
    """
    fields, own = [], by_role(comparisons)
    for name, role in names:
        if role not in own and role not in COMPARED:
            raise UnknownName("role", str(role)[:80], (*COMPARED, *own))
        compared = own[role].compared if role in own else COMPARED[role]
        sort = own[role].sort if role in own else SORTS[compared.sort]
        strangers = compared.strangers
        middle = tuple(share * (1 - strangers) for share in sort.u)
        u = (1 - strangers - sum(middle), *middle, strangers)
        h = of_household(role, sort.m, u)
        fields.append(FieldWeights(name=name, role=role, m=sort.m, u=u, h=h, rare=strangers))
    return Model(fields=tuple(fields), prior=prior, household=prior - 2)


def of_household(role: str, m: Sequence[float], u: Sequence[float]) -> tuple[float, ...]:
    """Return the shares of levels among two people of one household; none for fields of one's own.

    So often as the table of roles says they have one value, written as one person writes it twice
    (``m``); else they are strangers (``u``).
    """
    share = COMPARED[role].household if role in COMPARED else 0.0
    if not share:
        return ()
    return tuple(share * one + (1 - share) * other for one, other in zip(m, u, strict=True))
