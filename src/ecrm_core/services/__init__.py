"""Services: load, decide, apply; one function a verb, no business rule."""

from ecrm_core.services.audit import (
    AuditPage,
    audit_of,
    audit_page,
    prepare_forget_audit,
    write_note,
)
from ecrm_core.services.card import CardCustomer, ReviewCard, ReviewPage
from ecrm_core.services.cards import Desk, read_card, read_cards
from ecrm_core.services.claims import (
    ClaimsAbout,
    all_claimed,
    claims_about,
    find_claim_conflicts,
    prepare_claim_of,
    read_claims,
)
from ecrm_core.services.cleaning import fixable, prepare_clean
from ecrm_core.services.commit import commit
from ecrm_core.services.contact import (
    Asked,
    address_of,
    may_contact_address,
    may_contact_customer,
    prepare_consent,
    prepare_refusal,
)
from ecrm_core.services.erasure import erase_customer, prepare_erase
from ecrm_core.services.export import export_whole, hand_out
from ecrm_core.services.find import Hit, find_customers
from ecrm_core.services.hanging import hanging_on, linked_rows
from ecrm_core.services.holdings import holdings_of
from ecrm_core.services.holds import prepare_hold, prepare_release_hold
from ecrm_core.services.identity import (
    Act,
    group_of,
    prepare_correct,
)
from ecrm_core.services.intake import prepare_ingest
from ecrm_core.services.judgement_table import prepare_judgements, stored_judgement_rows
from ecrm_core.services.judgements import (
    Ruled,
    find_contradictions,
    judgements_about,
    prepare_judgement,
    ruled,
)
from ecrm_core.services.matching import find_duplicates, find_matches
from ecrm_core.services.mentions import MentionedContact, mentions_in
from ecrm_core.services.merges import Review, prepare_merge, prepare_preview, prepare_unmerge
from ecrm_core.services.models import (
    BY_ROLES,
    adopted_model,
    has_customers,
    prepare_adopt,
    prepare_sweep,
    read_model,
)
from ecrm_core.services.movements import movements_of
from ecrm_core.services.outbox import (
    Deliveries,
    Handler,
    deliver,
    prepare_claim,
    prepare_release_stuck,
    stuck_effects,
)
from ecrm_core.services.outcomes import OUTCOMES
from ecrm_core.services.personal import IMPERSONAL, PERSONAL, Personal
from ecrm_core.services.quality import check, count_parties, report_store
from ecrm_core.services.redaction import MASKED, VIEWER_ROLES, RedactionPolicy, Sight, policy_of
from ecrm_core.services.refresh import (
    Refresher,
    count_to_ask,
    draft_refresh,
    prepare_full_refresh,
    read_refresh,
    refresh_pages,
)
from ecrm_core.services.reindex import reindex
from ecrm_core.services.renewals import (
    TROUBLES,
    Health,
    RunReport,
    SetAside,
    Trouble,
    check_run,
    collecting,
    due_actions,
    examine,
    forecast_actions,
    payment_key,
    prepare_command,
    prepare_payment,
    prepare_run_due,
    prepare_subscribe,
    run_due,
    subscriptions_of,
)
from ecrm_core.services.replay import Mapper, mapper_for, prepare_replay
from ecrm_core.services.retention import prepare_forget_requests
from ecrm_core.services.review import choose_cards, prepare_release_review, prepare_review
from ecrm_core.services.review_counts import ReviewCounts, count_review
from ecrm_core.services.rfm import all_purchases
from ecrm_core.services.runs import (
    MERGED,
    UNMERGED,
    RunDraft,
    Runner,
    count_marked,
    draft_run,
    run_pages,
)
from ecrm_core.services.saved_segments import (
    Difference,
    Setting,
    difference_of,
    prepare_drop_segment,
    prepare_rename_segment,
    prepare_save_segment,
    read_segments,
)
from ecrm_core.services.seeing import Look, see_customer
from ecrm_core.services.segment_members import MembersFound, members_of, memberships_of
from ecrm_core.services.segments import (
    Question,
    explain_member,
    segment_members,
    segment_rows,
)
from ecrm_core.services.settle import (
    CardSaid,
    prepare_settle,
    prepare_unsettle,
    prepare_unsettle_last,
)
from ecrm_core.services.shown import ShownView
from ecrm_core.services.tables import Extent, customer_rows, extent_of
from ecrm_core.services.timeline import facts_of, prepare_record, timeline_of
from ecrm_core.services.view import (
    CustomerView,
    export_customer,
    view_customer,
)
from ecrm_core.services.view_parts import Duplicate, QualityWarning, Reach, Renewal
from ecrm_core.services.work_list import work_list_store

