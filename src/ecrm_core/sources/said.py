"""Said: what one value of a payload states: a text, CLEARED, or (None) nothing we understand.

A leaf is taken only when the field holds it whole: where tidying changed a text (NFC, single
spaces), the field gets the tidy one and the raw one stays among the unmapped leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ecrm_core.customers import CLEARED, Cleared, SourceKey, SourceRecord, Stated
from ecrm_core.kernel import MAX_TEXT, gate_text, nfc, squeeze
from ecrm_core.sources.payload import MAX_VALUE, Node

__all__ = ["cleared", "raw_text", "record_of", "said", "tidy"]


def tidy(text: str, path: str = "$") -> str:
    """Return a text as fields hold it: NFC, single spaces; InputError beyond 512 characters."""
    return nfc(squeeze(gate_text(text, path, limit=MAX_TEXT)))


def cleared(node: Node | None) -> bool:
    """Tell whether the value says "there is none": null, "", [] or {}; if so it is taken."""
    if node is None or node.value not in (None, "", [], {}):
        return False
    node.take()
    return True


def said(node: Node | None) -> str | Cleared | None:
    """Return a tidy text, CLEARED for an empty value, None for no value or none of this kind."""
    if cleared(node):
        return CLEARED
    text = raw_text(node)
    if node is None or text is None:
        return None
    found = tidy(text, node.path)
    if found == text:
        node.take()
    return found or CLEARED


def raw_text(node: Node | None, *, limit: int = MAX_VALUE) -> str | None:
    """Return a text, or a whole number as text, gated but as it is; None for anything else."""
    if node is None or isinstance(node.value, bool):
        return None
    if isinstance(node.value, int):
        return str(node.value)
    return gate_text(node.value, node.path, limit=limit) if isinstance(node.value, str) else None


def record_of(
    key: SourceKey,
    values: Mapping[str, object],
    observed_at: datetime | None,
    received_at: datetime,
) -> SourceRecord:
    """Return the record of these values, observed when the source says, else when received."""
    if observed_at is None:
        cells = {n: Stated(v, received_at, received_at, "receipt") for n, v in values.items()}
    else:
        cells = {name: Stated(v, observed_at, received_at) for name, v in values.items()}
    return SourceRecord(key, cells)
