"""Words: what decided, in sentences; personal values are masked unless asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from ecrm_core.errors import UnknownName
from ecrm_core.kernel import mask
from ecrm_core.segmentation.explain import Decisive, Explanation
from ecrm_core.segmentation.render import render, render_name, render_operand, render_value
from ecrm_core.segmentation.terms import Relative
from ecrm_core.segmentation.times import Span
from ecrm_core.segmentation.tree import (
    Compare,
    IsNull,
    Leaf,
    Matches,
    values_of,
)
from ecrm_core.segmentation.values import Plain

__all__ = ["sentences"]

# One catalogue a language; the placeholders are the same in each.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "holds": "{name} is {found}, as asked: {asked}",
        "fails": "{name} is {found}, asked for: {asked}",
        "excluded": "{name} is {found}, which is excluded: {asked}",
        "spared": "{name} is {found}, not excluded by: {asked}",
        "rows_holds": "{name}: {found} found, as asked: {asked}",
        "rows_fails": "{name}: {found} found, asked for: {asked}",
        "rows_excluded": "{name}: {found} found, which is excluded: {asked}",
        "rows_spared": "{name}: {found} found, not excluded by: {asked}",
        "missing": "missing",
        "true": "true",
        "false": "false",
    }
}


def sentences(
    explanation: Explanation, *, locale: str = "en", masked: bool = True
) -> tuple[str, ...]:
    """Return one sentence for each condition that decides, in the order of the rule.

    Values of personal fields are masked; ``masked=False`` shows them. UnknownName for a language
    that is not spoken yet.
    """
    if locale not in _WORDS:
        raise UnknownName("language", locale[:40], tuple(_WORDS))
    return tuple(_sentence(each, _WORDS[locale], masked=masked) for each in explanation.decisive)


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
        found=_found(node.found, words, hidden=hidden),
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
