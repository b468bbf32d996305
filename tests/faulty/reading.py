"""Reading: a call of every verb that writes nothing, and those that touch no store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ecrm_core.crm import Crm
from ecrm_core.merging import AutoMerge, Zone
from tests.faulty.shop import WAITING

READS: Final[Mapping[str, Callable[[Crm], object]]] = {
    "audit": lambda crm: (crm.audit(), crm.audit("shop/2")),
    "claim_conflicts": lambda crm: crm.claim_conflicts(),
    "claims": lambda crm: crm.claims("shop/2"),
    "contradictions": lambda crm: crm.contradictions(),
    "draft_matching": lambda crm: crm.draft_matching(auto=AutoMerge(zone=Zone.CERTAIN)),
    "diff_segment": lambda crm: crm.diff_segment("buyers", "number_of_orders > 1"),
    "doctor": lambda crm: crm.doctor(),
    "due": lambda crm: crm.due(days=30),
    "forecast": lambda crm: list(crm.forecast(days=30)),
    "duplicates": lambda crm: crm.duplicates(),
    "facts": lambda crm: crm.facts("shop/2"),
    "find": lambda crm: crm.find("ann2@example.com"),
    "judgement_rows": lambda crm: list(crm.judgement_rows()),
    "judgements": lambda crm: list(crm.judgements("shop/9")),
    "linked": lambda crm: crm.linked("shop/2", "plugin_note"),
    "matches": lambda crm: crm.matches("shop/0"),
    "matching_model": lambda crm: crm.matching_model(),
    "memberships": lambda crm: crm.memberships("shop/2"),
    "may_contact": lambda crm: crm.may_contact("shop/2", "email", "marketing"),
    "may_contact_address": lambda crm: crm.may_contact_address(
        "ann2@example.com", "email", "marketing"
    ),
    "preview_merge": lambda crm: crm.preview_merge("shop/12", "shop/2"),
    "quarantined": lambda crm: crm.quarantined(),
    "refit": lambda crm: crm.refit(),
    "report": lambda crm: crm.report(),
    "resolve": lambda crm: crm.resolve("shop/2"),
    "movements": lambda crm: tuple(crm.movements()),
    "rfm": lambda crm: crm.rfm(currency="EUR").groups,
    "review_card": lambda crm: crm.review_card(WAITING.id),
    "review_counts": lambda crm: crm.review_counts(),
    "saved_segments": lambda crm: crm.saved_segments(),
    "segment_members": lambda crm: crm.segment_members("buyers"),
    "segment_schema": lambda crm: crm.segment_schema(),
    "segment": lambda crm: crm.segment("number_of_orders > 0").why("shop/2").sentences(),
    "segment_rows": lambda crm: list(crm.segment_rows()),
    "stuck": lambda crm: crm.stuck(),
    "subscriptions": lambda crm: crm.subscriptions("shop/2"),
    "timeline": lambda crm: crm.timeline("shop/2"),
    "view": lambda crm: crm.view("shop/2"),
    "why_member": lambda crm: crm.why_member("buyers", "shop/2").sentences(),
    "work_list": lambda crm: crm.work_list(value=lambda _: 1),
}
STORELESS: Final = frozenset({"close", "compact", "now", "open"})
