"""Roles: the table of how each role of a FieldMap is compared, and what is expected of it.

The numbers are starting points of no data set in particular: the fit moves them towards the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

__all__ = ["COMPARED", "SORTS", "Compared", "Sort"]


@frozen
class Sort:
    """How values are compared: names of the levels, from unlike to equal.

    ``m`` are shares of the levels among pairs of one person, ``u`` of the middle levels among
    strangers; the level of equal values comes from how often the values occur. The u of levels in
    ``kept`` is no share of all strangers, but of those that agree on another field, and not learnt.
    """

    levels: tuple[str, ...]
    m: tuple[float, ...]
    u: tuple[float, ...]
    kept: tuple[str, ...] = ()


SORTS: Mapping[str, Sort] = MappingProxyType({
    "given": Sort(("other", "similar", "close", "alias", "swapped", "equal"),
                  (0.08, 0.05, 0.09, 0.05, 0.02, 0.71), (0.04, 0.008, 0.002, 0.00004)),
    "name": Sort(("other", "similar", "close", "alias", "equal"), (0.07, 0.04, 0.10, 0.03, 0.76),
                 (0.03, 0.006, 0.0005)),
    "full": Sort(("other", "similar", "close", "alias", "reordered", "equal"),
                 (0.06, 0.06, 0.12, 0.06, 0.04, 0.66), (0.02, 0.002, 0.0001, 0.0002)),
    "title": Sort(("other", "similar", "close", "equal"), (0.08, 0.14, 0.18, 0.60), (0.02, 0.002)),
    "street": Sort(("other", "similar", "close", "equal"),
                   (0.12, 0.06, 0.14, 0.68), (0.01, 0.0002)),
    "date": Sort(("other", "year", "near", "turned", "digit", "equal"),
                 (0.04, 0.02, 0.04, 0.02, 0.08, 0.80), (0.03, 0.03, 0.0005, 0.002)),
    "code": Sort(("other", "near", "digit", "equal"), (0.15, 0.04, 0.06, 0.75), (0.004, 0.001)),
    "email": Sort(("other", "similar", "local", "named", "typo", "equal"),
                  (0.16, 0.06, 0.04, 0.20, 0.06, 0.48), (0.004, 0.0005, 0.005, 0.00001),
                  kept=("named",)),
    "text": Sort(("other", "similar", "close", "equal"), (0.22, 0.08, 0.12, 0.58), (0.03, 0.004)),
    "category": Sort(("other", "equal"), (0.15, 0.85), ()),
})  # fmt: skip
"""Every way of comparing, by name."""


@frozen(kw_only=True)
class Compared:
    """One role: its Sort, how likely two strangers agree, and the group it shares evidence with.

    In ``group`` "place" only the strongest agreement counts (who shares a postcode shares a town).
    ``household`` is how likely people who live or work together have one value (0: no likelier than
    strangers; twins share a birthday, fathers and sons a name): what they share says that they live
    together, not that they are one.
    """

    sort: str
    strangers: float
    group: str = ""
    household: float = 0.0


COMPARED: Mapping[str, Compared] = MappingProxyType({
    "given_name": Compared(sort="given", strangers=0.008, household=0.005),
    "family_name": Compared(sort="name", strangers=0.003, household=0.85),
    "full_name": Compared(sort="full", strangers=0.0001, household=0.005),
    "middle_name": Compared(sort="name", strangers=0.01),
    "kana": Compared(sort="full", strangers=0.0002),
    "organisation": Compared(sort="title", strangers=0.0005),
    "email": Compared(sort="email", strangers=0.00001, household=0.1),
    "phone": Compared(sort="code", strangers=0.00002, household=0.4),
    "street": Compared(sort="street", strangers=0.001, household=0.85),
    "street2": Compared(sort="text", strangers=0.01, household=0.8),
    "city": Compared(sort="text", strangers=0.03, group="place", household=0.9),
    "area": Compared(sort="text", strangers=0.2, group="place", household=0.95),
    "postcode": Compared(sort="code", strangers=0.002, group="place", household=0.9),
    "country": Compared(sort="category", strangers=0.7, group="place", household=0.97),
    "birth_date": Compared(sort="date", strangers=0.00006, household=0.03),
    "national_id": Compared(sort="code", strangers=0.000005),
    "category": Compared(sort="category", strangers=0.1),
    "text": Compared(sort="text", strangers=0.02),
})  # fmt: skip
"""Every role that says something about who it is, by name; the others are not compared."""
