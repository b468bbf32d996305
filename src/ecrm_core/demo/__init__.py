"""Demo: twenty invented people from two files, unified, merged, undone, in one store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, TextIO

from ecrm_core.crm import Crm, Receipt
from ecrm_core.customers import PROFILES, FieldMap
from ecrm_core.kernel import digest
from ecrm_core.sources import QUARANTINE

__all__ = ["run"]

NEWSLETTER: Final = FieldMap(
    {
        "구독번호": "id",
        "이메일": "email",
        "이름": "full_name",
        "휴대폰": "phone",
        "수신동의": "consent:email:marketing",
        "수정일시": "updated_at",
    },
    tz="Asia/Seoul",
)
"""What the columns of the newsletter's export mean."""
_SHOP, _LIST = "shopify/8000000101", "newsletter/N-1001"
_ASKED = [_SHOP, "shopify/8000000102", "shopify/8000000103", "newsletter/N-1005"]


def run(store: Path, out: TextIO) -> None:
    """Show the main job on example data, in a store that stays; a second run changes nothing."""
    with Crm.open(store, region="KR", tz="Asia/Seoul") as crm:
        before = _state(crm)
        _intake(crm, out)
        _one_customer(crm, out)
        _merge_and_undo(crm, out)
        changed = "changed nothing" if _state(crm) == before else "changed the store"
        print(
            f"\nThis run {changed}. The store is {store}: run again, and nothing changes.", file=out
        )


def _intake(crm: Crm, out: TextIO) -> None:
    _title("Taking two files in", out)
    with as_file(files(__name__) / "data") as data:
        receipts = {
            "shopify_customers.json": crm.ingest_file(
                data / "shopify_customers.json", source="shopify"
            ),
            "newsletter.csv": crm.ingest_file(
                data / "newsletter.csv", source="newsletter", fields=NEWSLETTER
            ),
        }
    for name, receipt in receipts.items():
        print(f"{name:<24}{receipt}", file=out)
    print(f"{'both':<24}{_sum(receipts)}", file=out)
    for row in _quarantined(crm):
        print(f"  quarantined: {row}", file=out)


def _sum(receipts: dict[str, Receipt]) -> str:
    names = ("rows", "accepted", "quarantined", "duplicate")
    rows, accepted, quarantined, duplicate = (
        sum(getattr(receipt, name) for receipt in receipts.values()) for name in names
    )
    equal = "=" if rows == accepted + quarantined + duplicate else "is NOT"
    parts = f"{accepted} accepted + {quarantined} quarantined + {duplicate} duplicate"
    return f"{rows} rows {equal} {parts}"


def _one_customer(crm: Crm, out: TextIO) -> None:
    _title("One customer, each value with where it comes from", out)
    hit = crm.find("민준 김")[0]
    print(crm.view(hit.customer).table(masked=False), file=out)
    _title("Who may be sent marketing by e-mail, and why or why not", out)
    for customer in _ASKED:
        name = crm.view(customer).profile.name
        verdict = crm.may_contact(customer, "email", "marketing")
        reasons = "; ".join(map(str, verdict.reasons))
        print(f"{'yes' if verdict else 'no ':<4}{name.full if name else ''}: {reasons}", file=out)


def _merge_and_undo(crm: Crm, out: TextIO) -> None:
    _title("The same man on the newsletter: a merge, previewed", out)
    before = _exports(crm)
    print(crm.preview_merge(_SHOP, _LIST).table(masked=False), file=out)
    # With request keys the second run is told what the first one did, and does it no second time.
    undo = crm.merge(_SHOP, _LIST, by="demo", key="demo: merge")
    earlier = " by an earlier run" if crm.resolve(_LIST) != crm.resolve(_SHOP) else ""
    print(f"\nmerged{earlier}: {undo.loser} goes by {undo.winner}", file=out)
    report = crm.unmerge(undo, by="demo", key="demo: undo")
    after = _exports(crm)
    print(f"undone: {report.restored} is on its own again", file=out)
    print(f"export before {digest(before)}\nexport after  {digest(after)}", file=out)
    same = "the same, byte for byte" if after == before else "NOT the same"
    print(f"The two are {same} ({len(before.encode()):,} bytes).", file=out)


def _exports(crm: Crm) -> str:
    """Everything known of everybody, merges and their undoing left out, as canonical text."""
    exported = [crm.export(id_, audit=False) for id_ in _customers(crm)]
    return json.dumps(exported, sort_keys=True, ensure_ascii=False)


def _state(crm: Crm) -> str:
    """What stands for everything in the store, merges included."""
    return digest([crm.export(id_) for id_ in _customers(crm)])


def _customers(crm: Crm) -> list[str]:
    return [row.value.id for row in crm.store.scan(PROFILES, limit=1_000).rows]


def _quarantined(crm: Crm) -> Iterator[str]:
    for row in crm.store.scan(QUARANTINE).rows:
        problems = "; ".join(": ".join(problem) for problem in row.value.problems)
        yield f"{row.value.source}, {row.value.place}: {problems}"


def _title(text: str, out: TextIO) -> None:
    print(f"\n{text}\n{'=' * len(text)}", file=out)