__all__ = [
    "BY_ROLES",
    "IMPERSONAL",
    "MASKED",
    "MERGED",
    "OUTCOMES",
    "PERSONAL",
    "TROUBLES",
    "UNMERGED",
    "VIEWER_ROLES",
    "Act",
    "Asked",
    "AuditPage",
    "CardCustomer",
    "CardSaid",
    "ClaimsAbout",
    "CustomerView",
    "Deliveries",
    "Desk",
    "Difference",
    "Duplicate",
    "Extent",
    "Handler",
    "Health",
    "Hit",
    "Look",
    "Mapper",
    "MembersFound",
    "MentionedContact",
    "Personal",
    "QualityWarning",
    "Question",
    "Reach",
    "RedactionPolicy",
    "Refresher",
    "Renewal",
    "Review",
    "ReviewCard",
    "ReviewCounts",
    "ReviewPage",
    "Ruled",
    "RunDraft",
    "RunReport",
    "Runner",
    "SetAside",
    "Setting",
    "ShownView",
    "Sight",
    "Trouble",
    "address_of",
    "adopted_model",
    "all_claimed",
    "all_purchases",
    "audit_of",
    "audit_page",
    "check",
    "check_run",
    "choose_cards",
    "claims_about",
    "collecting",
    "commit",
    "count_marked",
    "count_parties",
    "count_review",
    "count_to_ask",
    "customer_rows",
    "deliver",
    "difference_of",
    "draft_refresh",
    "draft_run",
    "due_actions",
    "erase_customer",
    "examine",
    "explain_member",
    "export_customer",
    "export_whole",
    "extent_of",
    "facts_of",
    "find_claim_conflicts",
    "find_contradictions",
    "find_customers",
    "find_duplicates",
    "find_matches",
    "fixable",
    "forecast_actions",
    "group_of",
    "hand_out",
    "hanging_on",
    "has_customers",
    "holdings_of",
    "judgements_about",
    "linked_rows",
    "mapper_for",
    "may_contact_address",
    "may_contact_customer",
    "members_of",
    "memberships_of",
    "mentions_in",
    "movements_of",
    "payment_key",
    "policy_of",
    "prepare_adopt",
    "prepare_claim",
    "prepare_claim_of",
    "prepare_clean",
    "prepare_command",
    "prepare_consent",
    "prepare_correct",
    "prepare_drop_segment",
    "prepare_erase",
    "prepare_forget_audit",
    "prepare_forget_requests",
    "prepare_full_refresh",
    "prepare_hold",
    "prepare_ingest",
    "prepare_judgement",
    "prepare_judgements",
    "prepare_merge",
    "prepare_payment",
    "prepare_preview",
    "prepare_record",
    "prepare_refusal",
    "prepare_release_hold",
    "prepare_release_review",
    "prepare_release_stuck",
    "prepare_rename_segment",
    "prepare_replay",
    "prepare_review",
    "prepare_run_due",
    "prepare_save_segment",
    "prepare_settle",
    "prepare_subscribe",
    "prepare_sweep",
    "prepare_unmerge",
    "prepare_unsettle",
    "prepare_unsettle_last",
    "read_card",
    "read_cards",
    "read_claims",
    "read_model",
    "read_refresh",
    "read_segments",
    "refresh_pages",
    "reindex",
    "report_store",
    "ruled",
    "run_due",
    "run_pages",
    "see_customer",
    "segment_members",
    "segment_rows",
    "stored_judgement_rows",
    "stuck_effects",
    "subscriptions_of",
    "timeline_of",
    "view_customer",
    "work_list_store",
    "write_note",
]
