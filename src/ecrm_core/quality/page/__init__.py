"""Page: a report as one HTML page that needs nothing else, readable by eye, ear and printer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ecrm_core.quality.labels import Labels
from ecrm_core.quality.page.charts import classes, strip
from ecrm_core.quality.page.parts import outline, sections_html
from ecrm_core.quality.report_sections import report_sections
from ecrm_core.quality.rule import Severity
from ecrm_core.quality.section import Section, share
from ecrm_core.quality.trend_sections import trend_sections

if TYPE_CHECKING:
    from ecrm_core.quality.report import TableReport
    from ecrm_core.quality.trend import Trend

__all__ = ["render_page"]

# The icon is empty, so that a browser asks nobody for one.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
_CLEAN = "clean"


@lru_cache(maxsize=1)
def _style() -> str:
    return Path(__file__).with_name("style.css").read_text("utf-8")


def render_page(
    report: TableReport, labels: Labels, *, title: str, trend: Trend | None = None
) -> str:
    """Return the page; what it says is escaped, and shown as the report holds it."""
    sections = report_sections(report, labels)
    changes = () if trend is None else trend_sections(trend, labels)
    named = ("overview", labels["overview"])
    body = "\n".join(
        (
            f'<a class="skip" href="#report">{escape(labels["skip"])}</a>',
            f"<header><h1>{escape(title)}</h1><p>{escape(labels['masked'])}</p></header>",
            outline([named, *((held.key, held.title) for held in (*sections, *changes))], labels),
            f'<main id="report">{_overview(report, labels)}',
            *sections_html(sections, labels, charts=dict(_charts(report, sections))),
            *sections_html(changes, labels),
            "</main>",
            f"<footer><p>{escape(labels['made_by'])}</p></footer>",
        )
    )
    page = (
        f'<!DOCTYPE html>\n<html lang="{labels.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )
    return page.encode(errors="replace").decode()  # a lone surrogate could not be written


def _charts(report: TableReport, sections: tuple[Section, ...]) -> Iterator[tuple[str, str]]:
    for held in sections:
        if held.key == "distribution":
            yield held.key, classes(report.distribution, title=held.title)


def _overview(report: TableReport, labels: Labels) -> str:
    subject = labels[f"subject.{report.subject}"]
    score = labels["not_asked"] if report.score is None else f"{report.score:.3f}"
    counts = [(_CLEAN, report.clean)]
    counts += [(s.value, report.by_severity.get(s, 0)) for s in Severity]
    cards = [
        _card("score", labels["score"], score, labels["score_of"]),
        _card("rows", subject, f"{report.rows:,}", ""),
    ]
    for name, count in counts:
        word = labels[_CLEAN if name == _CLEAN else f"state.{name}"]
        cards.append(_card(name, word, f"{count:,}", share(count, report.rows)))
    caption = labels["gravest"].format(subject=subject)
    return (
        f'<section id="overview" aria-labelledby="overview-title">'
        f'<h2 id="overview-title">{escape(labels["overview"])}</h2>'
        f'<dl>{"".join(cards)}</dl><p class="note">{escape(caption)}</p>{strip(counts)}</section>'
    )


def _card(name: str, term: str, value: str, below: str) -> str:
    small = f"<small>{escape(below)}</small>" if below else ""
    return f'<div class="{name}"><dt>{escape(term)}</dt><dd>{escape(value)}{small}</dd></div>'
