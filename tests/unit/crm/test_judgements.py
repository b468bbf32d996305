"""Contradictions named, and judgements moved between stores, tenants and tables."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ecrm_core import Crm, dedupe
from ecrm_core.crm import ImportedJudgements, Judged, Undo
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.customers.table import Table
from ecrm_core.errors import DefinitionError, InputError, KeyReused, RefusedError
from ecrm_core.kernel import FixedClock
from ecrm_core.matching import JUDGEMENTS, judgement_rows, read_judgement_rows
from ecrm_core.sources import Delivery

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
VALUES: dict[str, Any] = {"name.given": "Ann", "name.family": "Example",
                          "emails": (parse_email("ann81@example.com"),)}  # fmt: skip
RECORDS = tuple(
    SourceRecord(SourceKey("shop", str(at)), {n: Stated(v, AT, AT) for n, v in VALUES.items()})
    for at in range(5)
)


def opened(target: Path | None = None, tenant: str = "main") -> Crm:
    crm = Crm.open(target, tenant=tenant, clock=FixedClock(AT))
    crm.ingest(Delivery(source="shop", records=RECORDS))
    return crm


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with opened(target) as shop:
        yield shop


def judge(
    crm: Crm, pair: tuple[int, int], verdict: str, minute: int = 0, *, reason: str | None = None
) -> Judged:
    left, right = (f"shop/{at}" for at in pair)
    now = AT.replace(minute=minute)
    return crm.judge(left, right, verdict, by="anna", reason=reason, now=now)


def found(crm: Crm, key: int) -> set[str]:
    names = {crm.resolve(f"shop/{at}"): str(at) for at in reversed(range(5))}
    return {names[match.customer] for match in crm.matches(f"shop/{key}")}


# ---------------------------------------------------------------- contradictions


def test_a_judgement_that_contradicts_others_counts_and_says_so(crm: Crm) -> None:
    first, second = judge(crm, (0, 1), "same"), judge(crm, (1, 2), "same", 1)
    assert first.contradictions == second.contradictions == ()
    wall = judge(crm, (0, 2), "different", 2)
    assert len(wall.contradictions) == 3
    assert "judged different by anna" in wall.contradictions[0]
    (one,) = crm.contradictions()
    assert one.wall.id == wall.judgement
    assert {bond.id for bond in one.path} == {first.judgement, second.judgement}
    assert one.ids in {path := tuple(crm.resolve(f"shop/{at}") for at in (0, 1, 2)), path[::-1]}
    assert [reason.code for reason in one.reasons] == ["contradicted", *["contradicts"] * 2]


def test_a_same_that_closes_the_way_says_so_too(crm: Crm) -> None:
    judge(crm, (0, 1), "same")
    judge(crm, (0, 2), "different", 1)
    assert len(judge(crm, (1, 2), "same", 2).contradictions) == 3
    assert judge(crm, (3, 4), "same", 3).contradictions == ()


def test_who_is_in_a_contradiction_is_kept_apart_and_the_others_are_not(crm: Crm) -> None:
    judge(crm, (0, 1), "same")
    judge(crm, (1, 2), "same", 1)
    judge(crm, (0, 2), "different", 2)
    assert [found(crm, at) for at in (0, 1, 2)] == [{"3", "4"}] * 3
    (group,) = crm.duplicates().groups
    assert set(group) == {crm.resolve("shop/3"), crm.resolve("shop/4")}
    judge(crm, (0, 2), "unsure", 5)
    assert crm.contradictions() == ()
    assert found(crm, 0) == {"1", "2", "3", "4"}


def walled(crm: Crm) -> Undo:
    """Merge two, and hear from elsewhere that they are different."""
    undo = crm.merge("shop/0", "shop/1", by="bob")
    wall = {"left": "shop/0", "right": "shop/1", "verdict": "different", "by": "nora",
            "at": "2026-05-01T09:00:00Z"}  # fmt: skip
    assert crm.import_judgements([wall]).imported == 1
    return undo


def test_a_wall_within_a_merged_customer_is_a_contradiction_until_one_of_them_goes(
    crm: Crm,
) -> None:
    undo = walled(crm)
    (one,) = crm.contradictions()
    assert [(bond.id, bond.said, bond.by) for bond in one.path] == [(undo.edge, "merged", "bob")]
    crm.unmerge(undo, by="bob")
    assert crm.contradictions() == ()


def test_a_wall_within_one_customer_can_be_taken_back(crm: Crm) -> None:
    walled(crm)
    with pytest.raises(RefusedError):
        judge(crm, (0, 1), "different", 1)
    judge(crm, (0, 1), "unsure", 2)
    assert crm.contradictions() == ()
    with pytest.raises(RefusedError):
        judge(crm, (0, 1), "unsure", 3)


def test_a_contradiction_by_way_of_a_merge_is_named_with_the_merge(crm: Crm) -> None:
    judge(crm, (0, 1), "same")
    judge(crm, (2, 3), "different", 1)
    crm.merge("shop/1", "shop/2", by="bob")
    assert crm.contradictions() == ()
    wall = judge(crm, (0, 3), "same", 2)
    assert len(wall.contradictions) == 4
    assert [bond.said for bond in crm.contradictions()[0].path].count("merged") == 1


def test_a_later_verdict_on_the_same_two_customers_stands_whatever_they_are_called_now(
    crm: Crm,
) -> None:
    judge(crm, (0, 1), "same")
    crm.merge("shop/2", "shop/0", by="anna")
    assert judge(crm, (2, 1), "different", 1).contradictions == ()
    assert crm.contradictions() == ()
    assert found(crm, 1) == {"3", "4"}


def test_a_contradiction_shows_ids_and_authors_and_no_reason_of_a_person(crm: Crm) -> None:
    judge(crm, (0, 1), "same", reason="phoned Ann Example")
    judge(crm, (1, 2), "same", 1)
    judge(crm, (0, 2), "different", 2, reason="Ann <b>says</b> so")
    (one,) = crm.contradictions()
    page = one._repr_html_()
    assert "anna" in str(one)
    assert "2026-05-01" in page
    assert "Ann" not in f"{one!r} {one} {page} {[*map(str, one.reasons)]}"


def test_chains_of_any_length_are_followed(crm: Crm) -> None:
    many, cells = 60, RECORDS[0].cells
    records = tuple(SourceRecord(SourceKey("till", str(at)), cells) for at in range(many))
    crm.ingest(Delivery(source="till", records=records))
    for at in range(many - 1):
        crm.judge(f"till/{at}", f"till/{at + 1}", "same", by="anna")
    crm.judge(f"till/{many - 1}", "shop/0", "different", by="anna")
    assert crm.resolve("shop/0") not in {m.customer for m in crm.matches("till/0", limit=200)}
    assert len(crm.judge("till/0", "shop/0", "same", by="bob").contradictions) == many + 1


# ---------------------------------------------------------------- listed, seen, exported


def test_a_view_and_an_export_hold_the_judgements_about_a_customer(crm: Crm) -> None:
    judge(crm, (0, 1), "different", reason="twins")
    judge(crm, (2, 3), "same", 1)
    (said,) = crm.view("shop/0").judgements
    assert (said.verdict.value, said.reason) == ("different", "twins")
    assert [row["reason"] for row in crm.export("shop/1")["judgements"]] == ["twins"]  # type: ignore[attr-defined]
    assert list(crm.judgements("shop/0")) == [said]
    assert len(list(crm.judgements())) == 2


# ---------------------------------------------------------------- out and in again


def told(crm: Crm) -> None:
    judge(crm, (0, 1), "same", reason="phoned, twice")
    judge(crm, (1, 2), "different", 1)
    judge(crm, (1, 2), "unsure", 2)


def rows(crm: Crm) -> list[dict[str, str | None]]:
    return list(crm.judgement_rows())


def plain(crm: Crm) -> set[tuple[object, ...]]:
    """Return what was said, without the ids, which are of one tenant."""
    return {(frozenset((row["left"], row["right"])), row["verdict"], row["by"], row["at"],
             row["reason"]) for row in crm.judgement_rows()}  # fmt: skip


def test_rows_name_customers_by_source_key_and_go_into_another_store(crm: Crm) -> None:
    told(crm)
    assert {row["left"] for row in rows(crm)} <= {f"shop/{at}" for at in range(3)}
    other = opened(tenant="elsewhere")
    done = other.import_judgements(json.loads(json.dumps(rows(crm))))
    assert done == ImportedJudgements(rows=3, imported=3)
    assert plain(other) == plain(crm)
    assert found(other, 0) == found(crm, 0)


def test_importing_twice_changes_nothing_even_when_customers_have_been_merged(crm: Crm) -> None:
    told(crm)
    other = opened(tenant="elsewhere")
    other.import_judgements(rows(crm))
    other.merge("shop/0", "shop/1", by="anna")
    before = other.store.scan(JUDGEMENTS).rows
    assert other.import_judgements(rows(crm)) == ImportedJudgements(rows=3, known=3)
    assert other.store.scan(JUDGEMENTS).rows == before
    assert crm.import_judgements(rows(crm)).known == 3


@pytest.mark.parametrize("mode", ["exact", "spreadsheet"])
def test_a_csv_goes_out_and_comes_in(crm: Crm, mode: str, tmp_path: Path) -> None:
    told(crm)
    path = tmp_path / "judgements.csv"
    assert crm.export_judgements(path, mode=mode) == 3
    stream = io.BytesIO()
    crm.export_judgements(stream, mode=mode)
    assert stream.getvalue() == path.read_bytes()
    one, two = opened(tenant="one"), opened(tenant="two")
    assert one.import_judgements(path, mode=mode).imported == 3
    stream.seek(0)
    assert two.import_judgements(stream, mode=mode).imported == 3
    assert plain(one) == plain(two) == plain(crm)


def test_rows_that_are_no_judgement_or_about_nobody_are_told_by_number() -> None:
    crm = opened()
    good: dict[str, object] = {"left": "shop/0", "right": "shop/1", "verdict": "same", "by": "anna",
            "at": "2026-05-01T09:00:00Z"}  # fmt: skip
    table: list[dict[str, object]] = [
        good,
        good | {"right": "shop/99"},
        good | {"left": "cus_nobody"},
        good | {"verdict": "ann@example.com"},
        good | {"at": "2026-05-01T09:00:00"},
        good | {"at": "yesterday"},
        good | {"by": " "},
        good | {"right": "shop/0"},
        good | {"left": None},
        good | {"right": crm.resolve("shop/0")},
        good | {"left": "elsewhere/1", "left_id": crm.resolve("shop/2")},
        good,
    ]
    done = crm.import_judgements(table)
    assert (done.rows, done.imported, done.known) == (12, 2, 1)
    assert [(row.number, row.path) for row in done.refused] == [
        (2, "$.right"), (3, "$.left"), (4, "$.verdict"), (5, "$.at"), (6, "$.at"), (7, "$.by"),
        (8, "$.right"), (9, "$.left"), (10, "$.right"),
    ]  # fmt: skip
    assert "ann@" not in str(done)
    assert str(done).startswith("12 rows = 2 imported + 1 known + 9 refused\nrow 2, $.right: ")


def test_broken_lines_of_a_csv_are_told_by_number() -> None:
    crm = opened()
    lines = ["left,right,verdict,by,at", "shop/0,shop/1,same,anna,2026-05-01T09:00:00Z", "a,b", ""]
    done = crm.import_judgements(io.BytesIO("\n".join(lines).encode()))
    assert (done.imported, [row.number for row in done.refused]) == (1, [2])


@pytest.mark.parametrize("table", [[{"left": "a"}], {"left": ["a"], "right": ["b"]}, 7])
def test_what_is_no_table_of_judgements_is_said(table: Table) -> None:
    with pytest.raises(DefinitionError):
        opened().import_judgements(table)


def test_a_file_without_the_columns_or_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        opened().import_judgements(io.BytesIO(b"a,b\n1,2\n"))
    with pytest.raises(InputError):
        opened().import_judgements(tmp_path / "nothing.csv")


def test_an_import_has_a_dry_run_and_a_key(crm: Crm) -> None:
    told(crm)
    other = opened(tenant="elsewhere")
    assert other.dry_run.import_judgements(rows(crm)).result["imported"] == 3
    assert list(other.judgements()) == []
    first = other.import_judgements(rows(crm), key="k")
    assert other.import_judgements(rows(crm), key="k") == first
    with pytest.raises(KeyReused):
        other.import_judgements(rows(crm)[:1], key="k")


# ---------------------------------------------------------------- a notebook and the shop

FRAME = {"key": ["0", "1", "2"], "name": ["Ann Example"] * 3, "mail": ["ann81@example.com"] * 3}
WHO = {"key": "id", "name": "full_name", "mail": "email"}


def test_judgements_of_a_shop_are_obeyed_in_a_notebook(crm: Crm) -> None:
    judge(crm, (0, 1), "different")
    read = read_judgement_rows(rows(crm))
    result = dedupe(FRAME, fields=WHO, judgements=read.judgements(source="shop"))
    assert not {"0", "1"} <= set(*result.groups)
    assert read.judgements(source="till") == ()
    records = dedupe(RECORDS[:2], judgements=read.judgements())
    assert records.groups == ()


def test_judgements_of_a_notebook_go_into_the_shop(crm: Crm) -> None:
    from ecrm_core.matching import Judgement

    said = Judgement.of("0", "1", "different", by="nora", at=AT, reason="brothers")
    done = crm.import_judgements(list(judgement_rows([said], source="shop")))
    assert done.imported == 1
    (kept,) = crm.judgements()
    assert (kept.by, kept.at, kept.reason) == ("nora", AT, "brothers")
    assert found(crm, 0) == {"2", "3", "4"}
