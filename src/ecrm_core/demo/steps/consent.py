"""Consent: who may be sent marketing by e-mail, and why or why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ecrm_core.crm import Crm
from ecrm_core.demo.scene import Scene

__all__ = ["who_may_be_written_to"]

_ALIKE = 2


def who_may_be_written_to(crm: Crm, scene: Scene) -> None:
    """Ask for people whose shop and newsletter disagree, and for some others; count all."""
    scene.title("Who may be sent marketing by e-mail, and why or why not")
    asked = {key: crm.may_contact(key, "email", "marketing") for key in sorted(scene.shop.truth)}
    conflicts = sorted(scene.shop.labels["consent_conflict"])
    scene.say("Where the shop and a newsletter disagree, the later statement counts:")
    for key in [*_first(asked, conflicts, yes=True), *_first(asked, conflicts, yes=False)]:
        _say(crm, scene, key)
    scene.say("\nOf the others:")
    others = [key for key in asked if key not in conflicts]
    for key in [*_first(asked, others, yes=True), *_first(asked, others, yes=False)]:
        _say(crm, scene, key)
    people = {crm.resolve(key): bool(verdict) for key, verdict in asked.items()}
    scene.say(f"\n{sum(people.values())} of {len(people)} customers may be written to.")


def _first(asked: Mapping[str, object], keys: Sequence[str], *, yes: bool) -> Iterator[str]:
    found = (key for key in keys if bool(asked[key]) == yes)
    return (key for key, _ in zip(found, range(_ALIKE), strict=False))


def _say(crm: Crm, scene: Scene, key: str) -> None:
    verdict = crm.may_contact(key, "email", "marketing")
    reasons = "; ".join(map(str, verdict.reasons))
    scene.say(f"  {'yes' if verdict else 'no ':<4}{scene.name(crm, key)}: {reasons}")
