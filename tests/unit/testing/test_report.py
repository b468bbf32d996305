"""A report is a table of promises: kept, broken, or not asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.testing.contracts import Contract, Outcome, StoreContract, report


class Mixed(Contract):
    shared = False

    def test_one_is_one(self) -> None:
        assert str(1) == "1"

    def test_a_is_below_b(self, tmp_path: Path) -> None:
        assert tmp_path.is_dir()
        raise ValueError("<b>\nmore")

    def test_two_share(self) -> None:
        self.only_if("shared")
        raise AssertionError

    def test_with_a_fixture(self, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG002
        raise AssertionError

    def test_fails(self) -> None:
        pytest.fail("no")


def test_each_promise_has_its_line() -> None:
    assert str(report(Mixed)).splitlines() == [
        "Mixed: 5 promises: 1 kept, 2 BROKEN, 2 not asked",
        "kept       mixed        one is one",
        "BROKEN     mixed        a is below b (ValueError: <b>)",
        "not asked  mixed        two share (shared not set)",
        "not asked  mixed        with a fixture (wants the fixture 'monkeypatch')",
        "BROKEN     mixed        fails (Failed: no)",
    ]


def test_a_notebook_shows_a_table_in_which_nothing_is_html() -> None:
    shown = report(Mixed)._repr_html_()
    assert shown.count("<tr>") == 5
    assert "<td>ValueError: &lt;b&gt;</td>" in shown


class Memory(StoreContract):
    examples = 2

    def open_store(self, folder: Path) -> MemoryStore:
        assert folder.is_dir()
        return MemoryStore()


def test_the_report_on_a_store_names_the_flags_that_are_not_set() -> None:
    asked = report(Memory)
    assert asked.count(Outcome.BROKEN) == 0
    unasked = {p.why for p in asked.promises if p.outcome is Outcome.NOT_ASKED}
    assert unasked == {"shared not set", "durable not set", "shared and durable not set"}
    assert {"reading", "racing", "comparing"} < {p.subject for p in asked.promises}
