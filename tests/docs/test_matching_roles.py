"""The page on roles says what the tables of matching say: every role, level and rule."""

from __future__ import annotations

from collections.abc import Iterable

from ecrm_core.matching.keys import FIXED, RULES, WIDE
from ecrm_core.matching.roles import COMPARED, SORTS
from tests.docs.reference_tables import tables

PAGE = "reference/matching-roles.md"


def _plain(share: float) -> str:
    return f"{share:.10f}".rstrip("0").rstrip(".")


def _shares(shares: Iterable[float]) -> str:
    return ", ".join(map(_plain, shares))


def _pieces(role: str) -> str:
    return ", ".join(piece for piece, roles in FIXED.items() if role in roles)


def test_every_role_stands_in_its_table_as_it_is() -> None:
    assert tables(PAGE)[0] == [
        [
            role,
            held.sort,
            _plain(held.strangers),
            _plain(held.household) if held.household else "",
            held.group,
            _pieces(role),
        ]
        for role, held in COMPARED.items()
    ]


def test_every_sort_stands_in_its_table_as_it_is() -> None:
    assert tables(PAGE)[1] == [
        [name, ", ".join(sort.levels), _shares(sort.m), _shares(sort.u)]
        for name, sort in SORTS.items()
    ]


def test_every_rule_stands_in_its_table_in_order() -> None:
    rules = [(rule, "telling") for rule in RULES] + [(rule, "wide") for rule in WIDE]
    assert tables(PAGE)[2] == [[" + ".join(rule), kind] for rule, kind in rules]
