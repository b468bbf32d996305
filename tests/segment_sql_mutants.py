"""SQL mutants: segments in SQL with one seeded fault each, as authors of such code make them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN
from typing import Any

import pytest
from attrs import evolve, frozen

from ecrm_core.adapters.sql import asked, conditions, forms, holding, members, places, statement
from ecrm_core.adapters.sql.asked import Asked
from ecrm_core.adapters.sql.forms import Cut
from ecrm_core.adapters.sql.writing import TRUE, Writer, both, opposite
from ecrm_core.segmentation import times
from ecrm_core.segmentation.terms import Relative, Unit
from ecrm_core.segmentation.tree import Op
from ecrm_core.segmentation.values import plain as read

Fault = Callable[[pytest.MonkeyPatch], None]


def _text(patch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    """Change the text of every statement."""
    render = Writer.render
    patch.setattr(Writer, "render", lambda self, query: change(render(self, query)))


def nulls_leak(patch: pytest.MonkeyPatch) -> None:
    """NOT (x = 1) without asking whether there is an x: NULL, so nobody without one gets in."""
    place = places.place_of
    patch.setattr(conditions, "place_of", lambda *of: _unguarded(place(*of)))


def _unguarded(place: Any) -> Any:  # noqa: ANN401 - a place or none
    return None if place is None else evolve(place, known=lambda: TRUE)


def coalesce_dropped(patch: pytest.MonkeyPatch) -> None:
    """The sum of nothing is NULL."""
    _text(patch, lambda text: re.sub(r"COALESCE\((SUM\(.*?\)), 0\)", r"\1", text))


def less_for_at_most(patch: pytest.MonkeyPatch) -> None:
    """A comparison without its end."""
    _text(patch, lambda text: text.replace("<=", "<"))


def end_included(patch: pytest.MonkeyPatch) -> None:
    """A day up to and with the first instant of the next."""
    patch.setitem(conditions._KINDS, Op.LT, conditions._KINDS[Op.LE])


def in_holds_the_first_value(patch: pytest.MonkeyPatch) -> None:
    """IN of a list that lost its values."""
    one_of = conditions._one_of
    patch.setattr(conditions, "_one_of", lambda place, named, w: one_of(place, named[:1], w))


def zone_ignored(patch: pytest.MonkeyPatch) -> None:
    """Days of UTC."""
    patch.setattr(statement, "Times", lambda as_of, _: times.Times(as_of, "UTC"))


def months_overflow(patch: pytest.MonkeyPatch) -> None:
    """31 March - 1 month is 3 March, as SQLite has it."""

    def add(day: date, months: int) -> date:
        first = (day.replace(day=1) + timedelta(days=31 * months)).replace(day=1)
        return first + timedelta(days=day.day - 1)

    @frozen(slots=False)
    class Overflowing(times.Times):
        def day(self, value: Relative, *, today: date | None = None) -> date:
            months = value.unit is Unit.MONTH
            return add(self.today, value.amount) if months else super().day(value, today=today)

    patch.setattr(statement, "Times", Overflowing)


def instants_rounded(patch: pytest.MonkeyPatch) -> None:
    """What the column cannot hold is rounded to what it can."""
    patch.setattr(
        forms, "whole", lambda number: Cut(int(number.to_integral_value(ROUND_HALF_EVEN)))
    )
    patch.setattr(forms, "_iso", lambda at, like: Cut(forms.iso_text(at, like)))
    patch.setattr(forms, "_float", lambda number: Cut(float(number)))


def scale_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Cents taken for euros."""
    cut = forms.cut_of
    patch.setattr(places, "cut_of", lambda value, form, **how: cut(value, form, like=how["like"]))


def future_seen(patch: pytest.MonkeyPatch) -> None:
    """What happens after the instant asked about counts."""
    patch.setattr(Asked, "_seen", lambda *_: TRUE)


def undated_unseen(patch: pytest.MonkeyPatch) -> None:
    """WHERE at <= now: a row without a time is none."""
    until = conditions.until
    patch.setattr(
        asked,
        "until",
        lambda name, last, table: both(
            [places.place_of(table.fields[name], table).known(), until(name, last, table)]  # type: ignore[union-attr]
        ),
    )


