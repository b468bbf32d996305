"""Tables that say little, or too much, or all the same: seconds, and a sensible result."""

import resource
import time
from collections.abc import Iterator, Sequence

import pytest

from ecrm_core import dedupe
from ecrm_core.matching import Deduplication
from ecrm_core.matching.roles import COMPARED
from tests.duplicates import FIELDS, f1, people

SECONDS, MEGABYTES = 20.0, 600
ANN: dict[str, object] = {"name": "Ann Example", "mail": "ann81@example.com", "born": "1981-02-03"}
WHO = {"name": "full_name", "mail": "email", "born": "birth_date"}


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Fail what takes long, or much memory at once."""
    begin, held = time.perf_counter(), _highest()
    yield
    assert time.perf_counter() - begin < SECONDS
    assert _highest() - held < MEGABYTES


def _highest() -> float:
    """Return the most memory this process ever had (megabytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def persons(found: Deduplication) -> int:
    return len(set(found.clusters.values()))


def of_one(role: str, column: Sequence[object]) -> Deduplication:
    return dedupe({"only": column}, fields={"only": role})


@pytest.mark.parametrize("role", sorted(COMPARED))
def test_one_field_is_enough_to_come_to_an_end(role: str) -> None:
    column = ["Ann Example", "ann81@example.com", "1981-02-03", "030 2312500", None, "Ann Example"]
    found = of_one(role, column * 50)
    assert len(found.clusters) == 300
    assert found.compared <= 300 * 299 // 2


@pytest.mark.parametrize("role", sorted(COMPARED))
@pytest.mark.parametrize("cell", [None, "", "  ", float("nan"), "-"])
def test_a_column_of_nothing_puts_nobody_together(role: str, cell: object) -> None:
    found = of_one(role, [cell] * 500)
    assert persons(found) == 500
    assert len(found.pairs) == len(found.review) == 0


@pytest.mark.parametrize("role", sorted(COMPARED))
def test_one_row_and_no_row_are_one_person_and_none(role: str) -> None:
    assert persons(of_one(role, ["Ann Example"])) == 1
    assert persons(of_one(role, [])) == 0


@pytest.mark.parametrize("role", ["country", "city", "category", "given_name", "area", "postcode"])
def test_what_many_share_makes_nobody_one(role: str) -> None:
    found = of_one(role, [f"v{at % 5}1234" for at in range(3_000)])
    assert persons(found) == 3_000


@pytest.mark.parametrize("role", ["country", "city", "category"])
@pytest.mark.parametrize("cell", [None, "DE", "Ω"])
def test_a_column_that_tells_nothing_apart_does_no_harm(role: str, cell: object) -> None:
    rows, true = people(300)
    more = [{**row, "same": cell} for row in rows]
    found = dedupe(more, fields={**{n: r for n, r in FIELDS.items() if r != role}, "same": role})
    assert f1(list(found.clusters.values()), true) > 0.95


def test_a_column_of_which_every_cell_differs_does_no_harm() -> None:
    rows, true = people(300)
    more = [{**row, "note": f"{at * 7919:x}"} for at, row in enumerate(rows)]
    found = dedupe(more, fields={**FIELDS, "note": "text"})
    assert f1(list(found.clusters.values()), true) > 0.9


def test_a_hundred_thousand_copies_of_one_row_are_one_person() -> None:
    found = dedupe({name: [cell] * 100_000 for name, cell in ANN.items()}, fields=WHO)
    assert persons(found) == 1
    assert len(found.pairs) < 100_000
    assert found.counts["left out in large blocks"] > 0


def test_fifty_thousand_people_of_one_name_are_told_apart_by_what_is_their_own() -> None:
    rows = 50_000
    table = {
        "name": ["Kim Minjun"] * rows,
        "mail": [f"{at * 7919:x}@example.com" for at in range(rows)],
    }
    found = dedupe(table, fields={"name": "full_name", "mail": "email"})
    assert persons(found) > 0.99 * rows
    assert found.counts["largest"] < 10


def test_a_huge_block_is_cut_and_what_is_missed_is_told() -> None:
    rows = 20_000
    table = {
        "zip": ["12345"] * rows, "city": ["Aville"] * rows, "born": ["1970-01-01"] * rows,
        "given": [f"g{at % 300}" for at in range(rows)],
        "family": [f"f{at % 299}" for at in range(rows)],
    }  # fmt: skip
    fields = {"zip": "postcode", "city": "city", "born": "birth_date", "given": "given_name",
              "family": "family_name"}  # fmt: skip
    found = dedupe(table, fields=fields)
    assert found.compared < 100 * rows
    assert found.left_out
    assert found.counts["left out in large blocks"] <= rows * (rows - 1) // 2 - found.compared


MIXED: list[object] = [7, "a7", 7.5, (1, "x"), True, "김"]


def test_ids_of_all_kinds_are_given_back_as_they_are() -> None:
    names: list[object] = ["Ann Example", "Ann Example", "Bo Park", "Cy Lee", "Di Kim", "Ed Ito"]
    mails: list[object] = ["ann81@example.com", "ann81@example.com", None, None, None, None]
    table = {"id": MIXED, "mail": mails, "name": names}
    found = dedupe(table, fields={"id": "id", "mail": "email", "name": "full_name"})
    assert list(found.clusters) == MIXED
    assert set(found.groups) == {(7, "a7")}


def test_duplicates_within_a_source_come_by_way_of_the_other() -> None:
    names = ["Ann Example", "Ann Example", "Ann Exmaple", "Bo Park", "Bo Park"]
    mails = ["ann81@example.com"] * 3 + ["bo77@example.com"] * 2
    table = {"name": names, "mail": mails, "shop": list("aabaa")}
    found = dedupe(table, fields={"name": "full_name", "mail": "email"}, link="shop")
    assert found.groups == ((0, 1, 2),)
    assert {(pair.left, pair.right) for pair in found.pairs} == {(0, 2), (1, 2)}


def test_rows_alike_within_a_source_are_one_only_by_way_of_another() -> None:
    table: dict[str, list[object]] = {name: [cell] * 5 for name, cell in ANN.items()}
    table["shop"] = ["a"] * 5
    assert dedupe(table, fields=WHO, link="shop").groups == ()
    table["shop"] = [*"aaaab"]
    found = dedupe(table, fields=WHO, link="shop")
    assert found.groups == ((0, 1, 2, 3, 4),)


def test_two_hundred_columns_are_compared() -> None:
    rows, true = people(60)
    wide = [f"c{at}" for at in range(192)]
    table: dict[str, list[object]] = {name: [row[name] for row in rows] for name in FIELDS}
    table |= {name: [f"{name}-{row['given']}" for row in rows] for name in wide}
    found = dedupe(table, fields={**FIELDS, **dict.fromkeys(wide, "category")})
    assert len(found.model.fields) == 200
    assert len(found.clusters) == len(true)


ODD = ["\ud800", "\udfff x", "\0", "\x00a", "﷽" * 100, "\u202eabc", "𝕬𝖓𝖓", "e\u0301" * 50, "\n\r\t"]


@pytest.mark.parametrize("role", sorted(COMPARED))
def test_texts_of_ten_thousand_signs_and_lone_surrogates_are_texts(role: str) -> None:
    long = [
        "x" * 10_000,
        "x y " * 2_500,
        "1" * 10_000,
        "@" * 10_000,
        "a@" + "b." * 5_000,
        "김" * 10_000,
    ]
    column = [*long, *ODD, *long, *ODD]
    other = "given_name" if role != "given_name" else "kana"
    table = {"only": column, "other": ["Ann"] * len(column)}
    found = dedupe(table, fields={"only": role, "other": other})
    assert len(found.clusters) == len(column)
    assert len(str(found)) < 1_000
