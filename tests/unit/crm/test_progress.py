"""The bar for people at a terminal."""

import io

from ecrm_core.crm import progress_bar


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar_that_fills_and_ends_its_line() -> None:
    out = _Terminal()
    show = progress_bar(out)
    for done in (0, 500, 1_000):
        show(done, 1_000, "people.csv")
    lines = out.getvalue().split("\r")[1:]
    assert lines[0] == f"people.csv [{'.' * 30}] 0 of 1,000"
    assert lines[1] == f"people.csv [{'#' * 15}{'.' * 15}] 500 of 1,000"
    assert lines[2] == f"people.csv [{'#' * 30}] 1,000 of 1,000\n"


def test_where_it_is_piped_nothing_is_drawn() -> None:
    out = io.StringIO()
    progress_bar(out)(1, 2, "people.csv")
    assert out.getvalue() == ""
