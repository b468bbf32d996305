"""Jurisdictions: windows that a law gives for notices, as rules in JSON beside this file; all off.

A sample shows how: read the law, write the file, and add its rules to the policies of a preset.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.kernel import Money
from ecrm_core.subscriptions.condition import Condition, Market
from ecrm_core.subscriptions.notice import IfMissed, NoticeRule, RelativeTo, WithoutConsent
from ecrm_core.subscriptions.term import AtEnd

__all__ = ["Jurisdiction", "jurisdiction", "rules_of_json"]

_KNOWN: Final = ("us-ca",)
"""The samples there are."""


@frozen(kw_only=True)
class Jurisdiction:
    """The notice rules of one law, with what they were read from and what they are not."""

    name: str
    title: str
    source: str
    disclaimer: str
    rules: tuple[NoticeRule, ...]


def jurisdiction(name: str) -> Jurisdiction:
    """Return a sample; UnknownName when there is none of that name.

    ``evolve(preset, notices=(*preset.notices, *jurisdiction("us-ca").rules))`` switches it on.
    """
    if name not in _KNOWN:
        raise UnknownName("jurisdiction", str(name)[:80], _KNOWN)
    path = Path(__file__).with_name(f"{name.replace('-', '_')}.json")
    data = json.loads(path.read_text("utf-8"))
    return Jurisdiction(**{**data, "rules": rules_of_json(data["rules"])})


def rules_of_json(rows: object) -> tuple[NoticeRule, ...]:
    """Return notice rules of JSON values: the fields of NoticeRule by name, durations as ISO 8601.

    Enums are written by their values, ``applies_if`` as an object of Condition's fields, its amount
    as {"amount": "10.00", "currency": "EUR"}. Raises DefinitionError for what is no rule.
    """
    try:
        return tuple(_rule(dict(row)) for row in rows)  # type: ignore[attr-defined]
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        if isinstance(error, DefinitionError):
            raise
        message = f"found JSON that is no notice rule ({type(error).__name__})"
        raise DefinitionError(message, code="notice_rule") from None


def _rule(data: dict[str, Any]) -> NoticeRule:
    for name, read in _FIELDS.items():
        if data.get(name) is not None:
            data[name] = read(data[name])
    return NoticeRule(**data)


def _condition(data: Mapping[str, Any]) -> Condition:
    parts = dict(data)
    for name, read in _CONDITION.items():
        if parts.get(name) is not None:
            parts[name] = read(parts[name])
    return Condition(**parts)


_FIELDS: Final[Mapping[str, Any]] = {
    "relative_to": RelativeTo,
    "fallback": tuple,
    "applies_if": _condition,
    "without_consent": WithoutConsent,
    "if_missed": IfMissed,
    "verified": date.fromisoformat,
}
_CONDITION: Final[Mapping[str, Any]] = {
    "plans": tuple,
    "at_end": lambda ends: tuple(map(AtEnd, ends)),
    "market": Market,
    "amount": lambda money: Money(**money),
}
