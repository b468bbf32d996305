"""Recipes: segments most shops want, as data: a name, a meaning, a query and its choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from ecrm_core.errors import UnknownName
from ecrm_core.kernel import Registry
from ecrm_core.segmentation.binding import Constant
from ecrm_core.segmentation.moments import ahead, last
from ecrm_core.segmentation.segment import Segment

__all__ = ["RECIPES", "Choice", "Recipe"]


@frozen(kw_only=True)
class Choice:
    """A number of a recipe that a shop may choose: its usual value; None where there is none."""

    usual: Constant | None
    meaning: str


@frozen(kw_only=True)
class Recipe:
    """A ready-made segment: ``segment()`` as usual, ``segment(quiet=last(days=60))`` with a choice.

    ``query`` is in the language, with a parameter for each of ``choices``.
    """

    name: str
    meaning: str
    query: str
    choices: Mapping[str, Choice] = field(factory=dict)

    def segment(self, **values: Constant) -> Segment:
        """Return the segment, with these values and for the others the usual ones.

        A choice without a usual value stays open until it is named. UnknownName for a choice the
        recipe does not have.
        """
        for name in values:
            if name not in self.choices:
                raise UnknownName("choice", name[:80], tuple(sorted(self.choices)))
        usual = {name: held.usual for name, held in self.choices.items() if held.usual is not None}
        return Segment.parse(self.query).bind(**{**usual, **values})


_ALL: Final = (
    Recipe(
        name="new",
        meaning="ordered for the first time not long ago",
        query="first_order_date >= :since",
        choices={
            "since": Choice(usual=last(days=30), meaning="the first day that is not long ago")
        },
    ),
    Recipe(
        name="loyal",
        meaning="ordered often of late",
        query="orders MATCHES (date >= :since, count >= :orders)",
        choices={
            "since": Choice(usual=last(years=1), meaning="the first day that is of late"),
            "orders": Choice(usual=4, meaning="how many orders are often"),
        },
    ),
    Recipe(
        name="at_risk",
        meaning="ordered more than once, and has been quiet for a while, but not for good",
        query="number_of_orders >= :orders "
        "AND last_order_date >= :lost AND last_order_date < :quiet",
        choices={
            "orders": Choice(usual=2, meaning="how many orders make a customer"),
            "quiet": Choice(usual=last(months=3), meaning="the day since which she is quiet"),
            "lost": Choice(usual=last(years=1), meaning="the day before which she is lost"),
        },
    ),
    Recipe(
        name="lapsed",
        meaning="ordered once, and not for a long time",
        query="last_order_date < :lost",
        choices={"lost": Choice(usual=last(years=1), meaning="the day before which she is lost")},
    ),
    Recipe(
        name="big_spender",
        meaning="spent much, refunds off",
        query="amount_spent >= :amount",
        choices={"amount": Choice(usual=None, meaning="how much is much, in the shop's currency")},
    ),
    Recipe(
        name="birthday_this_week",
        meaning="has a birthday today or in the days that follow",
        query="anniversary(birth_date) BETWEEN today AND :until",
        choices={"until": Choice(usual=ahead(days=6), meaning="the last of these days")},
    ),
    Recipe(
        name="abandoned_cart",
        meaning="left a checkout not long ago and has not ordered since that day",
        query="abandoned_checkout_date >= :since AND orders NOT MATCHES (date >= :since)",
        choices={"since": Choice(usual=last(days=7), meaning="the first day that is not long ago")},
    ),
    Recipe(
        name="no_consent",
        meaning="may not be sent marketing by e-mail: never asked, asked, run out, or refused",
        query="email_consent IN ('none', 'pending', 'expired', 'denied')",
    ),
)
RECIPES: Final[Registry[Recipe]] = Registry("recipe", {each.name: each for each in _ALL})
"""The recipes by name; ``schema.with_segments`` takes their rules under any name."""
