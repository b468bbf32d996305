"""Other people's cases: what is replayed agrees, and the runner counts as their README says."""

import json
import pathlib

import pytest

from tests.peers import replay
from tests.peers.__main__ import default_folder, main
from tests.peers.replay import Differs, Replay, Unsupported, register, replay_file, vector_files
from tests.peers.units import Unit, read_units

FOLDER = default_folder()
FILES = [path.relative_to(FOLDER).as_posix() for path in vector_files(FOLDER)]


@pytest.mark.skipif(not FILES, reason=f"no vectors in {FOLDER}; ECRM_VECTORS names the folder")
@pytest.mark.parametrize("name", FILES or ["none"])
def test_what_is_supported_agrees(name: str) -> None:
    area, _, file = name.partition("/")
    outcome = replay_file(FOLDER / name, area=area, file=file)
    assert outcome.cases, "the file holds no case"
    if not outcome.supported:
        pytest.skip("not supported yet")
    assert [
        (case.id, case.note)
        for case in outcome.cases
        if case.counted and not case.agreed and not case.known
    ] == []


CARD = "BEGIN:vCard\nFN:Ann\nEND:vCard\n"
AGENT = "BEGIN:VCARD\nFN:Ann\nAGENT:BEGIN:VCARD\nFN:Bo\nEND:VCARD\nEND:VCARD\n"


@pytest.mark.parametrize(
    ("file", "content", "ids"),
    [
        ("a.jsonl", '{"input": "x"}\n\n{"id": "second"}\n', ["line 1", "second"]),
        ("a.conf", "# list\nspam.example\nother.example\n", ["line 2", "line 3"]),
        ("a.json", '["", "a"]', ["[0]", "[1]"]),
        ("a.json", '[{"id": "a-1"}, {"id": 7}]', ["a-1", "[1]"]),
        ("a.json", '{"source": "s", "objects": [{"id": 1}]}', ["objects[0]"]),
        ("a.json", '{"source": "s", "valid": [1, 2], "invalid": [3]}', 3),
        ("a.json", '{"resources": {"customer": {}, "payout": {}, "plan": {}}}', 2),
        ("rfm_a.json", '{"source": "s 1", "Lost": "111 112", "Loyal": "555"}', 3),
        ("a.vcf", CARD * 2, ["card 0", "card 1"]),
        ("a.vcf", AGENT, ["card 0"]),
        ("a.vcf", "FN:Ann\n", ["card 0"]),
    ],
)
def test_cases_are_counted_by_layout(
    tmp_path: pathlib.Path, file: str, content: str, ids: list[str] | int
) -> None:
    path = tmp_path / file
    path.write_text(content, encoding="utf-8")
    found = [unit.id for unit in read_units(path)]
    assert ids in (found, len(found))


def _half(unit: Unit) -> str | None:
    match unit.data:
        case {"kind": "odd"}:
            return "1 is odd"
        case {"kind": "crash"}:
            raise ZeroDivisionError
        case {"kind": "unknown"}:
            raise Unsupported
        case {"kind": "known"}:
            raise Differs("we count from 0")
    return None


@pytest.fixture
def vectors(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    kinds = ["even", "odd", "crash", "unknown", "even"]
    cases: list[dict[str, str]] = [{"id": f"c{n}", "kind": kind} for n, kind in enumerate(kinds)]
    cases[4] |= {"kind": "odd", "quirk": "theirs"}
    for area in ("numbers", "words"):
        (tmp_path / area).mkdir()
        (tmp_path / area / "cases.json").write_text(json.dumps(cases))
    (tmp_path / "numbers" / "KEYS.md").write_text("not a vector")
    monkeypatch.setattr(replay, "_replays", list[tuple[str, str, Replay]]())
    register("numbers", "*.json")(_half)
    return tmp_path


def test_one_line_a_file_and_quirks_do_not_count(
    vectors: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--vectors", str(vectors)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "numbers/cases.json 1/4",
        "  c4 differs by design: theirs (1 is odd)",
        "words/cases.json 0/4",
    ]


def test_verbose_lists_what_does_not_agree(
    vectors: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--vectors", str(vectors), "--area", "numbers", "--verbose"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == ["numbers/cases.json", "c1", "c2", "c3", "c4"]
    assert "1 is odd" in printed[1]
    assert "ZeroDivisionError" in printed[2]
    assert "not supported" in printed[3]


def test_a_known_difference_counts_as_not_agreed_and_says_why(vectors: pathlib.Path) -> None:
    path = vectors / "numbers" / "known.json"
    path.write_text('[{"kind": "known"}, {"kind": "even"}, {"kind": "odd"}]')
    outcome = replay_file(path, area="numbers", file="known.json")
    assert (outcome.agreed, outcome.total) == (1, 3)
    assert [case.known for case in outcome.cases] == [True, False, False]
    assert outcome.cases[0].note == "differs: we count from 0"


def test_a_file_that_cannot_be_read_is_one_case_that_disagrees(vectors: pathlib.Path) -> None:
    path = vectors / "numbers" / "cases.json"
    path.write_text("{")
    outcome = replay_file(path, area="numbers", file="cases.json")
    assert (outcome.agreed, outcome.total) == (0, 1)


def test_a_missing_folder_is_said(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--vectors", str(tmp_path / "nowhere")]) == 2
    assert "--vectors" in capsys.readouterr().err