def groups_of_nobody_forgotten(patch: pytest.MonkeyPatch) -> None:
    """HAVING says nothing of who has no rows: a count below 2 is a count of 1."""
    patch.setattr(Asked, "_of_none", lambda *_: False)


def not_over_a_residual(patch: pytest.MonkeyPatch) -> None:
    """NOT of what is wider: narrower, and members are lost."""
    exact = Asked._where

    def where(self: Asked, rule: Any, table: Any, *, wants: bool) -> Any:  # noqa: ANN401
        return exact(self, rule, table, wants=True) if wants else opposite(
            exact(self, rule, table, wants=True)
        )  # fmt: skip

    patch.setattr(Asked, "_where", where)


def residual_dropped(patch: pytest.MonkeyPatch) -> None:
    """What the database cannot decide is nobody's."""
    ask = statement.to_sql
    patch.setattr(members, "to_sql", lambda *of, **how: evolve(ask(*of, **how), residual=None))


def currency_ignored(patch: pytest.MonkeyPatch) -> None:
    """Won are euros."""
    patch.setattr(holding, "plain", _of_any_currency)
    patch.setattr(places, "_amount", lambda place, *_: place)


def _of_any_currency(value: Any, kind: Any, *, currency: str | None) -> Any:  # noqa: ANN401
    return read(value, kind, currency=getattr(value, "currency", currency))


def forms_of_text_kept(patch: pytest.MonkeyPatch) -> None:
    """Texts go in as they came, in NFD."""

    def plain(value: Any, kind: Any, *, currency: str | None) -> Any:  # noqa: ANN401
        found = read(value, kind, currency=currency)
        return value if isinstance(found, str) and isinstance(value, str) else found

    patch.setattr(holding, "plain", plain)


def collation_of_the_column(patch: pytest.MonkeyPatch) -> None:
    """Texts in the order of a language: in Postgres alone, SQLite's own is by code point."""
    _text(patch, lambda text: re.sub(r' COLLATE ("C"|BINARY)', "", text))


def like_for_contains(patch: pytest.MonkeyPatch) -> None:
    """LIKE '%x%': _ and % in the text mean any, and SQLite does not tell a from A."""
    call = r"\b(?:INSTR|STRPOS)\((.*?), ([:%(]+p\d+(?:\)s)?)\) > 0"
    _text(patch, lambda text: re.sub(call, r"\1 LIKE '%%' || \2 || '%%'", text))


def leap_day_lost(patch: pytest.MonkeyPatch) -> None:
    """Who was born on 29 February has a birthday in leap years alone."""
    stretches: Any = conditions._stretches

    def exact(low: date, high: date) -> list[tuple[str, str]]:
        return [(a, "02-28" if b == "02-29" else b) for a, b in stretches(low, high)]

    patch.setattr(conditions, "_stretches", exact)


def complement_of_a_list(patch: pytest.MonkeyPatch) -> None:
    """NOT CONTAINS as "has another one"."""
    pattern = r"NOT (EXISTS\(SELECT 1 FROM JSON_EACH.*?) = (:p\d+)\)"
    _text(patch, lambda text: re.sub(pattern, r"\1 <> \2)", text))


def any_row_wrong(patch: pytest.MonkeyPatch) -> None:
    """NOT MATCHES taken for MATCHES NOT."""
    patch.setattr(
        Asked, "_surely_some",
        lambda self, rule, rows: self._exists(
            rule, rows, TRUE if rule.where is None else self._where(rule.where, rows, wants=False)
        ),
    )  # fmt: skip


FAULTS: tuple[Fault, ...] = (
    nulls_leak, coalesce_dropped, less_for_at_most, end_included, in_holds_the_first_value,
    zone_ignored, months_overflow, instants_rounded, scale_forgotten, future_seen, undated_unseen,
    groups_of_nobody_forgotten, not_over_a_residual, residual_dropped, currency_ignored,
    forms_of_text_kept, like_for_contains, leap_day_lost, complement_of_a_list, any_row_wrong,
)  # fmt: skip
"""Faults that the cases in SQLite find."""
IN_POSTGRES: tuple[Fault, ...] = (collation_of_the_column,)
"""Faults that show in Postgres alone."""
