"""Mistake: two people who share a phone are merged, and taken apart again, byte for byte."""

from __future__ import annotations

import json
from typing import Final

from ecrm_core.crm import Crm
from ecrm_core.demo.scene import Scene
from ecrm_core.kernel import digest

__all__ = ["merge_and_undo"]

_PAST: Final = ("two_accounts",)


def merge_and_undo(crm: Crm, scene: Scene) -> None:
    """Preview a merge, merge despite what it says, and undo; with keys, so that it happens once."""
    scene.title("A merge by mistake: two who share a phone, and its undoing")
    pair = _sharing(crm, scene)
    if pair is None:
        scene.say("No two customers of this shop share a phone.")
        return
    first, second = pair
    before = _exports(crm, first, second)
    scene.say(crm.preview_merge(first, second).table(masked=False))
    undo = crm.merge(first, second, by="demo", despite=_PAST, key="demo: mistake")
    scene.say(f"\nmerged: {undo.loser} goes by {undo.winner}")
    report = crm.unmerge(undo, by="demo", key="demo: mistake undone")
    after = _exports(crm, first, second)
    scene.say(f"undone: {report.restored} is on its own again")
    scene.say(f"export before {digest(before)}\nexport after  {digest(after)}")
    same = "the same, byte for byte" if after == before else "NOT the same"
    scene.say(f"The two are {same} ({len(before.encode()):,} bytes).")


def _sharing(crm: Crm, scene: Scene) -> tuple[str, str] | None:
    """Return the accounts of two people whose phone is one, and who are two in the store."""
    accounts = [key for key in scene.shop.truth if key.startswith("shopify/8")]
    by_person = {scene.shop.truth[key]: key for key in sorted(accounts)}
    pairs = (
        (by_person.get(scene.shop.truth[key] - 1, key), key)  # she lives with the person before her
        for key in sorted(scene.shop.labels["shared_phone"].intersection(accounts))
    )
    found = (
        (kin, key)
        for kin, key in pairs
        if crm.resolve(kin) != crm.resolve(key) and _phones(crm, kin) & _phones(crm, key)
    )
    return next(found, None)


def _phones(crm: Crm, key: str) -> frozenset[str | None]:
    return frozenset(phone.match_form for phone in crm.view(key).profile.phones)


def _exports(crm: Crm, *keys: str) -> str:
    """Everything known of the two, merges and their undoing left out, as canonical text."""
    exported = [crm.export(key, audit=False) for key in keys]
    return json.dumps(exported, sort_keys=True, ensure_ascii=False)
