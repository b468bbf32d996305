"""State: every row of every Kind in a store, as text to compare."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from ecrm_core.kernel import AUDIT, AUDIT_LINKS, Kind
from ecrm_core.ports import Store
from tests.house import modules

_OF_THE_WAY = {
    "outbox_claim": {"attempts", "until"},
    "outbox_delivered": {"attempts", "at"},
    "quarantine": {"attempts"},
    "request": {"sequence"},
}
"""What tells how often something was tried and when: it may differ where the rows do not."""


@cache
def kinds() -> tuple[Kind[Any], ...]:
    """Every Kind of the library, by name."""
    found = {
        value.name: value
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, Kind) and value.owner != "testing"
    }
    return tuple(found[name] for name in sorted(found))


def state(store: Store, *, audit: bool = False) -> dict[str, list[str]]:
    """The rows of each Kind as JSON, without versions; what was done, and how often, if asked."""
    return {
        kind.name: _rows(store, kind)
        for kind in kinds()
        if audit or kind not in (AUDIT, AUDIT_LINKS)
    }


def _rows(store: Store, kind: Kind[Any]) -> list[str]:
    page = store.scan(kind, limit=10_000)
    assert page.following is None
    bodies = [kind.row(row.value).body for row in page.rows]
    without = _OF_THE_WAY.get(kind.name)
    return [_blurred(body, without) for body in bodies] if without else bodies


def _blurred(body: str, without: set[str]) -> str:
    """The body without some fields, and without how much of the audit an erasure took."""
    body = re.sub(r'"audit(_link)?":\d+,', "", body)
    told = {name: value for name, value in json.loads(body).items() if name not in without}
    return json.dumps(told, sort_keys=True)
