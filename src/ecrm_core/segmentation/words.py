"""Words: what decided, in sentences; personal values are masked unless asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from ecrm_core.kernel import mask
from ecrm_core.segmentation.explain import Decisive, Explanation
from ecrm_core.segmentation.phrases import MONTHS, phrases
from ecrm_core.segmentation.render import render, render_name, render_operand, render_value
from ecrm_core.segmentation.terms import Anniversary, Relative
from ecrm_core.segmentation.times import Span
from ecrm_core.segmentation.tree import (
    And,
    Compare,
    InSegment,
    IsNull,
    Leaf,
    Matches,
    Not,
    Or,
    values_of,
)
from ecrm_core.segmentation.values import Plain

__all__ = ["outlook", "sentences", "told"]


def sentences(
    explanation: Explanation, *, locale: str = "en", masked: bool = True
) -> tuple[str, ...]:
    """Return one sentence for each condition that decides, in the order of the rule.

    Values of personal fields are masked; ``masked=False`` shows them. The languages are en, ko and
    ja; UnknownName for another.
    """
    words = phrases(locale)
    return tuple(_sentence(each, words, masked=masked) for each in explanation.decisive)


def outlook(explanation: Explanation, *, locale: str = "en", masked: bool = True) -> str | None:
    """Return what time alone will change, and on which day; None where it changes nothing.

    "will enter on 9 February 2027 if nothing changes". A day that would tell a birthday is masked:
    there is none. UnknownName as in ``sentences``.
    """
    words, at = phrases(locale), explanation.turns_at
    if at is None or (masked and _is_private(explanation)):
        return None
    whole_day = at.time() == time.min
    on = words["on" if whole_day else "at"].format(
        day=at.day, month=MONTHS[at.month - 1], number=at.month, year=at.year,
        time=at.isoformat(timespec="minutes")[11:16],
    )  # fmt: skip
    return words["leaves" if explanation.value else "enters"].format(on=on)


def told(explanation: Explanation, *, locale: str = "en", masked: bool = True) -> str:
    """Return in or not in, the sentences, and the outlook if there is one."""
    words = phrases(locale)
    parts = [*sentences(explanation, locale=locale, masked=masked)]
    ahead = outlook(explanation, locale=locale, masked=masked)
    parts += [ahead] if ahead is not None else []
    return f"{words['in' if explanation.value else 'out']}: {'; '.join(parts)}"


def _sentence(each: Decisive, words: Mapping[str, str], *, masked: bool) -> str:
    node, rule = each.at, each.at.rule
    hidden = masked and node.personal
    if each.changes:
        code = "excluded" if node.value else "fails"
    else:
        code = "holds" if node.value else "spared"
    if isinstance(rule, Matches):
        return words[f"rows_{code}"].format(
            name=render_name(rule.relation), found=_rows(node), asked=render(rule)
        )
    return words[code].format(
        name=render_operand(rule.left),  # type: ignore[union-attr]
        found=_found(node.found, words, hidden=hidden) + _ago(node, words, hidden=hidden),
        asked=_asked(rule, node, hidden=hidden),  # type: ignore[arg-type]
    )


def _rows(node: Explanation) -> str:
    counts = [str(node.found)]
    for part in node.parts:
        counts += [
            f"{render_operand(leaf.rule.left)} = {leaf.found}"  # type: ignore[union-attr]
            for leaf in _leaves(part)
            if render_operand(leaf.rule.left) != "count"  # type: ignore[union-attr]
        ]
    return ", ".join(dict.fromkeys(counts))


def _leaves(node: Explanation) -> list[Explanation]:
    return [leaf for part in node.parts for leaf in _leaves(part)] if node.parts else [node]


def _found(value: Plain, words: Mapping[str, str], *, hidden: bool) -> str:
    if value is None:
        return words["missing"]
    if isinstance(value, bool):
        return words["true" if value else "false"]
    if isinstance(value, tuple):
        return ", ".join(_shown(item, hidden=hidden) for item in value)
    return _shown(value, hidden=hidden)


def _ago(node: Explanation, words: Mapping[str, str], *, hidden: bool) -> str:
    """Return how many days ago a day was that a day counted from today stands beside."""
    days, leaf = node.days, node.rule
    if days is None or hidden or isinstance(leaf, _BRANCHES) or isinstance(leaf.left, Anniversary):
        return ""
    if not any(isinstance(value, Relative) and value.is_days for value in values_of(leaf)):
        return ""
    word = {0: "today", 1: "yesterday", -1: "tomorrow"}.get(days, "ago" if days > 0 else "ahead")
    return f", {words[word].format(days=abs(days))}"


_BRANCHES = (And, Or, Not, Matches, InSegment)


def _is_private(node: Explanation) -> bool:
    """Whether a day would tell a personal value, such as a birthday."""
    if node.parts:
        return any(map(_is_private, node.parts))
    leaf = node.rule
    if not node.personal or isinstance(leaf, _BRANCHES):
        return False
    return any(isinstance(value, Relative) for value in values_of(leaf))


def _shown(value: Plain, *, hidden: bool) -> str:
    if isinstance(value, Decimal):
        text = f"{value:f}"
    elif isinstance(value, datetime):
        text = value.isoformat(timespec="minutes")
    else:
        text = value.isoformat() if isinstance(value, date) else str(value)
    return mask(text) if hidden else text


def _asked(leaf: Leaf, node: Explanation, *, hidden: bool) -> str:
    """Return the condition as written; a relative time with the day it means."""
    if isinstance(leaf, IsNull):
        return "IS NOT NULL" if leaf.negated else "IS NULL"
    parts = []
    for value, meant in zip(values_of(leaf), node.named, strict=True):
        if isinstance(value, Relative):
            parts.append(f"{render_value(value)} ({_meant(meant)})")
        else:
            parts.append("•••" if hidden else render_value(value))
    operator = leaf.op.value if isinstance(leaf, Compare) else type(leaf).__name__.upper()
    no = "NOT " if not isinstance(leaf, Compare) and leaf.negated else ""
    return f"{no}{operator} {(' AND ' if operator == 'BETWEEN' else ', ').join(parts)}"


def _meant(value: Plain) -> str:
    if isinstance(value, Span):
        value = value.day
    return _shown(value, hidden=False)
