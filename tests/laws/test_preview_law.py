"""Whatever came before: a preview, a dry run and what a merge writes are one change."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import parse_email
from ecrm_core.kernel import ChangeSet
from ecrm_core.merging import BLOCKERS, MergePreview
from tests.derived import check_derived
from tests.profile import SEED, size
from tests.unit.merging.shop import ANN, BEFORE, BOB, CYD, NOW, card, machine, opened, told

PEOPLE = [ANN, BOB, CYD, "shop/dan", "mail/eve"]
ROUNDS = size(40, 2_000)
PASSABLE = [code for code, blocker in BLOCKERS.items() if blocker.passable]
NOT_COUNTED = {"merges", "consents about the addresses"}  # both may have a part in one


class Shop:
    """A shop in which random things happen before two customers are merged."""

    def __init__(self, crm: Crm, seed: int) -> None:
        self.crm, self.draw = crm, random.Random(seed)
        self.number = 0
        for who in PEOPLE[3:]:
            told(crm, who, BEFORE, brand="x")

    def live(self, length: int) -> None:
        acts: list[Callable[[], None]] = [
            self.state, self.correct, self.add, self.merge, self.unmerge, self.refuse,
        ]  # fmt: skip
        for _ in range(length):
            self.draw.choice(acts)()

    def values(self) -> dict[str, object]:
        names = self.draw.sample(["name.full", "brand", "tags", "emails", "account"], 2)
        letter = self.draw.choice("abc")
        return {name: f"{letter}@example.com" if name == "emails" else letter for name in names}

    def state(self) -> None:
        cells = self.values()
        if "emails" in cells:
            cells["emails"] = (parse_email(str(cells["emails"])),)
        if "tags" in cells:
            cells["tags"] = (cells["tags"],)
        cells |= self.draw.choice([{}, {"account": "enabled"}, {"national_id": "1"}])
        at = NOW - timedelta(minutes=self.draw.randrange(1_000))
        told(self.crm, self.draw.choice(PEOPLE), at, **cells)

    def correct(self) -> None:
        who = self.draw.choice(PEOPLE)
        for name, value in self.values().items():
            self.crm.correct(who, name, value, by="anna", pin=self.draw.random() < 0.3)

    def add(self) -> None:
        self.number += 1
        add = card if self.draw.random() < 0.5 else machine
        add(self.crm, str(self.number), self.draw.choice(PEOPLE))

    def refuse(self) -> None:
        self.crm.refuse_contact(self.draw.choice(PEOPLE), by="her")

    def pair(self) -> tuple[str, str] | None:
        one, two = self.draw.sample(PEOPLE, 2)
        return None if self.crm.resolve(one) == self.crm.resolve(two) else (one, two)

    def merge(self) -> None:
        if pair := self.pair():
            self.crm.merge(*pair, by="anna", values=self.values(), despite=PASSABLE)

    def unmerge(self) -> None:
        edges = [e for e in self.crm.view(self.draw.choice(PEOPLE)).merges if e.active]
        if edges:
            self.crm.unmerge(self.draw.choice(edges), by="anna")


def written(crm: Crm, changes: ChangeSet) -> bool:
    """Whether the rows of the store are those of the change."""
    stored = [crm.store.get_many(put.kind, [put.key])[put.key].value for put in changes.puts]
    gone = [drop for drop in changes.drops if crm.store.get_many(drop.kind, [drop.key])]
    return not gone and stored == [put.value for put in changes.puts]


def counted(preview: MergePreview) -> dict[str, int]:
    linked = preview.linked.items()
    return {name: one + two for name, (one, two) in linked if name not in NOT_COUNTED}


@pytest.mark.parametrize("block", range(4))
def test_a_preview_is_what_a_merge_writes_and_loses_nothing(block: int, tmp_path: Path) -> None:
    merged = 0
    for number in range(ROUNDS // 4):
        target = tmp_path / f"{number}.db" if number % 5 == 0 else None
        with opened(target) as crm:
            shop = Shop(crm, SEED * 1_000_000 + block * 100_000 + number)
            shop.live(12)
            pair = shop.pair()
            if pair is None:
                continue
            how = {"by": "anna", "values": shop.values(), "despite": PASSABLE}
            preview = crm.preview_merge(*pair, **how)  # type: ignore[arg-type]
            assert preview.changes is not None
            assert preview.changes == crm.dry_run.merge(*pair, **how)  # type: ignore[arg-type]
            undo = crm.merge(*pair, **how)  # type: ignore[arg-type]
            assert written(crm, preview.changes)
            assert preview.after == crm.view(pair[1]).profile
            told(crm, "shop/new", BEFORE, brand="x")
            after = counted(crm.preview_merge(pair[0], "shop/new"))
            chosen = {"corrections": len(undo.corrections), "records": 1}
            assert after == {n: c + chosen.get(n, 0) for n, c in counted(preview).items()}
            check_derived(crm.store)
            merged += 1
            report = crm.unmerge(undo, by="anna")
            assert set(undo.corrections) <= set(report.stayed)
            check_derived(crm.store)
    assert merged > ROUNDS // 10
