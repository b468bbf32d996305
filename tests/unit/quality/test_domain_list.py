"""Lists of domains: read line by line, what is none is refused by its number."""

import pytest

from ecrm_core.customers import parse_email
from ecrm_core.quality import CORE, read_domain_list
from tests.unit.quality.people import findings, record


def test_a_list_is_read_as_people_publish_it() -> None:
    lines = ["\ufeff# throw-away", "", "B.example\n", "*.c.example", "@d.example"]
    read = read_domain_list([*lines, "a.example # new", "// end", "b.example."])
    assert read.domains == ("a.example", "b.example", "c.example", "d.example")
    assert read.refused == ()


@pytest.mark.parametrize(
    "line",
    [
        "nodot",
        "ann@a.example",
        "two words.example",
        "a..example",
        "-a.example",
        "10.0.0.1",
        "a." * 200 + "example",
        "☃.example",
        "\ud800.example",
        "\x00.example",
        "http://a.example",
    ],
)
def test_a_line_that_is_no_domain_is_refused_by_its_number(line: str) -> None:
    read = read_domain_list(["# list", line, "a.example"])
    assert read.refused == (2,)
    assert read.domains == ("a.example",)


def test_letters_beyond_ascii_are_listed_in_punycode_and_found() -> None:
    read = read_domain_list(["bücher.example", "你好.example", "ไทย.example"])
    assert read.domains[0].startswith("xn--")
    rules = CORE.with_params("email_disposable", read.to_json())
    for host in ("bücher.example", "你好.example"):
        assert parse_email(f"ann@{host}").normalised
        assert "email_disposable" in findings(record(email=f"ann@{host}"), rules)
