"""Changing: a call of every verb that writes; a verb may have several."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from attrs import frozen

from ecrm_core.crm import Crm
from ecrm_core.kernel import Emit
from ecrm_core.matching import default_model
from ecrm_core.merging import AutoMerge, Zone
from ecrm_core.subscriptions import Cancel, PaymentFailed
from ecrm_core.testing.gateway import SimulatedGateway
from tests.faulty.shop import (
    CERTAIN,
    GOOD,
    LATER,
    PLAN,
    WAITING,
    Shop,
    delivery,
    order,
    table,
)


@frozen
class Send:
    """Which sending of a request it is, from 0, and its key."""

    key: str | None = None
    number: int = 0


Call = Callable[[Crm, Shop, Send], object]
MODEL: Final = default_model([("full_name", "full_name"), ("email", "email")])
SAID: Final = [
    {"left": f"shop/{left}", "right": f"shop/{right}", "verdict": verdict, "by": "bo",
     "at": LATER.isoformat(), "reason": None}
    for left, right, verdict in ((0, 1, "same"), (12, 13, "different"))
]  # fmt: skip

WHOLE: Final[Mapping[str, Call]] = {
    "ingest": lambda crm, _, send: crm.ingest(
        delivery(2, 4, 17, at=LATER, name="Bo New"), key=send.key
    ),
    "record": lambda crm, _, send: crm.record([order("e2", 3), order("e3", 9)], key=send.key),
    "correct": lambda crm, _, send: crm.correct("shop/3", "tags", "vip", by="ann", key=send.key),
    "clean": lambda crm, _, send: crm.clean("shop/9", by="ann", key=send.key),
    "merge": lambda crm, _, send: crm.merge("shop/12", "shop/2", by="ann", key=send.key),
    "merge: with a value": lambda crm, _, send: crm.merge(
        "shop/12", "shop/13", by="ann", values={"tags": "vip"}, key=send.key
    ),
    "unmerge": lambda crm, shop, send: crm.unmerge(shop.ids["edge"], by="ann", key=send.key),
    "hold": lambda crm, _, send: crm.hold("shop/12", reason="case 2", by="ann", key=send.key),
    "release": lambda crm, shop, send: crm.release(shop.ids["hold"], by="ann", key=send.key),
    "judge": lambda crm, _, send: crm.judge(
        "shop/12", "shop/13", "different", by="ann", key=send.key
    ),
    "import_judgements": lambda crm, _, send: crm.import_judgements(SAID, key=send.key),
    "claim": lambda crm, _, send: crm.claim(
        "device/1", "shop/12", proof="clicked", source="web", by="web", key=send.key
    ),
    "claim_address": lambda crm, _, send: crm.claim_address(
        "device/2", "ann12@example.com", proof="typed", source="web", by="web", key=send.key
    ),
    "consent": lambda crm, _, send: crm.consent(
        "ann12@example.com", "revoked", channel="email", purpose="marketing", key=send.key
    ),
    "refuse_contact": lambda crm, _, send: crm.refuse_contact("shop/2", by="her", key=send.key),
    "lift_refusal": lambda crm, _, send: crm.lift_refusal("shop/5", by="her", key=send.key),
    "subscribe": lambda crm, _, send: crm.subscribe("shop/3", PLAN, key=send.key),
    "command": lambda crm, shop, send: crm.command(
        shop.ids["subscription"], Cancel.at_term_end(), by="ann", key=send.key
    ),
    "payment": lambda crm, shop, send: crm.payment(
        PaymentFailed(charge=f"{shop.ids['subscription']}/charge/0/0"), by="hook", key=send.key
    ),
    "settle": lambda crm, _, send: crm.settle(WAITING.id, "same", by="ben", key=send.key),
    "settle: different": lambda crm, _, send: crm.settle(
        CERTAIN[1].id, "different", by="ann", key=send.key
    ),
    "undo_decision": lambda crm, shop, send: crm.undo_decision(
        shop.ids["decision"], by="ann", key=send.key
    ),
    "undo_last": lambda crm, _, send: crm.undo_last(by="agent", key=send.key),
    "adopt_model": lambda crm, _, send: crm.adopt_model(MODEL, by="ann", key=send.key),
    "save_segment": lambda crm, _, send: crm.save_segment(
        "loyal", "number_of_orders > 1", by="ann", key=send.key
    ),
    "save_segment: anew": lambda crm, _, send: crm.save_segment(
        "buyers", "", by="ann", key=send.key
    ),
    "rename_segment": lambda crm, _, send: crm.rename_segment(
        "buyers", "bought", by="ann", key=send.key
    ),
    "drop_segment": lambda crm, _, send: crm.drop_segment("lists", by="ann", key=send.key),
    "review": lambda crm, *_: crm.review(by="ann", limit=2),
    "release_review": lambda crm, *_: crm.release_review(by="ben"),
    "release_stuck": lambda crm, *_: crm.release_stuck(),
    "erase": lambda crm, _, send: crm.erase("shop/2", by="ann", reason="case 3", key=send.key),
    "export": lambda crm, *_: crm.export("shop/2", by="ann"),
    "export_judgements": lambda crm, *_: crm.export_judgements(io.BytesIO(), by="ann"),
    "export_table": lambda crm, *_: crm.export_table(io.BytesIO(), by="ann"),
}  # fmt: skip
"""Verbs that write one set: the state is before or after."""


def _deliver(crm: Crm, _: Shop, send: Send) -> object:
    """Hand everything over; whoever sends again comes when the lease before is over."""
    now = LATER + send.number * timedelta(hours=1)
    others = {"customers_merged": _take, "customers_unmerged": _take}
    return crm.deliver(notice=_take, task=_take, charge=_take, others=others, now=now)


def _take(_: Emit) -> None:
    """Be the host's function."""


