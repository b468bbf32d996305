"""The verbs of the facade: what each promises to a shop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import HOMES, Address, ContactPoint, FieldMap, MatchKey, SourceKey
from ecrm_core.errors import (
    DefinitionError,
    InputError,
    KeyReused,
    MergeRefused,
    MissingError,
    UnknownName,
)
from ecrm_core.kernel import FixedClock
from ecrm_core.sources import Delivery, generic, shopify

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
KIM = {"id": 1, "email": "minjun@example.kr", "first_name": "민준", "last_name": "김",
       "phone": "+82 2-0000-0001", "tags": "vip, new",
       "updated_at": "2026-04-01T09:00:00+09:00"}  # fmt: skip
LEE = {"id": 2, "email": "lee@example.com", "first_name": "Ann", "last_name": "Lee",
       "updated_at": "2026-04-02T09:00:00+09:00"}  # fmt: skip


def deliver(*people: dict[str, object]) -> Delivery:
    return shopify.read(json.dumps(people).encode(), received_at=NOW)


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with Crm.open(target, region="KR", tz="Asia/Seoul", clock=FixedClock(NOW)) as opened:
        opened.ingest(deliver(KIM, LEE))
        yield opened


def test_the_same_delivery_again_is_all_duplicates(crm: Crm) -> None:
    before = crm.export("shopify/1")
    receipt = crm.ingest(deliver(KIM, LEE))
    assert (receipt.rows, receipt.accepted, receipt.duplicate) == (2, 0, 2)
    assert crm.export("shopify/1") == before


def test_an_older_statement_is_kept_as_history_and_changes_nothing(crm: Crm) -> None:
    old = KIM | {"last_name": "Gim", "updated_at": "2026-03-01T09:00:00+09:00"}
    receipt = crm.ingest(deliver(old))
    assert (receipt.superseded, receipt.accepted) == (1, 1)
    view = crm.view("shopify/1")
    assert view.profile.value("name.family") == "김"
    assert "Gim" in [row.value for row in view.history]


def test_a_source_without_times_that_repeats_itself_says_nothing_new(crm: Crm) -> None:
    rows = [{"no": "7", "name": "Ann", "city": "Leeds"}]
    fields = FieldMap({"no": "id", "name": "given_name", "city": "city"})

    def export(day: int) -> Delivery:
        at = NOW + timedelta(days=day)
        return generic.read_rows(rows, fields=fields, source="till", received_at=at)

    crm.ingest(export(0))
    crm.correct("till/7", "address.locality", "York", by="agent", now=NOW + timedelta(days=1))
    before = crm.export("till/7")
    assert crm.ingest(export(2)).duplicate == 1
    assert crm.export("till/7") == before
    rows[0]["name"] = "Anna"
    assert crm.ingest(export(3)).updated == 1
    assert crm.view("till/7").profile.value("name.given") == "Anna"
    assert crm.view("till/7").profile.value("address.locality") == "York"


def test_a_key_missing_from_a_payload_clears_nothing_and_null_does(crm: Crm) -> None:
    later = {"id": 1, "updated_at": "2026-04-03T00:00:00Z", "phone": None}
    crm.ingest(deliver(later))
    profile = crm.view("shopify/1").profile
    assert profile.phones == ()
    assert profile.emails[0].normalised == "minjun@example.kr"


def test_a_request_key_is_applied_once(crm: Crm) -> None:
    newer = KIM | {"note": "called", "updated_at": "2026-04-05T00:00:00Z"}
    first = crm.ingest(deliver(newer), key="event-1")
    again = crm.ingest(deliver(newer), key="event-1")
    assert (first.updated, first.replayed) == (1, False)
    assert (again.updated, again.replayed) == (1, True)
    with pytest.raises(KeyReused):
        crm.ingest(deliver(LEE), key="event-1")


def test_a_request_key_tells_nothing_from_the_word_none(crm: Crm) -> None:
    crm.correct("shopify/1", "name.given", None, by="agent", key="k-1")
    with pytest.raises(KeyReused):
        crm.correct("shopify/1", "name.given", "None", by="agent", key="k-1")


@pytest.mark.parametrize("key", ["\0", "\ud800", "k" * 513])
def test_a_request_key_no_store_can_hold_is_refused(crm: Crm, key: str) -> None:
    with pytest.raises(InputError):
        crm.refuse_contact("shopify/1", by="agent", key=key)


def test_request_keys_are_forgotten_when_they_are_old(crm: Crm) -> None:
    newer = KIM | {"note": "called", "updated_at": "2026-04-05T00:00:00Z"}
    crm.ingest(deliver(newer), key="old")
    crm.ingest(deliver(LEE), key="new", now=NOW + timedelta(days=20))
    assert crm.forget_requests(now=NOW + timedelta(days=31)) == 1
    assert not crm.ingest(deliver(newer), key="old").replayed
    assert crm.ingest(deliver(LEE), key="new").replayed


def test_a_merge_sent_twice_under_one_key_is_one_merge(crm: Crm) -> None:
    undo = crm.merge("shopify/1", "shopify/2", by="agent", key="m-1")
    assert crm.merge("shopify/1", "shopify/2", by="agent", key="m-1") == undo
    assert len(crm.view("shopify/1").merges) == 1


def test_both_names_lead_to_the_merged_customer_and_back_after_the_undo(crm: Crm) -> None:
    one, two = crm.resolve("shopify/1"), crm.resolve("shopify/2")
    before = [json.dumps(crm.export(key, audit=False)) for key in (one, two)]
    undo = crm.merge("shopify/1", "shopify/2", by="agent")
    assert crm.resolve(two) == one
    assert {e.normalised for e in crm.view(two).profile.emails} == {
        "minjun@example.kr",
        "lee@example.com",
    }
    report = crm.unmerge(undo, by="agent")
    assert (report.kept, report.restored) == (one, two)
    assert [json.dumps(crm.export(key, audit=False)) for key in (one, two)] == before


def test_a_merge_of_one_customer_with_itself_is_refused(crm: Crm) -> None:
    with pytest.raises(MergeRefused, match="one customer"):
        crm.merge("shopify/1", "shopify/1", by="agent")


def test_an_undo_can_be_done_once(crm: Crm) -> None:
    undo = crm.merge("shopify/1", "shopify/2", by="agent")
    crm.unmerge(undo, by="agent")
    with pytest.raises(MergeRefused, match="undone already"):
        crm.unmerge(undo, by="agent")


def test_a_merge_may_be_made_again_after_its_undo(crm: Crm) -> None:
    undo = crm.merge("shopify/1", "shopify/2", by="agent")
    crm.unmerge(undo, by="agent")
    again = crm.merge("shopify/1", "shopify/2", by="agent")
    assert again.edge != undo.edge
    assert crm.resolve("shopify/2") == crm.resolve("shopify/1")


def test_the_preview_is_what_the_merge_makes(crm: Crm) -> None:
    preview = crm.preview_merge("shopify/1", "shopify/2")
    crm.merge("shopify/1", "shopify/2", by="agent")
    assert crm.view("shopify/1").profile == preview.after


def test_a_dry_run_is_what_is_applied_and_writes_nothing(crm: Crm) -> None:
    before = crm.export("shopify/1")
    planned = crm.dry_run.merge("shopify/1", "shopify/2", by="agent")
    assert crm.export("shopify/1") == before
    crm.merge("shopify/1", "shopify/2", by="agent")
    for put in planned.puts:
        stored = crm.store.get_many(put.kind, [put.key])[put.key].value
        assert stored == put.value


def test_a_merge_is_named_alike_to_undo_it_and_to_see_what_that_would_write(crm: Crm) -> None:
    undo = crm.merge("shopify/1", "shopify/2", by="agent")
    (edge,) = crm.view("shopify/1").merges
    planned = [crm.dry_run.unmerge(named, by="agent").puts for named in (undo, edge, edge.id)]
    assert planned[0]
    assert planned[0] == planned[1] == planned[2]


def test_what_was_corrected_under_the_root_stays_with_it_and_is_listed(crm: Crm) -> None:
    undo = crm.merge("shopify/1", "shopify/2", by="agent")
    correction = crm.correct("shopify/2", "brand", "main street", by="agent")
    report = crm.unmerge(undo, by="agent")
    assert report.stayed == (correction,)
    assert crm.view("shopify/1").profile.value("brand") == "main street"
    assert crm.view("shopify/2").profile.value("brand") is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("minjun@example.kr", "shopify/1"),
        ("MINJUN@EXAMPLE.KR", "shopify/1"),
        ("02-0000-0001", "shopify/1"),
        ("+82 2 0000 0001", "shopify/1"),
        ("김민", "shopify/1"),
        ("민준 김", "shopify/1"),
        ("ann l", "shopify/2"),
        ("LEE AN", "shopify/2"),
        ("shopify/2", "shopify/2"),
    ],
)
def test_find_by_address_and_by_name_in_both_orders(crm: Crm, query: str, expected: str) -> None:
    assert [hit.customer for hit in crm.find(query)] == [crm.resolve(expected)]


@pytest.mark.parametrize("query", ["", "   ", "%", "_", "nobody", "zz@example.com", "'; DROP--"])
def test_find_answers_with_nothing_rather_than_with_anybody(crm: Crm, query: str) -> None:
    assert crm.find(query) == ()


def test_a_name_longer_than_its_key_is_found(crm: Crm) -> None:
    crm.ingest(deliver({"id": 3, "first_name": "A" * 150, "last_name": "B" * 150}))
    assert [hit.exact for hit in crm.find("a" * 150 + " " + "b" * 150)] == [True]
    assert len(crm.find("a" * 130)) == 1


def test_find_shows_a_merged_customer_once(crm: Crm) -> None:
    crm.ingest(deliver(LEE | {"id": 3}))
    crm.merge("shopify/2", "shopify/3", by="agent")
    assert [hit.customer for hit in crm.find("lee@example.com")] == [crm.resolve("shopify/2")]


def test_consent_is_about_the_address_whoever_carries_it(crm: Crm) -> None:
    crm.consent("Lee@example.com", "granted", channel="email", purpose="marketing")
    assert crm.may_contact("shopify/2", "email", "marketing")
    undo = crm.merge("shopify/1", "shopify/2", by="agent")
    later = NOW + timedelta(days=1)
    crm.consent("lee@example.com", "revoked", channel="email", purpose="marketing", now=later)
    crm.unmerge(undo, by="agent", now=later)
    verdict = crm.may_contact("shopify/2", "email", "marketing", at=later)
    assert not verdict
    assert str(verdict.reasons[0]) == "marketing by email was revoked on 2026-05-02"


def test_a_refusal_of_the_person_stays_on_both_sides_of_an_undo(crm: Crm) -> None:
    crm.consent("lee@example.com", "granted", channel="email", purpose="marketing")
    undo = crm.merge("shopify/1", "shopify/2", by="agent")
    crm.refuse_contact("shopify/1", by="her")
    report = crm.unmerge(undo, by="agent")
    assert report.refusals == 2
    for key in ("shopify/1", "shopify/2"):
        assert crm.may_contact(key, "email", "marketing").reasons[0].code == "person_refused"
    assert not crm.may_contact_address("lee@example.com", "email", "marketing")


def test_without_an_address_the_verdict_says_so(crm: Crm) -> None:
    assert crm.may_contact("shopify/2", "sms", "marketing").reasons[0].code == "no_address"


@pytest.mark.parametrize(
    ("customer", "error"),
    [
        ("shopify/999", MissingError),
        ("cus_nothing", MissingError),
        ("somebody", InputError),
        ("", InputError),
        ("shopify/", InputError),
        ("a\x00b/1", InputError),
        (SourceKey("shopify", "none"), MissingError),
    ],
)
def test_an_identity_that_is_none_gets_a_clear_answer(
    crm: Crm, customer: str | SourceKey, error: type[Exception]
) -> None:
    for verb in (crm.view, crm.resolve, crm.export):
        with pytest.raises(error):
            verb(customer)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("nmae.given", "x", UnknownName),
        ("name.given", 5, InputError),
        ("name.given", 10**5_000, InputError),
        ("emails", ContactPoint(kind="email", raw=5), InputError),  # type: ignore[arg-type]
        ("name.given", "a\x00", InputError),
        ("birth_on", "10/11/12", InputError),
        ("birth_on", NOW, InputError),
        ("emails", "no address", InputError),
        ("tags", ("a", "b"), InputError),
        ("addresses", "Main Street", InputError),
        ("unmapped.$.x", "x", DefinitionError),
        ("attributes.size", object(), InputError),
        ("addresses", Address(raw="x" * 1024 * 1024), InputError),
        ("addresses", Address(lines=("\ud800",)), InputError),
        ("attributes." + "x" * 1_024, "x", InputError),
        ("attributes.\ud800", "x", InputError),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isprintable() else "",
)
def test_a_correction_that_does_not_fit_is_refused(
    crm: Crm, field: str, value: object, error: type[Exception]
) -> None:
    before = crm.export("shopify/1")
    for key in (None, "k-1"):
        with pytest.raises(error):
            crm.correct("shopify/1", field, value, by="agent", key=key)
    assert crm.export("shopify/1") == before


def test_a_corrected_value_outlives_the_import_of_the_bad_one(crm: Crm) -> None:
    crm.correct("shopify/1", "name.given", "민준이", by="agent")
    crm.ingest(deliver(KIM | {"updated_at": "2026-06-01T00:00:00Z"}), now=NOW)
    profile = crm.view("shopify/1").profile
    assert profile.value("name.given") == "민준이"
    assert profile.name is not None
    assert profile.name.full == "김민준이"


def test_an_element_of_a_list_is_replaced_added_and_taken_away(crm: Crm) -> None:
    crm.correct("shopify/1", "tags", "VIP!", replaces="vip", by="agent")
    crm.correct("shopify/1", "tags", "gold", by="agent")
    crm.correct("shopify/1", "tags", None, replaces="new", by="agent")
    assert set(crm.view("shopify/1").profile.values("tags")) == {"VIP!", "gold"}
    with pytest.raises(MissingError):
        crm.correct("shopify/1", "tags", "x", replaces="not there", by="agent")


def test_tenants_of_one_file_share_nothing(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with Crm.open(path, tenant="a") as one, Crm.open(path, tenant="b") as two:
        one.ingest(deliver(KIM))
        assert two.find("minjun@example.kr") == ()
        assert two.store.get_many(HOMES, [(one.resolve("shopify/1"),)]) == {}


@pytest.mark.parametrize("settings", [{"tz": "Mars/Base"}, {"tenant": ""}])
def test_settings_that_cannot_be_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(DefinitionError):
        Crm.open(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["oracle://localhost/shop", "mysql://x", "http://example.com"])
def test_a_url_no_adapter_serves_is_named(url: str) -> None:
    with pytest.raises(DefinitionError, match=r"no adapter serves"):
        Crm.open(url)


def test_views_and_receipts_show_no_personal_data_unless_asked(crm: Crm) -> None:
    view = crm.view("shopify/1")
    shown = [repr(view), str(view), view._repr_html_(), repr(view.profile), str(crm.find("김")[0])]
    assert not [text for text in shown if "민준" in text or "minjun" in text]
    assert "minjun@example.kr" in view.table(masked=False)
    assert "minjun" not in repr(MatchKey("email", "minjun@example.kr"))
