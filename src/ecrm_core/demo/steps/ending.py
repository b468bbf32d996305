"""Ending: where the results are, and what to try next."""

from __future__ import annotations

from pathlib import Path

from ecrm_core.demo.scene import Scene
from ecrm_core.demo.steps.quality import PAGE

__all__ = ["where_to_look"]


def where_to_look(scene: Scene, store: Path, *, changed: bool) -> None:
    """Say where everything is, whether this run changed something, and how to go on."""
    scene.title("Where it is, and what to try next")
    did = "changed the store" if changed else "changed nothing"
    scene.say(f"This run {did}. Run it again, and nothing changes.\n")
    scene.say(f"{store}: the store, one SQLite file")
    for name, content in scene.shop.files.items():
        scene.say(f"{scene.folder / name}: {len(content):,} bytes")
    scene.say(f"{scene.folder / PAGE}: how good the data is, as a page for a browser")
    scene.say(
        "\nEverybody in these files is invented; their addresses and numbers reach nobody.\n"
        "Next: docs/tutorial/first-customers.md, or in Python:\n"
        f"  from ecrm_core import Crm; crm = Crm.open({str(store)!r}, region='KR')\n"
        "  crm.find('민준')"
    )
