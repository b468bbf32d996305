"""Kernel: values without business, on which every room stands."""

from ecrm_core.kernel.changes import (
    ABSENT,
    OUTBOX,
    REQUESTS,
    Applied,
    ChangeSet,
    Drop,
    Emit,
    Expect,
    Put,
    RequestKey,
    combine,
)
from ecrm_core.kernel.clock import Clock, FixedClock, utc
from ecrm_core.kernel.codec import Json, decode, encode, guarded, instant_text
from ecrm_core.kernel.dates import (
    DateInterval,
    add_months,
    add_period,
    parse_date,
    parse_instant,
    zone,
)
from ecrm_core.kernel.explain import Reason
from ecrm_core.kernel.gates import (
    MAX_TEXT,
    gate_decimal,
    gate_instant,
    gate_json,
    gate_text,
    parse_json,
)
from ecrm_core.kernel.ids import (
    MIN_SECRET,
    CustomerId,
    canonical_json,
    derive_id,
    digest,
    personal_key,
)
from ecrm_core.kernel.kinds import AnyKind, Index, Key, Kind, Row, Stored
from ecrm_core.kernel.money import Money, Rounding, minor_units
from ecrm_core.kernel.private import Private
from ecrm_core.kernel.registry import Registry
from ecrm_core.kernel.table import html_table, plain_table
from ecrm_core.kernel.text import (
    fold,
    mask,
    nfc,
    prefix_end,
    script_of,
    squeeze,
    strip_accents,
    words,
)

__all__ = [
    "ABSENT",
    "MAX_TEXT",
    "MIN_SECRET",
    "OUTBOX",
    "REQUESTS",
    "AnyKind",
    "Applied",
    "ChangeSet",
    "Clock",
    "CustomerId",
    "DateInterval",
    "Drop",
    "Emit",
    "Expect",
    "FixedClock",
    "Index",
    "Json",
    "Key",
    "Kind",
    "Money",
    "Private",
    "Put",
    "Reason",
    "Registry",
    "RequestKey",
    "Rounding",
    "Row",
    "Stored",
    "add_months",
    "add_period",
    "canonical_json",
    "combine",
    "decode",
    "derive_id",
    "digest",
    "encode",
    "fold",
    "gate_decimal",
    "gate_instant",
    "gate_json",
    "gate_text",
    "guarded",
    "html_table",
    "instant_text",
    "mask",
    "minor_units",
    "nfc",
    "parse_date",
    "parse_instant",
    "parse_json",
    "personal_key",
    "plain_table",
    "prefix_end",
    "script_of",
    "squeeze",
    "strip_accents",
    "utc",
    "words",
    "zone",
]
