"""The plugin in examples is built, installed into a folder, found there, and at work."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.house import ROOT

PROGRAM = """
import json
from datetime import UTC, datetime

from ecrm_core import Crm, FieldMap, check, dedupe, plugins
from ecrm_core.customers import Attribute, AttributeSchema, AttributeType
from ecrm_core.kernel import FixedClock
from ecrm_core.sources import generic

now = datetime(2026, 11, 25, tzinfo=UTC)
roles = FieldMap({"no": "id", "name": "full_name", "serial": "attribute:serial"})
rows = [
    {"no": "1", "name": "Ann Example", "serial": "2019-00417-2"},
    {"no": "2", "name": "A. Sample", "serial": "2019 00471 2"},
    {"no": "3", "name": "Bo Park", "serial": "2021-00032-2"},
]
found = plugins.discover()
rules = found.tools.rule_set()
report = check(rows, fields=roles, rules=rules)
comparisons = found.tools.comparisons.values()
alike = dedupe(rows, fields=roles, comparisons=comparisons)

serial = AttributeSchema({"serial": Attribute(AttributeType.TEXT)})
crm = Crm.open(tools=found.tools, attributes=serial, clock=FixedClock(now))
crm.ingest(generic.read_rows(
    rows, fields=roles, source="till", received_at=now, schema=serial
))
old = crm.segment("machine_year <= 2019")
from ecrm_serials import register

register(crm, "till/2", "2019-00471-2", on=now.date())
undo = crm.merge("till/1", "till/2", by="anna")
linked = [[row.serial for row in crm.linked("till/1", "machine_registration")]]
preview = crm.preview_merge("till/3", "till/1").linked["machine_registration"]
crm.unmerge(undo, by="anna")
linked += [
    [row.serial for row in crm.linked(who, "machine_registration")] for who in ("till/1", "till/2")
]
page = [
    {"form": "12", "sent": "2026-11-01T10:00:00Z", "serial": "2019-00417-2", "shoe": 42,
     "customer": {"no": "7", "name": "Ann Example", "email": "ann@example.com",
                           "phone": "02-000-0101"}},
    {"form": "13", "sent": "yesterday"},
]
forms = found.tools.readers["machine_forms"](
    json.dumps(page).encode(), received_at=now, region=None
)
told = crm.ingest(forms)
print(json.dumps({
    "forms": [told.created, told.recorded, told.quarantined, forms.unmapped(0)],
    "plugins": list(map(str, found.plugins)),
    "errors": list(map(str, found.errors)),
    "without": str(plugins.discover(without=["ecrm_serials"])),
    "checked": [[f.row, f.finding.rule, f.finding.message("en")] for f in report.findings],
    "korean": [f.finding.message("ko") for f in report.findings],
    "compared": [[e.name, e.level, e.weight > 0] for e in alike.explain("1", "2").fields],
    "reported": [[r.rule, r.rows] for r in crm.report().rules],
    "levels": [m.level for m in crm.duplicates().explain(
        crm.resolve("till/1"), crm.resolve("till/2")).fields if m.name == "attribute:serial"],
    "segment": [old.count, str(old.why("till/3"))],
    "linked": linked,
    "counted": preview,
    "exported": crm.export("till/2")["linked"],
}))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a program says that runs beside the installed plugin."""
    folder = tmp_path_factory.mktemp("plugin")
    source, site = folder / "source", folder / "site"
    skipped = shutil.ignore_patterns("__pycache__", "*_cache")
    shutil.copytree(ROOT / "examples" / "plugin", source, ignore=skipped)
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], source)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)  # what an installer does with a wheel of pure Python
    begin = f"import sys; sys.path.insert(0, {str(site)!r})\n"
    command = [sys.executable, "-X", "utf8", "-W", "error", "-c", begin + PROGRAM]
    answer: dict[str, Any] = json.loads(run(command, folder))
    return answer


def run(command: list[str], cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_found_where_it_is_installed(said: dict[str, Any]) -> None:
    assert (said["plugins"], said["errors"]) == (["ecrm-serials 1.0 (serials)"], [])


def test_it_is_left_out_when_the_host_says_so(said: dict[str, Any]) -> None:
    assert said["without"] == "no plugins"


def test_its_rule_finds_with_its_own_sentence(said: dict[str, Any]) -> None:
    sentence = "This is not a serial number of 10 digits with the right check digit."
    assert [1, "serial_check", sentence] in said["checked"]
    assert not [held for held in said["checked"] if held[0] != 1 and held[1] == "serial_check"]
    assert "검사 숫자가 맞는 10자리 일련번호가 아닙니다." in said["korean"]
    assert ["serial_check", 1] in said["reported"]


def test_its_comparison_compares_a_table_and_the_store(said: dict[str, Any]) -> None:
    assert ["serial", "slip", True] in said["compared"]
    assert said["levels"] == ["slip"]


def test_its_field_selects_and_says_why(said: dict[str, Any]) -> None:
    count, why = said["segment"]
    assert count == 2
    assert why == "not in: machine_year is 2021, asked for: <= 2019"


def test_its_rows_follow_their_customer_through_a_merge_and_back(said: dict[str, Any]) -> None:
    assert said["linked"] == [["2019004712"], [], ["2019004712"]]
    assert said["counted"] == [0, 1]
    ((name, rows),) = said["exported"].items()
    assert (name, rows[0]["serial"], rows[0]["on"]) == (
        "machine_registration", "2019004712", "2026-11-25",
    )  # fmt: skip


def test_its_source_is_read_and_a_form_nobody_can_read_harms_no_other(said: dict[str, Any]) -> None:
    assert said["forms"] == [1, 1, 1, {"$.shoe": 42}]
