"""Preview: what a merge would make of two customers, before anybody decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from attrs import field, frozen

from ecrm_core.customers import (
    Choice,
    Group,
    Profile,
    Sourced,
    SurvivorshipPolicy,
    choose_fields,
    field_of,
    show_value,
    unify,
)
from ecrm_core.kernel import ChangeSet, Json, Private, Reason, html_table, plain_table
from ecrm_core.merging.blockers import Blocker, check_despite, find_blockers
from ecrm_core.merging.caution import Voices, find_warnings
from ecrm_core.merging.edge import MergeEdge
from ecrm_core.merging.hold import LegalHold
from ecrm_core.merging.merge import decide_merge, joined, reviewed
from ecrm_core.subscriptions import Subscription

__all__ = ["MergePreview", "preview_merge"]

_HEAD = ("field", "winner", "loser", "merged", "why")
_LINKED = ("hangs on", "winner", "loser")
_REMARKS = ("what", "code", "before you merge")


@frozen(kw_only=True, repr=False)
class MergePreview(Private):
    """Two customers before, one after, with the decision on every field.

    ``changes`` is what the merge writes, None while a blocker that was not looked past forbids it.
    ``linked`` counts by name what hangs on the winner and on the loser; nothing of it moves.
    ``blockers`` are all that were found, also those looked past (``despite``). ``str`` and
    notebooks show masked values; ``table(masked=False)`` shows them.
    """

    winner: Profile
    loser: Profile
    after: Profile
    choices: tuple[Choice, ...]
    changes: ChangeSet | None
    linked: Mapping[str, tuple[int, int]] = field(factory=dict)
    blockers: tuple[Blocker, ...] = ()
    despite: tuple[str, ...] = ()
    warnings: tuple[Reason, ...] = ()

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
        """Return field, winner's, loser's, merged value and why, as text.

        Why is the rule, the source and the day of what won, and whose other values gave way.
        """
        return tuple(self._row(choice, masked=masked) for choice in self.choices)

    def table(self, *, masked: bool = True) -> str:
        """Return the rows, what hangs on both, and what to look at, as plain tables."""
        parts = [(_HEAD, self.rows(masked=masked)), *self._rest]
        return "\n\n".join(plain_table(head, rows) for head, rows in parts if rows)

    def __str__(self) -> str:
        """Return the masked table."""
        return self.table()

    def _repr_html_(self) -> str:
        parts = [(_HEAD, self.rows()), *self._rest]
        return "".join(html_table(head, rows) for head, rows in parts if rows)

    @property
    def _rest(self) -> Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]]:
        counts = [(n, str(one), str(two)) for n, (one, two) in self.linked.items() if one or two]
        remarks = [(self._kind(held), held.code, str(held)) for held in self.blockers]
        remarks += [("warning", held.code, str(held)) for held in self.warnings]
        return (_LINKED, counts), (_REMARKS, remarks)

    def _kind(self, blocker: Blocker) -> str:
        if not blocker.passable:
            return "blocker, always"
        return "blocker, looked past" if blocker.code in self.despite else "blocker"

    def _row(self, choice: Choice, *, masked: bool) -> tuple[str, ...]:
        name = choice.field_name
        held = [self.winner.fields.get(name, ()), self.loser.fields.get(name, ()), choice.chosen]
        values = [", ".join(show_value(s.value, masked=masked) for s in chosen) for chosen in held]
        return (name, *values, _why(choice))


def _why(choice: Choice) -> str:
    """Return by which rule, from whom and of when the values are, and whose others gave way."""
    won = [f"{held.rule}, {_whose(held)}, {held.observed_at.date()}" for held in choice.chosen]
    values = [held.value for held in choice.chosen]
    gone = [_whose(held) for held in choice.lost if held.value not in values]
    over = [f"gives way: {', '.join(dict.fromkeys(gone))}"] if gone else []
    return "; ".join([*dict.fromkeys(won), *over])


def _whose(held: Sourced) -> str:
    return str(held.source) if held.source else f"by {held.by}"


def preview_merge(
    winner: Group,
    loser: Group,
    *,
    tenant: str,
    earlier: Sequence[MergeEdge] = (),
    by: str,
    at: datetime,
    values: Mapping[str, object] | None = None,
    despite: Collection[str] = (),
    protected: bool = False,
    holds: Sequence[LegalHold] = (),
    policy: SurvivorshipPolicy,
    region: str | None = None,
    edges: Iterable[MergeEdge] = (),
    linked: Mapping[str, tuple[int, int]] | None = None,
    subscriptions: Iterable[Subscription] = (),
    voices: Voices | None = None,
) -> MergePreview:
    """Return what merging ``loser`` into ``winner`` would give, blockers or not.

    The arguments up to ``region`` are those of ``decide_merge``, and so are its errors but for
    "blocked"; ``linked`` are counts of what hangs on both, the others as in ``find_warnings``.
    There is no survivorship of its own: it is ``unify`` before and after, with its trace.
    """
    check_despite(despite)
    whole = joined(winner, loser)
    after = reviewed(whole, values or {}, tenant=tenant, by=by, at=at, policy=policy,
                     region=region)  # fmt: skip
    one, two, one_after = (
        unify(group.records.values(), group.corrections, policy, id=group.root.id)
        for group in (winner, loser, after)
    )
    blockers = find_blockers(winner, loser, policy=policy, protected=protected, holds=holds)
    changes = None
    if {blocker.code for blocker in blockers} <= set(despite):
        changes = decide_merge(
            winner, loser, tenant=tenant, earlier=earlier, by=by, at=at, values=values,
            despite=despite, protected=protected, holds=holds, policy=policy, region=region,
        )  # fmt: skip
    return MergePreview(
        winner=one,
        loser=two,
        after=one_after,
        choices=choose_fields(after.records.values(), after.corrections, policy),
        changes=changes,
        linked=linked or {},
        blockers=blockers,
        despite=tuple(despite),
        warnings=find_warnings(
            (winner, one), (loser, two), edges=edges, subscriptions=subscriptions, voices=voices
        ),
    )
