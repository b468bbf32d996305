"""Intake: every file into the store; no row disappears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.crm import Crm, Receipt
from ecrm_core.demo.scene import Scene
from ecrm_core.demo.tables import TABLES

__all__ = ["take_files_in"]

_SHOPIFY: Final = ("shopify_customers.json", "shopify_orders.json")
_COUNTS: Final = ("rows", "accepted", "quarantined", "duplicate")


def take_files_in(crm: Crm, scene: Scene) -> None:
    """Take the exports of shop, till and newsletters in, and say what became of each row."""
    scene.title("Exports in: the shop, a till, two newsletters")
    receipts = {
        name: crm.ingest_file(scene.folder / name, source="shopify") for name in _SHOPIFY
    } | {
        table.file: crm.ingest_file(
            scene.folder / table.file, source=table.source, fields=table.fields
        )
        for table in TABLES
    }
    for name, receipt in receipts.items():
        scene.say(f"{name:<24}{receipt}")
    scene.say(f"{'together':<24}{_sum(receipts)}")
    scene.say("\nWhat could not be read is kept whole, with the reason:")
    for row in reversed(crm.quarantined()):
        problems = "; ".join(": ".join(problem) for problem in row.problems)
        scene.say(f"  {row.source}, {row.place}: {problems}")


def _sum(receipts: Mapping[str, Receipt]) -> str:
    rows, accepted, quarantined, duplicate = (
        sum(getattr(receipt, name) for receipt in receipts.values()) for name in _COUNTS
    )
    equal = "=" if rows == accepted + quarantined + duplicate else "is NOT"
    parts = f"{accepted} accepted + {quarantined} quarantined + {duplicate} duplicate"
    return f"{rows} rows {equal} {parts}"
