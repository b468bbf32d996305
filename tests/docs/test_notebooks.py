"""The notebooks in examples run from the first cell to the last, and show what they promise."""

from __future__ import annotations

import ast
import json
import pathlib
from collections.abc import Iterator

import pytest

from tests.house import ROOT

pytest.importorskip("pandas", reason="the notebooks read their files with pandas")
pytest.importorskip("matplotlib", reason="the notebooks draw with pandas' own plot")

NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))
SHOWS = {
    "customers": ("to review",),
    "review": ("Are these 2 customers one?", "<mark>", "cards", "merged", "probability"),
    "subscriptions": ("handed over", "the day the customer begins to decide", "expansion"),
    "segments": ("kept out by it alone", "the same people: True", "the same champions: True"),
    "matching": ("to review", "(two taken at random)", "(shared by a household)", "predicted"),
}


def _cells(path: pathlib.Path) -> Iterator[str]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"])


def _shown(source: str, name: str, names: dict[str, object]) -> str:
    """Run a cell as Jupyter does: the value of its last expression is shown, as HTML if it can."""
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)
    if not isinstance(last, ast.Expr):
        return ""
    value = eval(compile(ast.Expression(last.value), name, "eval"), names)
    as_html = getattr(value, "_repr_html_", None)
    return str(as_html() if as_html else repr(value))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_in_an_empty_folder(
    path: pathlib.Path,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    names: dict[str, object] = {"__name__": "__main__"}
    shown = [_shown(source, f"{path.name}[{at}]", names) for at, source in enumerate(_cells(path))]
    tables = [text for text in shown if text.startswith("<")]
    assert len(tables) >= 4, "each step shows a table"
    assert any("Axes" in text for text in shown), "the last step draws"
    said = "".join(shown) + capsys.readouterr().out
    assert [text for text in SHOWS[path.stem] if text not in said] == []


def test_there_is_a_notebook_without_outputs_in_it() -> None:
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
