"""Card: the customers of one question of the review queue side by side, and what speaks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import combinations

from attrs import evolve, field, frozen

from ecrm_core.customers import Group, Profile, show_value
from ecrm_core.errors import MissingError
from ecrm_core.kernel import CustomerId, Json, Private, Reason, encode, plain_table
from ecrm_core.matching import Explanation, Judgement
from ecrm_core.merging import (
    Blocker,
    Holdings,
    MergePreview,
    ProposedPair,
    ReviewDecision,
    Two,
    Zone,
)

__all__ = ["CardCustomer", "ReviewCard", "ReviewPage"]

_SHOWN = 10  # proposals of a card whose reasons are shown
Explain = Callable[[Profile, Profile], Explanation]
Preview = Callable[[CustomerId, CustomerId], MergePreview]


@frozen(kw_only=True, repr=False)
class CardCustomer(Private):
    """One customer on a card: her profile, the sources that know her, and what hangs on her."""

    id: CustomerId
    profile: Profile
    group: Group
    holdings: Holdings

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources that know her."""
        return tuple(sorted({home.key.source for home in self.group.homes}))

    @property
    def counts(self) -> Mapping[str, int]:
        """What hangs on her, in numbers."""
        return {
            "records": len(self.group.records),
            "orders": self.holdings.orders,
            "interactions": self.holdings.interactions,
            "subscriptions": self.holdings.subscriptions,
        }


@frozen(kw_only=True, repr=False)
class ReviewCard(Private):
    """Two or more customers that may be one, with all that helps to decide it.

    ``proposals`` are those that still ask, the first of the queue first; ``void`` those that were
    decided elsewhere since the run. Of each two of them ``judgements`` is what was said last,
    ``blockers`` what forbids their merge; ``decisions`` is what was decided about this card before.
    ``winner`` is under whose id they go on when nobody says; ``value`` is in thousandths of a look.
    ``held_until`` is when the lease on it ends, whosever it is. ``str`` and notebooks show masked
    values unless ``masked`` is False.
    """

    id: str
    zone: Zone
    value: int
    customers: tuple[CardCustomer, ...]
    proposals: tuple[ProposedPair, ...]
    void: tuple[ProposedPair, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    blockers: Mapping[Two, tuple[Blocker, ...]] = field(factory=dict)
    decisions: tuple[ReviewDecision, ...] = ()
    winner: CustomerId
    held_until: datetime | None = None
    masked: bool = True
    _explain: Explain = field(alias="explain", eq=False)
    _preview: Preview = field(alias="preview", eq=False)

    def __repr__(self) -> str:
        """Show the id, the zone and the number of customers."""
        return f"<ReviewCard {self.id}: {len(self.customers)} customers, {self.zone.value}>"

    def explain(
        self, left: CustomerId | None = None, right: CustomerId | None = None
    ) -> Explanation:
        """Return why two customers are taken for one or not (default: of the first proposal).

        Loads numpy. Raises MissingError for a customer that is not on the card.
        """
        pair = self.proposals[0].ends
        one, other = self._customer(left or pair[0]), self._customer(right or pair[1])
        return self._explain(one.profile, other.profile)

    def reasons(self, pair: ProposedPair) -> tuple[Reason, ...]:
        """Return what speaks for and against one of the proposals, without values."""
        return self.explain(*pair.ends).reasons

    def preview(self, winner: CustomerId | None = None) -> tuple[MergePreview, ...]:
        """Return what merging each of the others into the winner (default: ``winner``) would give.

        Raises MissingError for a customer that is not on the card.
        """
        keep = self._customer(winner or self.winner).id
        return tuple(self._preview(keep, each.id) for each in self.customers if each.id != keep)

    def reveal(self) -> Json:
        """Return the card as JSON values, personal data included."""
        return {
            "card": self.id,
            "zone": self.zone.value,
            "value": self.value,
            "customers": [{**each.profile.to_json(), "counts": dict(each.counts)}
                          for each in self.customers],
            "proposals": [encode(each) for each in self.proposals],
        }  # fmt: skip

    @property
    def differing(self) -> tuple[str, ...]:
        """The fields in which two of the customers state something, and not the same.

        Addresses are the same whatever their spelling, as in matching.
        """
        return tuple(name for name in self._names if self._differ(name))

    def rows(self, *, masked: bool = True) -> tuple[tuple[str, ...], ...]:
        """Return for each field its name, each customer's value, and whether they differ."""
        said = [
            (name, *(_cell(each.profile, name, masked=masked) for each in self.customers),
             "differs" if self._differ(name) else "")
            for name in self._names
        ]  # fmt: skip
        return (*said, *self._counted())

    def table(self, *, masked: bool = True) -> str:
        """Return the card as plain text: the customers side by side, the reasons below."""
        head = ("", *self._heads, "")
        lines = [self.title, "", plain_table(head, self.rows(masked=masked)), "", *self._said()]
        return "\n".join(lines)

    @property
    def title(self) -> str:
        """What is asked, in words."""
        return (
            f"Are these {len(self.customers)} customers one? {self.zone.value}, "
            f"worth {self.value / 1000:.1f} looks"
        )

    def __str__(self) -> str:
        """Return the table."""
        return self.table(masked=self.masked)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self._heads)
        body = "".join(_html_row(row) for row in self.rows(masked=self.masked))
        said = "".join(f"<li>{escape(line)}</li>" for line in self._said())
        return (
            f"<table><caption>{escape(self.title)}</caption><thead><tr><td></td>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table><ul>{said}</ul>"
        )

    def _customer(self, id_: CustomerId) -> CardCustomer:
        for each in self.customers:
            if each.id == id_:
                return each
        raise MissingError("no customer of this card has this id", code="no_customer")

    @property
    def _names(self) -> Sequence[str]:
        return sorted({name for each in self.customers for name in each.profile.fields})

    def _differ(self, name: str) -> bool:
        held = [{_identity(value) for value in each.profile.values(name)}
                for each in self.customers]  # fmt: skip
        return any(one and two and one != two for one, two in combinations(held, 2))

    def _counted(self) -> Iterator[tuple[str, ...]]:
        yield ("sources", *(", ".join(each.sources) for each in self.customers), "")
        for name in self.customers[0].counts if self.customers else ():
            yield (name, *(f"{each.counts[name]:,}" for each in self.customers), "")

    @property
    def _heads(self) -> Sequence[str]:
        return [f"{at}: {each.id}" for at, each in enumerate(self.customers, start=1)]

    def _two(self, one: str, other: str) -> str:
        """Return two customers by their numbers on the card; one that is not on it by her id."""
        places = {each.id: str(at) for at, each in enumerate(self.customers, start=1)}
        return " and ".join(sorted(places.get(CustomerId(id_), id_) for id_ in (one, other)))

    def _said(self) -> Iterator[str]:
        """Go through what is to be known beside the values, a line each."""
        for each in self.proposals[:_SHOWN]:
            reasons = "; ".join(map(str, self.reasons(each))) or "nothing to compare"
            yield f"{self._two(*each.ends)}: {_proposed(each)}: {reasons}"
        if len(self.proposals) > _SHOWN:
            yield f"and {len(self.proposals) - _SHOWN} more proposals"
        for said in self.judgements:
            day = said.at.date().isoformat()
            yield f"{self._two(said.left, said.right)}: judged {said.verdict.value} on {day}"
        for pair, found in self.blockers.items():
            yield f"{self._two(*pair)}: blocked, {'; '.join(map(str, found))}"
        for gone in self.void:
            why = f"{gone.void.value} meanwhile" if gone.void else ""
            yield f"{self._two(gone.left, gone.right)}: {why}"