def _collect(crm: Crm, _: Shop, send: Send) -> object:
    """Collect everything from a provider that pays, as ``_deliver`` hands it over."""
    now = LATER + send.number * timedelta(hours=1)
    others = {"customers_merged": _take, "customers_unmerged": _take}
    return crm.collect(SimulatedGateway(), notice=_take, task=_take, others=others, now=now)


def _settle_many(crm: Crm, _: Shop, send: Send) -> object:
    said = {CERTAIN[0].id: "same", CERTAIN[1].id: "different", WAITING.id: "same"}
    return crm.settle_many(said, by="ben", key=send.key)


MANY: Final[Mapping[str, Call]] = {
    "ingest_file": lambda crm, shop, _: crm.ingest_file(
        table(shop.folder), source="list", fields=GOOD, page=2
    ),
    "clean: everybody": lambda crm, *_: crm.clean(by="ann", page=4),
    "replay": lambda crm, *_: crm.replay("list", fields=GOOD),
    "run_due": lambda crm, *_: crm.run_due(),
    "run_matching": lambda crm, *_: crm.run_matching(auto=AutoMerge(zone=Zone.CERTAIN), page=5),
    "run_matching: full": lambda crm, *_: crm.run_matching(full=True, page=5),
    "deliver": _deliver,
    "collect": _collect,
    "settle_many": _settle_many,
    "settle_certain": lambda crm, *_: crm.settle_certain(by="ann"),
    "refresh_segments": lambda crm, *_: crm.refresh_segments(page=5),
    "refresh_segments: full": lambda crm, *_: crm.refresh_segments(full=True, page=9),
    "rebuild_search_keys": lambda crm, *_: crm.rebuild_search_keys(page=5),
    "forget_requests": lambda crm, *_: crm.forget_requests(),
    "forget_audit": lambda crm, *_: crm.forget_audit(older_than=timedelta(hours=12)),
}
"""Verbs that write set after set: run again, they go on to the same end."""
