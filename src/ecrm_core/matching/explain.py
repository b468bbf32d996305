"""Explain: what each field says about two rows, in bits, with masked values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from ecrm_core.kernel import Json, Private, Reason, html_table, mask, plain_table

if TYPE_CHECKING:  # a feature needs numpy, and an explanation does not
    from ecrm_core.matching.features import Feature

__all__ = ["JUDGED", "Explanation", "FieldEvidence", "evidence_reason", "reasons_of"]

JUDGED: Final = Reason("judged_same", "judged the same")
"""Why two are one where a person said so: no field was asked."""


def evidence_reason(name: str, level: str, weight: float) -> Reason:
    """Return what one field says about two rows, as a reason: for one person, or against."""
    text = "{field}: {level} ({bits:+} bits)"
    facts: dict[str, str | int | bool | None] = {"field": name, "level": level,
                                                 "bits": round(weight)}  # fmt: skip
    return Reason("match_for" if weight > 0 else "match_against", text, facts)


def reasons_of(
    features: Sequence[Feature], level: Sequence[int], bits: Sequence[float]
) -> tuple[Reason, ...]:
    """Return what the fields say about two rows as reasons, the strongest first."""
    said = sorted(
        (-abs(held), feature.name, feature.sort.levels[at], held)
        for feature, at, held in zip(features, level, bits, strict=True)
        if at >= 0
    )
    return tuple(evidence_reason(field, name, held) for _, field, name, held in said)


_HEAD = ("field", "left", "right", "level", "bits")


@frozen(kw_only=True, repr=False)
class FieldEvidence(Private):
    """One field: its level (None: a value is missing), what that says in bits, and both values."""

    name: str
    role: str
    level: str | None
    weight: float
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()

    @property
    def reason(self) -> Reason:
        """The evidence as a reason, without values."""
        return evidence_reason(self.name, self.level or "missing", self.weight)

    def row(self) -> tuple[str, ...]:
        """Return name, masked values, level and bits as text."""
        values = [", ".join(map(mask, side)) for side in (self.left, self.right)]
        return (self.name, *values, self.level or "", f"{self.weight:+.1f}")


@frozen(kw_only=True, repr=False)
class Explanation(Private):
    """Why two rows are taken for one person or not: ``weight`` in bits, 0 being even odds.

    ``shared`` is what the sum of the fields overstates: people of one household share as much, and
    of the parts of a place the strongest counts. ``judged`` is what a person said of the two, which
    stands above the model. ``rules`` are the blocking rules that bring them together. ``turning``
    are the fields, with a level, each of which would turn the verdict alone. ``together`` tells
    whether the two are in one cluster; where they are not although the pair says so, ``between`` is
    the mean weight of all pairs of their two clusters, which kept them apart.
    """

    weight: float
    probability: float
    prior: float
    fields: tuple[FieldEvidence, ...] = field(factory=tuple)
    judged: str | None = None
    rules: tuple[str, ...] = ()
    turning: tuple[str, ...] = ()
    together: bool | None = None
    between: float | None = None

    @property
    def shared(self) -> float:
        """What is taken off the sum of the fields (bits), for they hang together."""
        return self.weight - self.prior - sum(evidence.weight for evidence in self.fields)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The evidence that counts, the strongest first."""
        said = sorted(self.fields, key=lambda each: (-abs(each.weight), each.name))
        return tuple(each.reason for each in said if each.level is not None)

    def reveal(self) -> Json:
        """Return everything as JSON values, personal data included."""
        fields = [
            {"name": each.name, "role": each.role, "level": each.level, "weight": each.weight,
             "left": list(each.left), "right": list(each.right)}
            for each in self.fields
        ]  # fmt: skip
        return {"weight": self.weight, "probability": self.probability, "prior": self.prior,
                "judged": self.judged, "rules": list(self.rules), "turning": list(self.turning),
                "together": self.together, "between": self.between, "fields": fields}  # fmt: skip

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Return a row for each field, then what else is in the sum."""
        rest = [("(two taken at random)", "", "", "", f"{self.prior:+.1f}")]
        if abs(self.shared) >= 0.05:
            rest.append(("(shared by a household)", "", "", "", f"{self.shared:+.1f}"))
        last = ("probability", "", "", self.judged or "", f"{self.probability:.3f}")
        return (*(each.row() for each in self.fields), *rest, last, *self._why())

    def _why(self) -> tuple[tuple[str, ...], ...]:
        found = []
        if self.rules:
            found.append(("brought together by", self.rules[0], "", "", ""))
        if self.turning:
            found.append(("would turn it", self.turning[0], "", "", ""))
        if self.between is not None:
            found.append(
                ("their clusters are apart", "mean of the pairs", "", "", f"{self.between:+.1f}")
            )
        return tuple(found)

    def __str__(self) -> str:
        """Show the masked table."""
        return plain_table(_HEAD, self.rows())

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self.rows())