def _identity(value: object) -> object:
    """Return what makes a value the same as another: that of an address, of any other its text."""
    return getattr(value, "identity", None) or show_value(value, masked=False)


def _cell(profile: Profile, name: str, *, masked: bool) -> str:
    return ", ".join(show_value(value, masked=masked) for value in profile.values(name))


def _proposed(each: ProposedPair) -> str:
    held = each.proposal
    words = [held.zone.value]
    if held.probability is not None:
        words.append(f"probability {held.probability:.3f}")
    if held.proof is not None:
        words.append(f"claimed ({held.proof.value})")
    return ", ".join(words)


def _html_row(row: Sequence[str]) -> str:
    name, *cells, differs = row
    texts = [f"<mark>{escape(cell)}</mark>" if differs and cell else escape(cell) for cell in cells]
    return (
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{text}</td>" for text in texts)
        + "</tr>"
    )


@frozen(kw_only=True, repr=False)
class ReviewPage(Private):
    """Cards taken from the queue, the most valuable first.

    ``until`` is when the lease on them ends (None: they were only looked at), ``held`` how many
    cards on the way others hold; ``void`` counts proposals on the way that were decided elsewhere
    since the run, by why: gone, merged, different.
    """

    cards: tuple[ReviewCard, ...] = ()
    until: datetime | None = None
    held: int = 0
    void: Mapping[str, int] = field(factory=dict)

    def __repr__(self) -> str:
        """Show the number of cards."""
        return f"<ReviewPage {len(self.cards)} cards>"

    def __len__(self) -> int:
        """Return the number of cards."""
        return len(self.cards)

    def __iter__(self) -> Iterator[ReviewCard]:
        """Go through the cards."""
        return iter(self.cards)

    def reveal(self) -> Json:
        """Return the cards as JSON values, personal data included."""
        return [card.reveal() for card in self.cards]

    def unmasked(self) -> ReviewPage:
        """Return the page with cards that show values as they are."""
        return evolve(self, cards=tuple(evolve(card, masked=False) for card in self.cards))

    @property
    def summary(self) -> str:
        """How many cards there are and what was passed by, in words."""
        passed = [f"{self.held} held by others"] if self.held else []
        passed += [f"{count} {why} meanwhile" for why, count in self.void.items()]
        said = "1 card" if len(self.cards) == 1 else f"{len(self.cards)} cards"
        return f"{said}; passed by: {', '.join(passed)}" if passed else said

    def __str__(self) -> str:
        """Return the summary and the tables."""
        return "\n\n".join([self.summary, *map(str, self.cards)])

    def _repr_html_(self) -> str:
        cards = "".join(card._repr_html_() for card in self.cards)
        return f"<p>{escape(self.summary)}</p>{cards}"
