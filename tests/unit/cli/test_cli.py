"""Cli: each subcommand answers, in text and in JSON, with an exit code that says how it went."""

from __future__ import annotations

import codecs
import csv
import json
import sys
from pathlib import Path

import pytest

from ecrm_core import Crm, Money
from ecrm_core import __main__ as script
from ecrm_core.cli import main
from ecrm_core.quality import ALL, CORE, RuleSet
from ecrm_core.subscriptions import Plan

PEOPLE = """id,name,e-mail,phone,changed
1,Ada Byron,ada@example.com,020 7946 0018,2026-05-01T09:00:00Z
2,Jane Roe,jane@example.com,,2026-05-02T09:00:00Z
"""
ROLES = [
    "--role", "id=id", "--role", "name=full_name", "--role", "e-mail=email",
    "--role", "phone=phone", "--role", "changed=updated_at",
]  # fmt: skip

INGEST = ["ingest", "STORE", "FILE", "--source", "list"]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


@pytest.fixture
def shop(tmp_path: Path, people: Path, capsys: pytest.CaptureFixture[str]) -> str:
    store = str(tmp_path / "shop.db")
    assert main(["ingest", store, str(people), "--source", "list", "--region", "GB", *ROLES]) == 0
    assert "2 rows = 2 accepted + 0 quarantined + 0 duplicate" in capsys.readouterr().out
    return store


