"""Recheck: whether a rule holds, and until when time alone cannot change that."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

from ecrm_core.segmentation.evaluate import evaluate
from ecrm_core.segmentation.schema import Schema
from ecrm_core.segmentation.scope import Row
from ecrm_core.segmentation.tree import Rule

__all__ = ["Recheck", "recheck"]


@frozen
class Recheck:
    """The value of a rule, and the first instant at which time alone may change it; None: never."""

    value: bool
    at: datetime | None = None


def recheck(
    rule: Rule, row: Row, *, schema: Schema, as_of: datetime, tz: str = "UTC"
) -> Recheck:
    """Return whether the rule holds of the row, and when to ask again if nothing else changes."""
    value = evaluate(rule, row, schema=schema, as_of=as_of, tz=tz)
    return Recheck(value, as_of + timedelta(microseconds=1))
