"""The tables of the page on roles, made from the code.

``python -m tests.docs.matching_roles`` writes them into the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ecrm_core.matching.roles import COMPARED, SORTS
from ecrm_core.matching.rules import FIXED, RULES, WIDE
from tests.docs.reference_tables import page, with_tables
from tests.house import ROOT

__all__ = ["PAGE", "written"]

PAGE = "reference/matching-roles.md"


def written(text: str) -> str:
    """Return the page with its tables as the code has them."""
    made = [_roles(), _sorts(), _rules()]
    return with_tables(text, made)


def _roles() -> list[str]:
    head = ("role", "sort", "strangers", "household", "group", "pieces")
    rows = [
        (
            f"`{role}`",
            held.sort,
            _plain(held.strangers),
            _plain(held.household) if held.household else "",
            held.group,
            ", ".join(f"`{piece}`" for piece, roles in FIXED.items() if role in roles),
        )
        for role, held in COMPARED.items()
    ]
    return _table(head, rows)


def _sorts() -> list[str]:
    head = ("sort", "levels, from unlike to equal", "m", "u of the levels between")
    rows = [
        (name, ", ".join(sort.levels), _shares(sort.m), _shares(sort.u))
        for name, sort in SORTS.items()
    ]
    return _table(head, rows)


def _rules() -> list[str]:
    kinds = [*((rule, "telling") for rule in RULES), *((rule, "wide") for rule in WIDE)]
    rows = [(" + ".join(f"`{piece}`" for piece in rule), kind) for rule, kind in kinds]
    return _table(("rule", "kind"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    said = [f"| {' | '.join(row)} |".replace("|  |", "| |") for row in (head, *rows)]
    said = [line.replace("|  |", "| |") for line in said]  # two empty cells side by side
    return [said[0], "|" + "---|" * len(head), *said[1:]]


def _plain(share: float) -> str:
    return f"{share:.10f}".rstrip("0").rstrip(".")


def _shares(shares: Iterable[float]) -> str:
    return ", ".join(map(_plain, shares))


if __name__ == "__main__":
    (ROOT / "docs" / PAGE).write_text(written(page(PAGE)), encoding="utf-8")
