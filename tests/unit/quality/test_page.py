"""Page: one file that needs nothing else, is read by eye and ear, and takes no name for HTML."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from ecrm_core.errors import UnknownName
from ecrm_core.quality import CORE, LANGUAGES, ReportBuilder, labels, page
from tests.unit.quality.reports import hostile, report

REPORT = report()
PAGES = {
    language: REPORT.to_html(language=language, former=report(people=7)) for language in LANGUAGES
}
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    """What a page is made of: tags in order with attributes, and text by the tag it stands in."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID and not (self.get_starttag_text() or "").endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "tags are closed in order"

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def test_the_page_says_its_language_and_title_once(language: str) -> None:
    read = Reader(PAGES[language])
    assert read.all("html") == [{"lang": language}]
    assert len(read.all("title")) == len(read.all("h1")) == 1
    titles = {text for tag, text in read.texts if tag in {"title", "h1"}}
    assert titles == {labels.labels_of(language)["title"]}
    assert not read.open


def test_landmarks_stand_once_and_headings_in_order(language: str) -> None:
    read = Reader(PAGES[language])
    for landmark in ("header", "nav", "main", "footer"):
        assert len(read.all(landmark)) == 1
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(levels) == 1 + len(read.all("section"))


def test_every_table_has_a_caption_and_every_head_a_scope(language: str) -> None:
    read = Reader(PAGES[language])
    assert len(read.all("table")) == len(read.all("caption")) >= 10
    assert {attrs.get("scope") for attrs in read.all("th")} == {"col", "row"}
    assert all(text.strip() for tag, text in read.texts if tag in {"caption", "th"})


def test_ids_are_given_once_and_every_reference_is_met(language: str) -> None:
    read = Reader(PAGES[language])
    ids = Counter(attrs["id"] for _, attrs in read.tags if "id" in attrs)
    assert set(ids.values()) == {1}
    links = {str(attrs["href"])[1:] for attrs in read.all("a")}
    labelled = {attrs["aria-labelledby"] for _, attrs in read.tags if "aria-labelledby" in attrs}
    assert links | labelled <= ids.keys()


def test_a_drawing_is_named_or_hidden_because_its_numbers_stand_beside_it(language: str) -> None:
    for attrs in Reader(PAGES[language]).all("svg"):
        named = attrs.get("role") == "img" and attrs.get("aria-label")
        assert named or attrs.get("aria-hidden") == "true"


def test_the_page_needs_no_script_and_nothing_from_elsewhere(language: str) -> None:
    read = Reader(PAGES[language])
    tags = {tag for tag, _ in read.tags}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "base", "video"}
    attributes = {name for _, attrs in read.tags for name in attrs}
    assert not {name for name in attributes if name.startswith("on")} | attributes & {"src"}
    assert [attrs["href"] for attrs in read.all("link")] == ["data:,"]
    style = "".join(text for tag, text in read.texts if tag == "style")
    assert not re.search(r"url\(|@import|@font-face", style)
    assert "default-src 'none'" in str(read.all("meta")[1])


def test_names_of_columns_sources_and_people_stay_text() -> None:
    revealed = Reader(REPORT.to_html(title=hostile(), reveal=True))
    texts = [text for _, text in revealed.texts]
    for count in (hostile(), "shop", "anna"):
        assert count in texts
    assert not revealed.all("script")
    assert "anna" not in PAGES["en"]


def test_a_title_that_no_file_can_hold_is_mended() -> None:
    assert "<h1>Ju?ne</h1>" in REPORT.to_html(title="Ju\ud800ne")


def test_a_report_of_nothing_is_a_page_too(language: str) -> None:
    read = Reader(ReportBuilder(CORE).build().to_html(language=language))
    words = labels.labels_of(language)
    assert words["not_asked"] in [text for _, text in read.texts]
    assert words["nothing"] in [text for _, text in read.texts]


def test_another_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match="ko"):
        REPORT.to_html(language="fr")


def test_every_word_is_there_in_every_language() -> None:
    folder = Path(str(labels.__file__)).parent
    texts = {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in LANGUAGES}
    assert {tuple(held) for held in texts.values()} == {tuple(sorted(texts["en"]))}
    for key, word in texts["en"].items():
        blanks = sorted(re.findall(r"\{\w+\}", word))
        for held in texts.values():
            assert held[key].strip()
            assert sorted(re.findall(r"\{\w+\}", held[key])) == blanks


# ---------------------------------------------------------------- contrast (WCAG 2.2, 1.4.3)

STYLE = Path(str(page.__file__)).with_name("style.css").read_text("utf-8")
SCHEMES = [
    dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root \{([^}]*)\}", STYLE)
]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark", "print"])
@pytest.mark.parametrize("ink", ["ink", "soft", "accent", "clean", "warning", "error", "info"])
def test_text_stands_out_from_its_ground(scheme: dict[str, str], ink: str) -> None:
    for ground in ("paper", "ground"):
        assert contrast(scheme[ink], scheme[ground]) >= 4.5
