"""The demo: what it shows is true, and a second run changes nothing."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ecrm_core.__main__ import main
from ecrm_core.crm import Crm
from ecrm_core.demo import generate, run

PEOPLE = 150
Runs = tuple[str, str, Path]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Two runs over one store, and where it is."""
    store = tmp_path_factory.mktemp("demo") / "ecrm-demo.db"
    shown = []
    for _ in range(2):
        out = io.StringIO()
        run(store, out, people=PEOPLE)
        shown.append(out.getvalue())
    return shown[0], shown[1], store


_ROWS = r"(\d+) rows = (\d+) accepted \+ (\d+) quarantined \+ (\d+) duplicate"


def test_rows_in_are_accepted_quarantined_or_duplicate_as_the_generator_promised(
    runs: Runs,
) -> None:
    names = ["shopify_customers.json", "shopify_orders.json", "woocommerce.csv",
             "newsletter_ko.csv", "newsletter_ja.csv"]  # fmt: skip
    promised = [generate(people=PEOPLE).counts[name] for name in names]
    parts = ("rows", "accepted", "quarantined", "duplicate")
    expected = [tuple(counts[part] for part in parts) for counts in promised]
    found = [tuple(map(int, numbers)) for numbers in re.findall(_ROWS, runs[0])]
    assert found[:-1] == expected
    assert found[-1] == tuple(map(sum, zip(*expected, strict=True)))


def test_a_second_run_changes_nothing(runs: Runs) -> None:
    first, second, _ = runs
    assert "This run changed the store." in first
    assert "This run changed nothing." in second
    assert re.search(r"together +\d+ rows = 0 accepted", second)
    assert "handed over now: nothing" in second


def test_the_export_before_the_mistaken_merge_is_the_export_after_its_undo(runs: Runs) -> None:
    for shown in runs[:2]:
        before, after = re.findall(r"export (?:before|after) +([0-9a-f]{32})", shown)
        assert before == after
        assert "the same, byte for byte" in shown


def test_the_matcher_is_measured_against_the_truth(runs: Runs) -> None:
    joined, right, precision, true, again, recall = re.findall(
        r"(\d+) pairs of rows are joined, (\d+) of them\s+rightly \(precision ([\d.]+)%\);"
        r"\s+of the (\d+) pairs that are one person (\d+) are joined \(recall ([\d.]+)%\)",
        runs[0],
    )[0]
    with Crm.open(runs[2], region="KR") as crm:
        shop = generate(people=PEOPLE)
        keys = [key for key in shop.truth if key not in shop.labels["fake"]]
        home = {key: crm.resolve(key) for key in keys}
    pairs = [(a, b) for at, a in enumerate(keys) for b in keys[at + 1 :]]
    together = {(a, b) for a, b in pairs if home[a] == home[b]}
    one = {(a, b) for a, b in pairs if shop.truth[a] == shop.truth[b]}
    assert (int(joined), int(true)) == (len(together), len(one))
    assert int(right) == int(again) == len(together & one)
    assert precision == f"{len(together & one) / len(together) * 100:.1f}"
    assert recall == f"{len(together & one) / len(one) * 100:.1f}"
    assert len(together & one) > 0.9 * len(together)
    assert len(together & one) > 0.6 * len(one)  # a household may share all but a given name


def test_it_says_who_may_be_contacted_and_why_not(runs: Runs) -> None:
    said = r": marketing by email was"
    assert re.search(rf"^  yes .+{said} granted on 202\d", runs[0], re.MULTILINE)
    assert re.search(rf"^  no  .+{said} (?:revoked|refused) on 202\d", runs[0], re.MULTILINE)


def test_the_next_days_bring_renewals_notices_and_tasks(runs: Runs) -> None:
    for title in ("Contracts that renew", "Notices to customers", "Tasks for sales"):
        assert int(re.findall(rf"^{title}.*: (\d+)$", runs[0], re.MULTILINE)[0]) > 0
    assert re.search(r"^Due today and handed over now: \d+ notices", runs[0], re.MULTILINE)


def test_the_worst_rules_are_shown_and_measured_against_the_truth(runs: Runs) -> None:
    for rule in ("invented", "email_typo"):
        pattern = rf"{rule}: (\d+) customers, rightly (\d+); (\d+) of the (\d+) that"
        found, right, missed, made = map(int, re.findall(pattern, runs[0])[0])
        assert found >= right
        assert right + missed == made > 0
    assert re.search(r"^  suggested: \S+@\S+$", runs[0], re.MULTILINE)


def test_each_segment_says_why_one_is_in_and_another_is_not(runs: Runs) -> None:
    shown = runs[0][runs[0].index("Segments: ") : runs[0].index("Subscriptions: ")]
    counts = [int(count) for count in re.findall(r": (\d+) customers? as of 2026-11-23", shown)]
    assert len(counts) == 3
    assert len(re.findall(r"^  .+ is in: ", shown, re.MULTILINE)) == sum(map(bool, counts)) > 1
    assert len(re.findall(r"^  .+ is not: ", shown, re.MULTILINE)) == 3


def test_the_files_of_the_shop_lie_beside_the_store(runs: Runs) -> None:
    shop = generate(people=PEOPLE)
    folder = runs[2].with_name("ecrm-demo")
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    page = written.pop("report.html").decode()
    assert written == shop.files
    assert "The shop of the demo" in page
    assert f"{folder / 'report.html'}: how good the data is" in runs[0]
    for name in shop.files:
        assert f"{folder / name}: {len(shop.files[name]):,} bytes" in runs[0]


def test_a_store_that_cannot_be_used_is_said_and_the_exit_code_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "no.db"
    path.write_text("this is a shopping list, not a store of ours " * 50, encoding="utf-8")
    assert main(["demo", "--store", str(path)]) != 0
    assert "ecrm: " in capsys.readouterr().err


@pytest.mark.parametrize(("out", "says"), [("/dev/null", ""), ("/dev/full", "ecrm:")])
def test_what_cannot_be_shown_is_no_crash(runs: Runs, out: str, says: str) -> None:
    command = [sys.executable, "-m", "ecrm_core", "find", str(runs[2]), "\uae40"]
    with Path(out).open("w") as stream:
        done = subprocess.run(
            command, stdout=stream, stderr=subprocess.PIPE, text=True, check=False,
            env=os.environ | {"PYTHONIOENCODING": "ascii"},
        )  # fmt: skip
    assert (done.returncode != 0, done.stderr[:5]) == (bool(says), says)
    assert "Traceback" not in done.stderr
