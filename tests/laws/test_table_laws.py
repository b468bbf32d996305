"""The law of exported tables: taken in again under another source they say the same."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.crm import Crm
from ecrm_core.customers import FieldMap, Profile
from ecrm_core.sources import csv, generic
from tests.profile import size

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FIELDS = FieldMap(
    {
        "no": "id", "name": "full_name", "given": "given_name", "family": "family_name",
        "firm": "organisation", "mail": "email", "work": "email", "tel": "phone", "desk": "phone",
        "line": "street", "flat": "street2", "city": "city", "zip": "postcode", "land": "country",
        "born": "birth_date", "pin": "national_id", "lang": "language", "tags": "tags",
        "note": "note", "more": "note", "brand": "brand", "shoe, EU": "attribute:shoe, EU",
        "at": "updated_at",
    }
)  # fmt: skip
WORDS = st.sampled_from(
    ["", "Ann", "김민준", "=1+1", "@x", "-", "007", "'t Hooft", "'=1", '"', "a\r\nb", "  x ",
     "ann@example.com", "Ann <a@example.com>", "+44 20 7946 0018", "020 7946 0018 ext. 5", "12",
     "1980-03-04", "03/04/1980", "KR", "Nowhere", "2026-05-01T09:30:00Z", "vip, new;x"]
)  # fmt: skip
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
CELLS = WORDS | st.text(LETTERS, max_size=8)
ROWS = st.lists(
    st.fixed_dictionaries({}, optional=dict.fromkeys(list(FIELDS.columns)[1:], CELLS)),
    min_size=1, max_size=4,
).map(lambda rows: [{**row, "no": str(at)} for at, row in enumerate(rows, start=1)])  # fmt: skip


def _said(profile: Profile) -> dict[str, object]:
    """Return what a profile says, without who said it and how addresses were typed."""
    said: dict[str, object] = {name: profile.values(name) for name in profile.fields}
    said.pop("name.full", None)  # a whole name is told also where only its parts were stated
    said["full_name"] = profile.name and profile.name.full
    for name in ("emails", "phones"):
        said[name] = [c.identity for c in profile.values(name)]
    return said


@pytest.mark.parametrize("mode", ["exact", "spreadsheet"])
@settings(max_examples=size(50, 500))
@given(rows=ROWS)
def test_a_table_taken_in_again_says_the_same(mode: str, rows: list[dict[str, Any]]) -> None:
    delivery = generic.read_rows(rows, fields=FIELDS, source="list", received_at=NOW, region="GB")
    stream = io.BytesIO()
    with Crm.open(region="GB") as crm, Crm.open(region="GB") as other:
        crm.ingest(delivery)
        done = crm.export_table(stream, mode=mode)
        stream.seek(0)
        for page in csv.pages(
            stream, fields=done.fields, source="copy", received_at=NOW, region="GB", mode=mode
        ):
            assert page.refused == ()
            other.ingest(page)
        assert done.rows == len(delivery.records)
        for record in delivery.records:
            ours = crm.view(record.key).profile
            assert _said(other.view(f"copy/{ours.id}").profile) == _said(ours)
