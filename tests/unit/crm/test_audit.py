"""The audit tells who did what and when, names no value, and goes with the customer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import FieldMap, SourceKey, home_id
from ecrm_core.errors import MissingError
from ecrm_core.kernel import AUDIT, AUDIT_LINKS, ChangeSet, FixedClock, Noted
from ecrm_core.sources import Delivery, generic
from tests.derived import rows as rows_of
from tests.house import trees

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ANN, BOB = "shop/1", "shop/2"
FIELDS = FieldMap({"no": "id", "name": "full_name", "mail": "email", "zip": "attribute:shoe"})


def rows(*numbers: int) -> Delivery:
    told = [{"no": str(n), "name": f"Zqperson {n}", "mail": f"zq{n}@example.com", "zip": "zqx",
             "zqcolumn": "zq"} for n in numbers]  # fmt: skip
    return generic.read_rows(told, fields=FIELDS, source="shop", received_at=NOW)


@pytest.fixture
def crm() -> Crm:
    settings = Settings(clock=FixedClock(NOW), secret=b"kept for ever, and nowhere else")
    crm = Crm(MemoryStore(), settings=settings)
    crm.ingest(rows(1, 2))
    return crm


def test_an_entry_names_verb_person_rows_and_fields_and_no_value(crm: Crm) -> None:
    crm.correct(ANN, "name.full", "Zqann", by="ada", reason="she called, Zqann", now=NOW)
    corrected, taken = crm.audit(ANN).entries
    assert (corrected.verb, corrected.by, corrected.at, corrected.customers) == (
        "correct", "ada", NOW, 1,
    )  # fmt: skip
    assert corrected.fields == ("name.full",)
    assert corrected.written["correction"] == 1
    assert (taken.verb, taken.by, taken.customers) == ("ingest", "shop", 2)
    assert taken.fields == ("attributes", "emails", "name.full", "unmapped")
    assert taken.written["record"] == 2
    assert "zq" not in json.dumps([str(row) for row in rows_of(crm.store, AUDIT).values()]).lower()
    assert crm.audit(ANN).reasons == {corrected.id: "she called, Zqann"}
    assert "Zqann" not in repr(crm.audit(ANN)) + str(crm.audit(ANN)) + crm.audit()._repr_html_()


def test_a_reason_given_about_two_stands_with_what_it_was_given_for(crm: Crm) -> None:
    crm.judge(ANN, BOB, "different", by="ada", reason="Zqann is not Bob")
    assert crm.audit(ANN).reasons == {}
    assert crm.audit(BOB).entries[0].verb == "judge"


def test_what_changes_nothing_is_not_told_and_a_replay_is_told_once(crm: Crm) -> None:
    before = len(crm.audit().entries)
    crm.ingest(rows(1, 2))
    crm.dry_run.correct(ANN, "tags", "vip", by="ada")
    for _ in range(2):
        crm.correct(ANN, "tags", "vip", by="ada", key="k")
    crm.view(ANN)
    crm.find("zq1@example.com")
    assert [entry.verb for entry in crm.audit().entries[: -before or None]] == ["correct"]


def test_exports_are_told(crm: Crm) -> None:
    crm.export(ANN, by="ada")
    crm.export_table(BytesIO(), by="bo")
    crm.export_judgements(BytesIO())
    told = [(entry.verb, entry.by, entry.customers) for entry in crm.audit(limit=3).entries]
    assert told == [("export_judgements", None, 0), ("export_table", "bo", 0), ("export", "ada", 1)]


def test_two_exports_with_nothing_in_between_are_equal(crm: Crm) -> None:
    assert crm.export(ANN) == crm.export(ANN)


def test_entries_follow_a_customer_through_a_merge_and_stay_on_both_sides_of_an_undo(
    crm: Crm,
) -> None:
    crm.correct(BOB, "tags", "vip", by="ada")
    undo = crm.merge(ANN, BOB, by="ada")
    assert [entry.verb for entry in crm.audit(ANN).entries] == ["merge", "correct", "ingest"]
    crm.unmerge(undo, by="ada")
    assert [e.verb for e in crm.audit(ANN).entries] == ["unmerge", "merge", "ingest"]
    assert [e.verb for e in crm.audit(BOB).entries] == ["unmerge", "merge", "correct", "ingest"]


def test_it_is_read_page_by_page_the_newest_first_back_to_an_instant(crm: Crm) -> None:
    for hour in range(5):
        crm.correct(ANN, "tags", f"t{hour}", by="ada", now=NOW + timedelta(hours=hour))
    seen, after = [], None
    while True:
        page = crm.audit(limit=2, after=after, since=NOW + timedelta(hours=1))
        seen += [entry.at for entry in page.entries]
        after = page.following
        if after is None:
            break
    assert seen == [NOW + timedelta(hours=hour) for hour in (4, 3, 2, 1)]
    assert [e.at.hour for e in crm.audit(ANN, since=NOW + timedelta(hours=3)).entries] == [13, 12]
    assert len(crm.audit(ANN, limit=2).entries) == 2


def test_of_many_customers_at_once_the_number_is_told_unless_somebody_may_send_it_again(
    crm: Crm,
) -> None:
    crm.ingest(rows(*range(100, 160)))
    assert crm.audit("shop/100").entries == ()
    assert crm.audit(limit=1).entries[0].customers == 60
    crm.ingest(rows(*range(200, 260)), key="w1")
    assert [entry.customers for entry in crm.audit("shop/200").entries] == [60]


def test_after_an_erasure_it_tells_that_and_nothing_else(crm: Crm) -> None:
    id_ = crm.resolve(ANN)
    crm.correct(ANN, "tags", "vip", by="her own account")
    crm.merge(ANN, BOB, by="ada")
    crm.erase(ANN, by="ada", reason="case 7")
    for who in (ANN, id_, BOB):
        (entry,) = crm.audit(who).entries
        assert (entry.verb, entry.by, entry.case, entry.customers) == ("erase", "ada", "case 7", 2)
    verbs = [entry.verb for entry in crm.audit().entries]
    assert verbs == ["erase"]  # all others were about her alone
    assert not any(id_ in str(row) for row in rows_of(crm.store, AUDIT_LINKS).values())


def test_what_was_about_her_and_another_stays_for_the_other(crm: Crm) -> None:
    crm.judge(ANN, BOB, "different", by="ada")
    crm.erase(ANN, by="ada", reason="case 7")
    assert [entry.verb for entry in crm.audit(BOB).entries] == ["judge", "ingest"]


def test_nobody_is_missing(crm: Crm) -> None:
    for who in ("shop/99", home_id("main", SourceKey("shop", "99"))):
        with pytest.raises(MissingError):
            crm.audit(who)


def test_old_entries_are_forgotten_with_their_links(crm: Crm) -> None:
    for day in range(4):
        crm.correct(ANN, "tags", f"t{day}", by="ada", now=NOW + timedelta(days=day))
    later = NOW + timedelta(days=4)
    assert crm.forget_audit(older_than=timedelta(days=2), now=later) == 3
    assert [entry.at.day for entry in crm.audit().entries] == [5, 4, 3]
    assert crm.audit().entries[0].verb == "forget_audit"
    assert len(rows_of(crm.store, AUDIT_LINKS)) == 2


def test_sets_without_a_note_leave_no_trace_in_it(crm: Crm) -> None:
    before = len(crm.audit().entries)
    crm.store.apply(crm.dry_run.correct(ANN, "tags", "vip", by="ada"))
    assert len(crm.audit().entries) == before
    crm.store.apply(ChangeSet(note=Noted(verb="my_own", at=NOW, by="ada")))
    assert crm.audit(limit=1).entries[0].verb == "my_own"


def test_every_verb_tells_the_audit_who_did_what() -> None:
    """Whoever writes through ``commit`` says what it is, but for the effects' own log.

    An erasure and an export have it in the set they decide; a file's mark is told with its pages;
    search keys are worked out of what is there, and say nothing of anybody.
    """
    import ast

    silent = [
        f"{path}:{node.lineno}"
        for path, tree in trees().items()
        if "/crm/" in path or "/services/" in path
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "commit"
        if not any(keyword.arg == "note" for keyword in node.keywords)
    ]
    assert [place.split(":")[0].split("/")[-1] for place in silent] == [
        "files.py", "erasure.py", "erasure.py", "export.py", "outbox.py", "reindex.py",
    ]  # fmt: skip