def test_help_teaches_by_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "ecrm dedupe people.csv -o marked.csv" in capsys.readouterr().out
    for command in ("check", "dedupe", "demo", "due", "export", "find", "ingest",
                    "judgements", "lists",
                    "report", "segment", "view"):  # fmt: skip
        assert main([command, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"Usage: ecrm {command}")


def test_a_file_taken_in_twice_changes_nothing(
    shop: str, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["ingest", shop, str(people), "--source", "list", "--region", "GB", *ROLES, "--json"]
    assert main(command) == 0
    receipt = json.loads(capsys.readouterr().out)
    assert (receipt["rows"], receipt["created"], receipt["duplicate"]) == (2, 0, 2)
    assert main(["find", shop, "ada b", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_without_roles_the_guess_is_shown_and_taken_only_when_said_so(
    tmp_path: Path, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "shop.db"
    assert main(["ingest", str(store), str(people), "--source", "list"]) == 2
    error = capsys.readouterr().err
    assert "full_name" in error
    assert "--guess" in error
    assert not store.exists()
    assert main(["ingest", str(store), str(people), "--source", "list", "--guess"]) == 0


def test_rows_that_cannot_be_read_are_counted_and_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("id,e-mail\n1,ada@example.com\n2\n", encoding="utf-8")
    store = str(tmp_path / "shop.db")
    roles = ["--role", "id=id", "--role", "e-mail=email"]
    assert main(["ingest", store, str(path), "--source", "list", *roles]) == 1
    assert "1 quarantined" in capsys.readouterr().out


def test_find_masks_names_and_nobody_is_an_answer(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["find", shop, "ada@example.com"]) == 0
    out = capsys.readouterr().out
    assert "email" in out
    assert "Byron" not in out
    assert main(["find", shop, "nobody@example.com"]) == 1
    assert capsys.readouterr().out == "nobody\n"


def test_view_masks_until_told_to_reveal(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["view", shop, "list/1"]) == 0
    assert "Ada Byron" not in capsys.readouterr().out
    assert main(["view", shop, "list/1", "--reveal"]) == 0
    assert "Ada Byron" in capsys.readouterr().out
    assert main(["view", shop, "list/1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "ecrm-export-1"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["find", "STORE", "x", "--limit", "0"], 2, "limit is 0"),
        (["find", "missing.db", "x"], 3, "no store 'missing.db'"),
        (["view", "STORE", "list/9"], 3, "no customer has"),
        (["ingest", "STORE", "missing.csv", "--source", "list"], 2, "does not exist"),
        ([*INGEST, "--role", "id"], 2, "expected COLUMN=ROLE"),
        ([*INGEST, "--role", "id=emial"], 2, "email"),
        (["nothing"], 2, "No such command"),
        (["view", "FILE", "list/1"], 4, "is no store"),
    ],
)
def test_what_is_wrong_is_said_in_a_line_with_its_exit_code(
    *,
    shop: str,
    people: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    says: str,
) -> None:
    given = [{"STORE": shop, "FILE": str(people)}.get(a, a) for a in arguments]
    assert main(given) == code
    captured = capsys.readouterr()
    assert says in captured.err
    assert "Traceback" not in captured.err


DOUBLE = """name,mail,born
Ada Byron,ada@example.com,1815-12-10
Ada Byron,ada@example.com,1815-12-10
Jane Roe,jane.roe@example.com,1990-01-02
Jane Doe,a@b@example.com,1985-07-09
"""
DOUBLE_ROLES = ["--role", "name=full_name", "--role", "mail=email", "--role", "born=birth_date"]


@pytest.fixture
def double(tmp_path: Path) -> str:
    path = tmp_path / "double.csv"
    path.write_text(DOUBLE, encoding="utf-8")
    return str(path)


def test_check_counts_and_names_lines_without_showing_values(
    double: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", double, *DOUBLE_ROLES]) == 1, "there is an error in it"
    out = capsys.readouterr().out
    assert "email_syntax" in out
    assert "a@b@example.com" not in out
    assert main(["check", double, *DOUBLE_ROLES, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["rows"] == 4
    assert ("email_syntax", 5) in {(f["rule"], f["line"]) for f in report["findings"]}


def test_check_of_a_clean_file_ends_well(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(people), "--region", "GB", *ROLES]) == 0
    assert "2 rows" in capsys.readouterr().out


def test_dedupe_marks_a_copy_of_the_file(
    double: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marked = tmp_path / "marked.csv"
    assert main(["dedupe", double, *DOUBLE_ROLES, "-o", str(marked), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["groups"] == [[2, 3]]
    lines = marked.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "name,mail,born,cluster_id"
    clusters = [line.rpartition(",")[2] for line in lines[1:]]
    assert clusters == ["2", "2", "4", "5"], "the lines of the first of each"


def test_dedupe_never_writes_over_the_file_it_reads(
    double: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, other = Path(double).read_bytes(), tmp_path / "other.csv"
    other.hardlink_to(double)
    for output in (double, str(other)):
        assert main(["dedupe", double, *DOUBLE_ROLES, "-o", output]) == 2
        assert "expected another file" in capsys.readouterr().err
    assert Path(double).read_bytes() == before


def test_dedupe_writes_cells_a_spreadsheet_would_calculate_as_text_when_asked(
    tmp_path: Path,
) -> None:
    path, marked = tmp_path / "formulas.csv", tmp_path / "marked.csv"
    cells = ["=1+1", "+442079460018", "-1", "@SUM(A1)", " =1+1", "\t=1", "Ada", ""]
    path.write_text("id,name\n" + "\n".join(f"{n},{c}" for n, c in enumerate(cells)))
    command = ["dedupe", str(path), "--role", "id=id", "--role", "name=full_name", "-o"]
    for more, lead in (([], ""), (["--spreadsheet"], "'")):
        assert main([*command, str(marked), *more]) == 0
        assert marked.read_bytes().startswith(codecs.BOM_UTF8) == bool(lead)
        with marked.open(encoding="utf-8-sig", newline="") as stream:
            names = [row["name"] for row in csv.DictReader(stream)]
        assert names == [*(lead + cell for cell in cells[:6]), "Ada", ""]


def test_a_program_without_standard_output_has_its_exit_code_all_the_same(
    people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["check", str(people), *ROLES]) == 0


@pytest.mark.parametrize("command", ["segment", "dedupe", "find"])
def test_a_number_of_rows_below_none_is_no_command(command: str, shop: str, people: Path) -> None:
    given = {
        "segment": [shop, "customer_tags CONTAINS 'vip'", "--limit", "-1"],
        "dedupe": [str(people), "--show", "-1"],
        "find": [shop, "ada", "--limit", "-1"],
    }
    assert main([command, *given[command]]) == 2


def test_dedupe_lists_what_is_uncertain_by_line_and_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"p{n} q{n},p{n}@example.com,19{n:02}-01-02" for n in range(40)]
    rows += ["p1 q1,p1x@example.org,1901-01-02", "p2 q2,,1902-01-03", "p3 q3,p3@example.com,"]
    path = tmp_path / "list.csv"
    path.write_text("name,mail,born\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert main(["dedupe", str(path), *DOUBLE_ROLES]) == 0
    out = capsys.readouterr().out
    assert "rows" in out
    assert "example" not in out


def test_dedupe_takes_rows_whose_keys_are_missing_or_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys.csv"
    rows = "1,Ada Byron,ada@example.com\n1,Ada Byron,ada@example.com\n,Jane Roe,jane@example.com\n"
    path.write_text(f"no,name,mail\n{rows}", encoding="utf-8")
    roles = ["--role", "no=id", "--role", "name=full_name", "--role", "mail=email"]
    assert main(["dedupe", str(path), *roles, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["groups"] == [[2, 3]]


def test_segment_counts_lists_and_says_why(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    query = "customer_email_domain = 'example.com' AND number_of_orders = 0"
    assert main(["segment", shop, query, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["count"] == len(found["members"]) == 2
    assert main(["segment", shop, "number_of_orders > 0", "--why", "list/1"]) == 0
    assert capsys.readouterr().out.startswith("not in: ")


def test_a_query_that_cannot_be_read_is_pointed_at(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["segment", shop, "number_of_ordrs > 3"]) == 2
    error = capsys.readouterr().err
    assert "^" in error
    assert "number_of_orders" in error


def test_due_lists_what_is_coming(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Crm.open(shop) as crm:
        plan = Plan(id="care", name="Care", price=Money("9.90", "EUR"), cadence="P1M")
        crm.subscribe("list/1", plan)
    assert main(["due", shop, "--days", "40"]) == 0
    assert "9.90 EUR" in capsys.readouterr().out
    assert main(["due", shop, "--days", "40", "--json"]) == 0
    actions = json.loads(capsys.readouterr().out)
    assert {action["kind"] for action in actions} == {"charge"}
    assert main(["due", shop, "--days", "-1"]) == 2


def test_without_the_extra_the_demo_still_runs_and_the_rest_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "click", None)
    with pytest.raises(SystemExit) as caught:
        script.main(["find", "shop.db", "x"])
    assert caught.value.code == 2
    with pytest.raises(SystemExit):
        script.main(["--help"])
    assert "ecrm_core[cli]" in capsys.readouterr().out


def test_roles_stand_on_top_of_the_guess_when_both_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("member,Name,E-mail\nx1,Ada Byron,ada@example.com\n", encoding="utf-8")
    store = str(tmp_path / "shop.db")
    command = ["ingest", store, str(path), "--source", "list", "--guess", "--role", "member=id"]
    assert main(command) == 0
    assert main(["find", store, "ada@example.com", "--reveal"]) == 0
    assert "Ada Byron" in capsys.readouterr().out
    assert main(["view", store, "list/x1"]) == 0


def test_json_where_a_csv_is_meant_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "customers.json"
    path.write_text('\ufeff\n{"customers": [\n1,\n2]}', encoding="utf-8")
    store = tmp_path / "shop.db"
    for command in (["check"], ["dedupe"], ["ingest", str(store), "--source", "shopfy"]):
        assert main([*command[:2], str(path), *command[2:]]) == 2
        assert "seems to be JSON" in capsys.readouterr().err
    assert not store.exists()


def test_many_unreadable_lines_are_told_in_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,mail\nAda,ada@example.com\n" + "alone\n" * 30, encoding="utf-8")
    assert main(["check", str(path), "--show", "0"]) == 0
    captured = capsys.readouterr()
    assert captured.err.count("left out, found") == 10
    assert "and 20 more lines left out" in captured.err
    assert "By line" not in captured.out


def test_check_lists_findings_by_their_lines(
    double: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", double, *DOUBLE_ROLES, "--show", "1"]) == 1
    listed = capsys.readouterr().out.partition("By line\n")[2].splitlines()
    assert listed[0].startswith("  line ")
    assert len(listed) in {1, 2}


@pytest.mark.parametrize("mode", ["exact", "spreadsheet"])
def test_an_export_is_taken_in_again_by_its_own_names(
    shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    out, copy = tmp_path / "all.csv", str(tmp_path / "copy.db")
    out.write_text("older", encoding="utf-8")
    assert main(["export", shop, str(out), "--mode", mode, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "rows": 2, "columns": ["id", "full_name", "email", "phone", "updated_at"], "mode": mode,
    }  # fmt: skip
    assert ("'+442079460018" in out.read_text(encoding="utf-8")) == (mode == "spreadsheet")
    assert main(["ingest", copy, str(out), "--source", "copy", "--guess", "--mode", mode]) == 0
    capsys.readouterr()
    assert main(["find", copy, "+442079460018", "--reveal"]) == 0
    assert "Ada Byron" in capsys.readouterr().out
    assert main(["check", str(out), "--mode", mode, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["completeness"]["phone"] == 1


def test_an_export_never_writes_over_its_store(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path(shop).read_bytes()
    assert main(["export", shop, shop]) == 2
    assert "the store itself" in capsys.readouterr().err
    assert Path(shop).read_bytes() == before
    assert main(["export", shop, str(Path(shop).parent / "no" / "x.csv")]) == 3
    assert "cannot be written" in capsys.readouterr().err


def test_check_tells_which_order_the_dates_of_a_column_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,born\nAda,03/04/1980\nBo,13/04/1980\n", encoding="utf-8")
    command = ["check", str(path), "--role", "name=full_name", "--role", "born=birth_date"]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "line 2, birth_on: It is not certain which day" in out
    assert out.endswith("certain: DMY fits 2, MDY fits 1. Name it with --dates.\n")
    assert "1980" not in out
    assert main([*command, "--dates", "DMY"]) == 0
    assert "not certain" not in capsys.readouterr().out


# ---------------------------------------------------------------- reports

TYPED = """name,mail,by,shop
Ada Byron,ada@example.com,Anna,till
Jane Roe,jane.roe,Anna,web
"""
TYPED_ROLES = ["--role", "name=full_name", "--role", "mail=email", "--role", "by=entered_by"]


@pytest.fixture
def typed(tmp_path: Path) -> str:
    path = tmp_path / "typed.csv"
    path.write_text(TYPED, encoding="utf-8")
    return str(path)


def test_a_report_is_written_as_a_page_and_kept_to_compare_with(
    tmp_path: Path, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page, kept = tmp_path / "report.html", tmp_path / "may.json"
    command = ["check", typed, *TYPED_ROLES, "--source", "shop"]
    assert main([*command, "--html", str(page), "--save", str(kept), "--language", "ko"]) == 1
    out = capsys.readouterr().out
    assert "A•••" in out
    assert "이메일 주소가 아닙니다" in out
    assert '<html lang="ko">' in page.read_text("utf-8")
    assert "Anna" not in f"{out}{page.read_text('utf-8')}{kept.read_text('utf-8')}"
    assert json.loads(kept.read_text("utf-8"))["sources"][0]["name"] == "till"

    # The same file may be read and written: it is what the next month compares with.
    both = ["--against", str(kept), "--save", str(kept), "--html", str(page)]
    assert main([*command, *both, "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["trend"]["score"]["difference"] == 0
    assert data["findings"][0]["line"] == 3
    assert "Change from 2 to 2 rows" in page.read_text("utf-8")
    assert main([*command, "--against", str(kept), "--show", "0"]) == 1
    assert "Change by dimension" in capsys.readouterr().out


def test_who_typed_is_named_in_files_when_revealed(
    tmp_path: Path, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "report.html"
    main(["check", typed, *TYPED_ROLES, "--html", str(page), "--reveal", "--json"])
    assert "Anna" in page.read_text("utf-8")
    assert "Anna" in capsys.readouterr().out


def test_a_store_is_reported_on_as_a_whole_or_by_source(
    tmp_path: Path, shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "shop.html"
    assert main(["report", shop, "--html", str(page)]) == 0
    assert capsys.readouterr().out.startswith("2 customers: ")
    assert "Ada" not in page.read_text("utf-8")
    assert main(["report", shop, "--source", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["subject"] == "records"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["check", "FILE", "--html", "FILE"], 2, "another file"),
        (["check", "FILE", "--save", "FILE"], 2, "another file"),
        (["report", "STORE", "--save", "STORE"], 2, "another file"),
        (["report", "missing.db"], 3, "no store"),
        (["check", "FILE", "--against", "FILE"], 3, "JSON"),
        (["check", "FILE", "--source", "x"], 2, "no column 'x'"),
    ],
)
def test_a_report_that_cannot_be_made_writes_over_nothing(
    *,
    shop: str,
    people: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    says: str,
) -> None:
    given = [{"STORE": shop, "FILE": str(people)}.get(a, a) for a in arguments]
    roles = ROLES if given[0] == "check" else []
    assert main([*given, *roles]) == code
    assert says in capsys.readouterr().err
    assert people.read_text("utf-8") == PEOPLE


def test_a_list_of_domains_becomes_the_parameter_of_a_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed, written = tmp_path / "list.txt", tmp_path / "list.json"
    listed.write_text("# throw-away\nBin.example\n\nthrow.example\n", encoding="utf-8")
    assert main(["lists", str(listed), "-o", str(written)]) == 0
    assert json.loads(written.read_text()) == {"domains": ["bin.example", "throw.example"]}
    listed.write_text("bin.example\n" + "no domain\n" * 12, encoding="utf-8")
    capsys.readouterr()
    assert main(["lists", str(listed), "-o", str(written)]) == 1
    told = capsys.readouterr()
    assert told.out == "domains: 1\n"
    assert told.err.splitlines()[0] == "line 2: left out, it is no domain"
    assert told.err.splitlines()[-1] == "and 2 more lines left out"


def test_the_rules_of_a_report_are_named_or_a_file(
    tmp_path: Path, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.json"
    own.write_text(json.dumps(RuleSet(rules=(CORE.rule("named"),)).to_json()), "utf-8")
    asked = {}
    for name in ("core", "all", str(own)):
        main(["check", typed, *TYPED_ROLES, "--rules", name, "--json"])
        asked[name] = len(json.loads(capsys.readouterr().out)["asked"])
    assert asked == {"core": len(CORE.rules), "all": len(ALL.rules), str(own): 1}
    assert main(["check", typed, *TYPED_ROLES, "--rules", "none"]) == 2
    assert "expected core, all" in capsys.readouterr().err
    assert main(["check", typed, *TYPED_ROLES, "--rules", typed]) == 2
    assert "no JSON" in capsys.readouterr().err


def test_judgements_go_to_a_file_and_into_another_store(
    shop: str, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Crm.open(shop) as crm:
        crm.judge("list/1", "list/2", "different", by="anna")
    out, other = str(tmp_path / "judgements.csv"), str(tmp_path / "other.db")
    assert main(["judgements", "export", shop, out]) == 0
    assert main(["ingest", other, str(people), "--source", "list", *ROLES]) == 0
    capsys.readouterr()
    assert main(["judgements", "import", other, out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["imported"] == 1
    assert main(["judgements", "import", other, out]) == 0
    assert "1 row = 0 imported + 1 known + 0 refused" in capsys.readouterr().out
    with Path(out).open("a", encoding="utf-8") as stream:
        stream.write("list/1,list/77,same,anna,2026-05-01T09:00:00Z,,,\r\n")
    assert main(["judgements", "import", other, out]) == 1
    assert "row 2, $.right: found nobody" in capsys.readouterr().out
    assert main(["judgements", "export", shop, shop]) == 2
    assert main(["judgements", "import", str(tmp_path / "no.db"), out]) == 3
