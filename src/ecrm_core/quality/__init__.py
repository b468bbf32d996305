"""Quality: rules as data, what they find in records, and how good a data set is."""

from ecrm_core.quality.check import (
    Report,
    check_many,
    check_party,
    check_record,
    refused_report,
)
from ecrm_core.quality.clean import Fix, automatic_fixes, clean
from ecrm_core.quality.contact_class import EmailClass, email_class, is_virtual_phone
from ecrm_core.quality.domain_list import DomainList, read_domain_list
from ecrm_core.quality.evidence import Evidence, QualityTest, Suggestion
from ecrm_core.quality.finding import Finding
from ecrm_core.quality.freshness import FRESH_PATHS, Freshness, freshness
from ecrm_core.quality.half_lives import DecayKind, EventKind, HalfLives
from ecrm_core.quality.hard_event import HardEvent
from ecrm_core.quality.messages import LANGUAGES, render_message
from ecrm_core.quality.party import Party, party_of
from ecrm_core.quality.report import TableReport
from ecrm_core.quality.report_builder import ReportBuilder
from ecrm_core.quality.report_parts import GroupCount, RowFinding, RuleCount
from ecrm_core.quality.rule import Applies, Dimension, Rule, Severity
from ecrm_core.quality.ruleset import ALL, CORE, TESTS, RuleSet
from ecrm_core.quality.score import Score, Weights
from ecrm_core.quality.shared import count_shared
from ecrm_core.quality.trend import Change, Trend
from ecrm_core.quality.work_list import WAYS, Events, Value, WorkList, WorkRow, work_list

__all__ = [
    "ALL",
    "CORE",
    "FRESH_PATHS",
    "LANGUAGES",
    "TESTS",
    "WAYS",
    "Applies",
    "Change",
    "DecayKind",
    "Dimension",
    "DomainList",
    "EmailClass",
    "EventKind",
    "Events",
    "Evidence",
    "Finding",
    "Fix",
    "Freshness",
    "GroupCount",
    "HalfLives",
    "HardEvent",
    "Party",
    "QualityTest",
    "Report",
    "ReportBuilder",
    "RowFinding",
    "Rule",
    "RuleCount",
    "RuleSet",
    "Score",
    "Severity",
    "Suggestion",
    "TableReport",
    "Trend",
    "Value",
    "Weights",
    "WorkList",
    "WorkRow",
    "automatic_fixes",
    "check_many",
    "check_party",
    "check_record",
    "clean",
    "count_shared",
    "email_class",
    "freshness",
    "is_virtual_phone",
    "party_of",
    "read_domain_list",
    "refused_report",
    "render_message",
    "work_list",
]
