"""The specification of segments: each numbered sentence is named by a test, and no other number."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.docs.reference_tables import page
from tests.house import ROOT

_NUMBER = re.compile(r"^\*\*(\d+\.\d+)\*\*", re.MULTILINE)
_NAMED = re.compile(r"^Segments (\d+\.\d+(?:, \d+\.\d+)*)[.:]")


def specified() -> list[str]:
    """Return the numbers of the specification, in the order of the page."""
    return _NUMBER.findall(page("explanation/segments.md"))


def named() -> dict[str, set[str]]:
    """Return the numbers that docstrings of tests name, with the tests."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "Segments " in path.read_text(encoding="utf-8"):
            _gather(path, found)
    return found


def _gather(path: Path, found: dict[str, set[str]]) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            hit = _NAMED.match(ast.get_docstring(node) or "")
            for number in hit[1].split(", ") if hit else ():
                found.setdefault(number, set()).add(node.name)


def test_the_sentences_are_numbered_in_order() -> None:
    numbers = [tuple(map(int, number.split("."))) for number in specified()]
    assert numbers == sorted(set(numbers))
    assert len(numbers) > 20


def test_every_sentence_is_named_by_a_test_and_no_other_number_is() -> None:
    assert set(named()) == set(specified())


def test_a_test_that_names_nothing_is_not_counted() -> None:
    assert not _NAMED.match("Segments are rules. 1.2")
    assert _NAMED.match("Segments 1.2, 3.4: some more")
