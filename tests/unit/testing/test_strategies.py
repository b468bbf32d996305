"""Hypothesis draws the parts of a customer by their type once it has been told how."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
from hypothesis import given, settings, strategies as st
from ecrm_core.customers import Address, ConsentStatement, ContactPoint, Correction, Profile
from ecrm_core.customers import RECORDS, Relation, SourceKey, SourceRecord, Stated
from ecrm_core.testing.strategies import register_strategies

register_strategies()
TYPES = (Address, ConsentStatement, ContactPoint, Correction, Profile, Relation, SourceKey, Stated)

@settings(max_examples=20, deadline=None, database=None)
@given(st.from_type(SourceRecord), st.tuples(*map(st.from_type, TYPES)))
def valid(record, parts):
    assert RECORDS.read(RECORDS.row(record).body, 1, RECORDS.format).value == record
    assert [type(part) for part in parts] == list(TYPES)

valid()
"""


def test_registered_strategies_draw_by_type() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, check=False, text=True
    )
    assert run.returncode == 0, run.stderr
