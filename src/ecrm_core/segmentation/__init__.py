"""Segmentation: rules about customers as data: one meaning, spelled as text, JSON or tree."""

from ecrm_core.segmentation.binding import Constant, constant
from ecrm_core.segmentation.builder import Named, Rows, bucket, count, in_segment, param, seg
from ecrm_core.segmentation.check import check
from ecrm_core.segmentation.comparing import Comparable
from ecrm_core.segmentation.compile import compile_many, compile_record
from ecrm_core.segmentation.customer import (
    Loaded,
    account_made_at,
    customer_row,
    facts_until,
    next_change,
)
from ecrm_core.segmentation.customer_field import CustomerField, with_fields
from ecrm_core.segmentation.define import (
    SavedSegments,
    decide_drop_segment,
    decide_rename_segment,
    decide_save_segment,
)
from ecrm_core.segmentation.evaluate import evaluate
from ecrm_core.segmentation.explain import Decisive, Explanation, explain
from ecrm_core.segmentation.funnel import Funnel, FunnelStep
from ecrm_core.segmentation.marks import (
    SEGMENT_MARKS,
    MoveCause,
    SegmentMark,
    marks_of,
    watched,
)
from ecrm_core.segmentation.members import Members
from ecrm_core.segmentation.membership import (
    MEMBERSHIPS,
    SEGMENT_RECHECKS,
    SEGMENT_REFRESH,
    Evaluated,
    Membership,
    SegmentRecheck,
    SegmentRefresh,
)
from ecrm_core.segmentation.moments import ahead, last, today
from ecrm_core.segmentation.moves import (
    ENTERED,
    LEFT,
    MOVED,
    TOPICS,
    AskedCustomer,
    AskedSegment,
    decide_gone,
    decide_moves,
    effect_id,
)
from ecrm_core.segmentation.names import (
    fields_named,
    params_named,
    relations_named,
    segments_named,
)
from ecrm_core.segmentation.parse import Parsed, parse_query
from ecrm_core.segmentation.recheck import Recheck, recheck, turns_at
from ecrm_core.segmentation.recipes import RECIPES, Choice, Recipe
from ecrm_core.segmentation.references import expanded
from ecrm_core.segmentation.related import RelatedTable
from ecrm_core.segmentation.render import render
from ecrm_core.segmentation.rfm import rfm
from ecrm_core.segmentation.rfm_fields import rfm_fields
from ecrm_core.segmentation.rfm_groups import RFM_CELLS, RfmGroup
from ecrm_core.segmentation.rfm_result import GroupCount, Rfm
from ecrm_core.segmentation.rfm_sales import Sale, purchases_of, sales_of
from ecrm_core.segmentation.rfm_scores import (
    QUINTILES,
    Percentiles,
    Purchases,
    RfmScore,
    Scoring,
    Thresholds,
)
from ecrm_core.segmentation.saved import (
    NOBODY,
    SEGMENT_WATCH,
    SEGMENTS,
    WATCH,
    SavedSegment,
    SegmentWatch,
    rules_of,
    segment_name,
)
from ecrm_core.segmentation.schema import OPERATORS, FieldType, Relation, Schema, SchemaField
from ecrm_core.segmentation.scope import Row
from ecrm_core.segmentation.segment import Segment
from ecrm_core.segmentation.shopify import SHOPIFY_FILTERS, SHOPIFY_PARAMETERS, Counterpart
from ecrm_core.segmentation.standard import customer_schema
from ecrm_core.segmentation.tree_json import definition_id, rule_to_json
from ecrm_core.segmentation.tree_read import rule_from_json
from ecrm_core.segmentation.words import outlook, sentences, told

__all__ = [
    "ENTERED",
    "LEFT",
    "MEMBERSHIPS",
    "MOVED",
    "NOBODY",
    "OPERATORS",
    "QUINTILES",
    "RECIPES",
    "RFM_CELLS",
    "SEGMENTS",
    "SEGMENT_MARKS",
    "SEGMENT_RECHECKS",
    "SEGMENT_REFRESH",
    "SEGMENT_WATCH",
    "SHOPIFY_FILTERS",
    "SHOPIFY_PARAMETERS",
    "TOPICS",
    "WATCH",
    "AskedCustomer",
    "AskedSegment",
    "Choice",
    "Comparable",
    "Constant",
    "Counterpart",
    "CustomerField",
    "Decisive",
    "Evaluated",
    "Explanation",
    "FieldType",
    "Funnel",
    "FunnelStep",
    "GroupCount",
    "Loaded",
    "Members",
    "Membership",
    "MoveCause",
    "Named",
    "Parsed",
    "Percentiles",
    "Purchases",
    "Recheck",
    "Recipe",
    "RelatedTable",
    "Relation",
    "Rfm",
    "RfmGroup",
    "RfmScore",
    "Row",
    "Rows",
    "Sale",
    "SavedSegment",
    "SavedSegments",
    "Schema",
    "SchemaField",
    "Scoring",
    "Segment",
    "SegmentMark",
    "SegmentRecheck",
    "SegmentRefresh",
    "SegmentWatch",
    "Thresholds",
    "account_made_at",
    "ahead",
    "bucket",
    "check",
    "compile_many",
    "compile_record",
    "constant",
    "count",
    "customer_row",
    "customer_schema",
    "decide_drop_segment",
    "decide_gone",
    "decide_moves",
    "decide_rename_segment",
    "decide_save_segment",
    "definition_id",
    "effect_id",
    "evaluate",
    "expanded",
    "explain",
    "facts_until",
    "fields_named",
    "in_segment",
    "last",
    "marks_of",
    "next_change",
    "outlook",
    "param",
    "params_named",
    "parse_query",
    "purchases_of",
    "recheck",
    "relations_named",
    "render",
    "rfm",
    "rfm_fields",
    "rule_from_json",
    "rule_to_json",
    "rules_of",
    "sales_of",
    "seg",
    "segment_name",
    "segments_named",
    "sentences",
    "today",
    "told",
    "turns_at",
    "watched",
    "with_fields",
]
