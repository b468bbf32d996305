"""Explain policies: every setting, its value, and why the presets have it so."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import attrs

from ecrm_core.kernel import html_table, plain_table
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.presets import PRESETS
from ecrm_core.subscriptions.presets_why import WHY

__all__ = ["ExplainedPolicies", "Setting", "explain_policies"]


@attrs.frozen(kw_only=True)
class Setting:
    """One setting: its path ("notices/term_ending/aim"), its value as text, and why it is so."""

    path: str
    value: str
    why: str


class ExplainedPolicies(tuple[Setting, ...]):
    """The settings of policies in order; printed, and in notebooks, a table."""

    __slots__ = ()

    def __str__(self) -> str:
        """Return the plain table."""
        return plain_table(_HEAD, self._rows())

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._rows())

    def _rows(self) -> list[tuple[str, str, str]]:
        return [(each.path, each.value, each.why) for each in self]


_HEAD = ("setting", "value", "why")


def explain_policies(policies: Policies) -> ExplainedPolicies:
    """Return every setting of policies with the reason the presets give for it.

    ``print(explain_policies(PRESETS["b2c"]))``. What a shop has changed has no reason: it is the
    shop's.
    """
    preset = PRESETS.get(policies.name)
    known = dict(_settings(preset)) if preset else {}
    return ExplainedPolicies(
        Setting(
            path=path, value=value,
            why=_why(policies.name, path) if known.get(path) == value else "",
        )
        for path, value in _settings(policies)
    )  # fmt: skip


def _settings(policies: Policies) -> Iterator[tuple[str, str]]:
    for name, value in _fields(policies):
        if isinstance(value, tuple):
            yield from [(name, "none")] if not value else _rules(name, value)
        elif attrs.has(type(value)) and not hasattr(type(value), "parse"):
            yield from ((f"{name}/{part}", _text(held)) for part, held in _fields(value))
        else:
            yield name, _text(value)


def _rules(name: str, rules: tuple[Any, ...]) -> Iterator[tuple[str, str]]:
    for rule in rules:
        yield from ((f"{name}/{rule.name}/{part}", _text(held)) for part, held in _fields(rule))


def _fields(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any of the policies
    for each in attrs.fields(type(value)):
        if each.name != "name":
            yield each.name, getattr(value, each.name)


def _text(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    return str(value.value) if isinstance(value, Enum) else str(value)


def _why(preset: str, path: str) -> str:
    """Return the reason of the preset itself, or the common one of the setting."""
    first, *rest = path.split("/")
    common = f"{first}/{rest[-1]}" if rest else first
    return WHY.get(f"{preset}/{path}") or WHY.get(common, "")
