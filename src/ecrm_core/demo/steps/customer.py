"""Customer: one of them whole, each value with where it comes from."""

from __future__ import annotations

from collections import defaultdict

from ecrm_core.crm import Crm
from ecrm_core.demo.scene import Scene

__all__ = ["one_customer"]

_SHOWN = 5


def one_customer(crm: Crm, scene: Scene) -> None:
    """Show the customer whom most sources know, found by her name."""
    scene.title("One customer, each value with where it comes from")
    key = _best_known(crm, scene)
    name = scene.name(crm, key)
    scene.say(f"{len(crm.find(name))} found for {name!r}; one of them is {crm.resolve(key)}\n")
    scene.say(crm.view(key).table(masked=False))
    facts = crm.facts(key)
    spend = ", ".join(map(scene.amount, facts.spend.values())) or "nothing"
    scene.say(f"\n{facts.order_count} orders that count, {spend} spent; the latest events:")
    for event in crm.timeline(key, limit=_SHOWN):
        amount = f", {scene.amount(event.amount)}" if event.amount else ""
        scene.say(f"  {event.at:%Y-%m-%d} {event.kind} ({event.source}){amount}")


def _best_known(crm: Crm, scene: Scene) -> str:
    """Return a key of the customer who has most records, of equals the one with most orders."""
    rows: defaultdict[str, list[str]] = defaultdict(list)
    for key in scene.shop.truth:
        rows[crm.resolve(key)].append(key)
    most = max(map(len, rows.values()))
    best = [keys[0] for keys in rows.values() if len(keys) == most]
    return max(best, key=lambda key: (crm.facts(key).order_count, key))
