"""Duplicates: who may be one person, the certain ones merged, and how right that was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from ecrm_core.crm import Crm
from ecrm_core.demo.scene import Scene

if TYPE_CHECKING:
    from ecrm_core.matching import Deduplication

__all__ = ["merge_the_certain"]

_ROUNDS: Final = 5
_PAST: Final = ("two_accounts",)  # people open a second account under another address


def merge_the_certain(crm: Crm, scene: Scene) -> None:
    """Propose, show the reasons for one, merge the certain ones, and compare with the truth."""
    scene.title("Who may be one person: what is certain is merged")
    for number in range(_ROUNDS):  # who is one now may be seen to be one with a third
        found = crm.duplicates()
        if number == 0:
            scene.say(found)
            _reasons(crm, scene, found)
        merged = _merge(crm, found)
        if not merged:
            break
        scene.say(f"{merged} merged")
    _judged(crm, scene)


def _merge(crm: Crm, found: Deduplication) -> int:
    pairs = [(crm.resolve(str(p.left)), str(p.right)) for p in found.certain]
    merged = 0
    for left, right in pairs:
        winner, loser = crm.resolve(left), crm.resolve(right)
        if winner != loser:
            crm.merge(winner, loser, by="demo", despite=_PAST, key=f"demo: {winner} {loser}")
            merged += 1
    return merged


def _reasons(crm: Crm, scene: Scene, found: Deduplication) -> None:
    """Say why for a pair that is written in two scripts, where there is one."""
    latin = {crm.resolve(key) for key in scene.shop.labels["romanised"]}
    pairs = [(str(pair.left), str(pair.right)) for pair in found.certain]
    mixed = [(left, right) for left, right in pairs if (left in latin) != (right in latin)]
    for left, right in [*mixed, *pairs][:1]:
        scene.say(f"\nWhy {scene.name(crm, left)} and {scene.name(crm, right)} are one:")
        for reason in found.reasons(left, right):
            scene.say(f"  {reason}")
        scene.say()


def _judged(crm: Crm, scene: Scene) -> None:
    """Compare with the truth, which the generator knows; of fakes nobody knows who they are."""
    truth = {
        key: str(person)
        for key, person in scene.shop.truth.items()
        if key not in scene.shop.labels["fake"]
    }
    found = {key: crm.resolve(key) for key in truth}
    joined, true = _pairs(found.values()), _pairs(truth.values())
    right = _pairs((found[key], person) for key, person in truth.items())
    scene.say(
        f"\nThe generator knows who is who: {joined} pairs of rows are joined, {right} of them"
        f" rightly (precision {right / joined:.1%});\nof the {true} pairs that are one person"
        f" {right} are joined (recall {right / true:.1%}). The others wait in the review."
    )


def _pairs(labels: Iterable[object]) -> int:
    """Return how many pairs of rows have the same label."""
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())
