"""Dry run: every changing verb as the ChangeSet it would apply; nothing is written."""

from __future__ import annotations

from ecrm_core.crm.claims import ClaimDrafts
from ecrm_core.crm.cleaning import CleaningDrafts
from ecrm_core.crm.contact import ContactDrafts
from ecrm_core.crm.identity import IdentityDrafts
from ecrm_core.crm.intake import IntakeDrafts
from ecrm_core.crm.judgements import JudgementDrafts
from ecrm_core.crm.matching import MatchingDrafts
from ecrm_core.crm.merging import MergingDrafts
from ecrm_core.crm.outbox import OutboxDrafts
from ecrm_core.crm.payments import PaymentDrafts
from ecrm_core.crm.privacy import PrivacyDrafts
from ecrm_core.crm.review import ReviewDrafts
from ecrm_core.crm.runs import RunDrafts
from ecrm_core.crm.saved_segments import SavedSegmentDrafts
from ecrm_core.crm.settings import Settings
from ecrm_core.crm.settling import SettlingDrafts
from ecrm_core.crm.subscriptions import SubscriptionDrafts
from ecrm_core.crm.timeline import TimelineDrafts
from ecrm_core.ports import Store

__all__ = [
    "DryRun",
]


class DryRun(
    IntakeDrafts,
    IdentityDrafts,
    MergingDrafts,
    PrivacyDrafts,
    ContactDrafts,
    OutboxDrafts,
    PaymentDrafts,
    TimelineDrafts,
    SubscriptionDrafts,
    MatchingDrafts,
    RunDrafts,
    JudgementDrafts,
    ClaimDrafts,
    ReviewDrafts,
    SettlingDrafts,
    CleaningDrafts,
    SavedSegmentDrafts,
):
    """The changing verbs of the facade, each returning what it would write."""

    def __init__(self, store: Store, settings: Settings) -> None:
        """Work on a handle that is bound to a tenant."""
        self.store = store
        self.settings = settings
