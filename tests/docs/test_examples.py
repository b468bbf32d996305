"""The examples of README and docs run as written, in order, in an empty folder."""

import contextlib
import io
import pathlib
import re
import sys
from collections.abc import Iterator

import pytest

from tests.house import ROOT

# A python block; directly after it a text block shows what it prints.
BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\s*^```text\n(?P<output>.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)
Example = tuple[str, str | None]


def _examples(markdown: str) -> Iterator[Example]:
    """Yield each block of code, moved down to its own line number, and its output if shown."""
    for block in BLOCK.finditer(markdown):
        above = markdown.count("\n", 0, block.start("code"))
        yield "\n" * above + block["code"], block["output"]


def _run(examples: Iterator[Example], filename: str) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    for code, output in examples:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, filename, "exec"), names)
        if output is not None:
            assert _lines(printed.getvalue()) == _lines(output)


def _forget_modules(folder: pathlib.Path) -> None:
    """Let no page find the modules of another."""
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(f"{folder}/"):
            del sys.modules[name]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


def _pages() -> list[str]:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page.relative_to(ROOT).as_posix() for page in pages if page.exists()]


@pytest.mark.parametrize("page", _pages())
def test_the_examples_of_a_page_run(
    page: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)  # where a script finds what lies beside it
    try:
        _run(_examples((ROOT / page).read_text(encoding="utf-8")), page)
    finally:
        _forget_modules(tmp_path)


def test_blocks_share_names_and_output_is_compared() -> None:
    page = "```python\na = 1\n```\ntext\n```python\nprint(a)\n```\n\n```text\n{}\n```\n"
    _run(_examples(page.format(1)), "page")
    with pytest.raises(AssertionError):
        _run(_examples(page.format(2)), "page")


def test_a_failing_block_names_its_line() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _run(_examples("text\n\n```python\n\n1 / 0\n```\n"), "page")
    assert caught.traceback[-1].lineno == 4  # counted from 0
