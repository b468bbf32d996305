"""Actions as frames: the same rows in every library, amounts as whole numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from ecrm_core.adapters import frames
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import Action, ActionKind

AT = datetime(2026, 1, 31, 9, tzinfo=UTC)
ACTIONS = [
    Action(subscription="sub_1", customer=CustomerId("cus_1"), plan="p", kind=ActionKind.CHARGE,
           cycle="0", ordinal="0", at=AT, on=date(2026, 1, 31), tz="UTC",
           amount=Money("9.90", "EUR")),
    Action(subscription="sub_1", customer=CustomerId("cus_1"), plan="p", kind=ActionKind.NOTICE,
           cycle="t0", ordinal="n", at=AT, on=date(2026, 1, 31), tz="UTC", rule="n", to="email",
           late=True),
]  # fmt: skip


@pytest.mark.parametrize(
    "like", [pd.DataFrame(), pl.DataFrame(), pa.table({})], ids=["pandas", "polars", "pyarrow"]
)
def test_actions_are_a_frame_of_the_library_that_is_asked_for(like: object) -> None:
    found = frames.actions(ACTIONS, like=like)
    assert type(found) is type(like)
    columns = frames.columns_of(found)
    assert columns["key"] == ["sub_1/charge/0/0", "sub_1/notice/t0/n"]
    assert columns["minor"] == [990, 0]
    assert columns["currency"] == ["EUR", None]
    assert columns["late"] == [False, True]
    assert [str(at)[:19] for at in columns["at"]] == ["2026-01-31 09:00:00"] * 2
    assert len(frames.columns_of(frames.actions([], like=like))["key"]) == 0


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(DefinitionError):
        frames.actions(ACTIONS, like=3)
