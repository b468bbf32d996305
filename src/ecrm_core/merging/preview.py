"""Preview: what a merge would make of two customers, before anybody decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from ecrm_core.customers import (
    Choice,
    Group,
    Profile,
    SurvivorshipPolicy,
    choose_fields,
    field_of,
    provenance,
    show_value,
    unify,
)
from ecrm_core.kernel import Json, Private, Reason, html_table, plain_table
from ecrm_core.merging.merge import joined

__all__ = ["MergePreview", "preview_merge"]


@frozen(kw_only=True, repr=False)
class MergePreview(Private):
    """Two customers before, one after, with the decision on every field.

    ``linked`` counts what hangs on the loser and comes along. ``str`` and notebooks show masked
    values; ``table(masked=False)`` shows them.
    """

    winner: Profile
    loser: Profile
    after: Profile
    choices: tuple[Choice, ...]
    linked: Mapping[str, int] = field(factory=dict)

    def reveal(self) -> Json:
        """Return the three profiles as JSON values, personal data included."""
        sides = (("winner", self.winner), ("loser", self.loser), ("after", self.after))
        return {name: profile.to_json() for name, profile in sides}

    def __repr__(self) -> str:
        """Show the two ids."""
        return f"<MergePreview {self.loser.id} into {self.winner.id}>"

    @property
    def conflicts(self) -> tuple[Choice, ...]:
        """The fields in which the two show different values and one has to give way."""
        return tuple(choice for choice in self.choices if self._differ(choice.field_name))

    def _differ(self, name: str) -> bool:
        one, two = self.winner.values(name), self.loser.values(name)
        return bool(one and two and one != two and not field_of(name).many)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What the decision on the fields has to say beside the values."""
        return tuple(reason for choice in self.choices for reason in choice.reasons)

    def rows(self, *, masked: bool = True) -> tuple[tuple[str, ...], ...]:
        """Return field, winner's, loser's, merged value and why, as text."""
        return tuple(self._row(name, masked=masked) for name in self._names)

    def table(self, *, masked: bool = True) -> str:
        """Return the rows as a plain table."""
        return plain_table(_HEAD, self.rows(masked=masked))

    def __str__(self) -> str:
        """Return the masked table."""
        return self.table()

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self.rows())

    @property
    def _names(self) -> Sequence[str]:
        return sorted({*self.winner.fields, *self.loser.fields, *self.after.fields})

    def _row(self, name: str, *, masked: bool) -> tuple[str, ...]:
        held = [profile.fields.get(name, ()) for profile in (self.winner, self.loser, self.after)]
        values = [", ".join(show_value(s.value, masked=masked) for s in chosen) for chosen in held]
        return (name, *values, "; ".join(dict.fromkeys(map(provenance, held[2]))))


_HEAD = ("field", "winner", "loser", "merged", "why")


def preview_merge(
    winner: Group,
    loser: Group,
    *,
    policy: SurvivorshipPolicy,
    linked: Mapping[str, int] | None = None,
) -> MergePreview:
    """Return what merging ``loser`` into ``winner`` would give; MergeRefused as decide_merge.

    There is no survivorship of its own: it is ``unify`` before and after, with its trace.
    """
    group = joined(winner, loser)
    sides = [unify(g.records.values(), g.corrections, policy, id=g.root.id)
             for g in (winner, loser, group)]  # fmt: skip
    return MergePreview(
        winner=sides[0],
        loser=sides[1],
        after=sides[2],
        choices=choose_fields(group.records.values(), group.corrections, policy),
        linked=linked or {},
    )
