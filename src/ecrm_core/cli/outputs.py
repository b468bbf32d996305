"""Outputs: where a report goes beside the screen: a page, a file to compare with, a trend."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar

import click
from attrs import frozen

from ecrm_core.kernel import parse_json
from ecrm_core.quality import LANGUAGES, TableReport

__all__ = ["Outputs", "outputs"]

R = TypeVar("R")


@frozen(kw_only=True)
class Outputs:
    """What a command was told to write, and what to compare with."""

    html: Path | None = None
    save: Path | None = None
    against: Path | None = None
    language: str = "en"
    reveal: bool = False

    def spare(self, file: Path) -> None:
        """Refuse to write over a file that is read."""
        for path, option in ((self.html, "--html"), (self.save, "--save")):
            if path is not None and path.exists() and path.samefile(file):
                message = "found the file that is read, expected another file to write"
                raise click.BadParameter(message, param_hint=option)

    def write(self, report: TableReport, *, title: str) -> tuple[str, dict[str, object]]:
        """Write what was asked for; return the report, with its trend, as text and as JSON."""
        former = None
        if self.against is not None:  # read before --save may write to the same file
            former = TableReport.from_json(parse_json(self.against.read_bytes()))
        shown = report if self.reveal else report.masked()
        text, data = str(report), shown.to_json(reveal=True)
        if former is not None:
            trend = report.trend(former)
            text, data = f"{text}\n\n{trend}", {**data, "trend": trend.to_json()}
        if self.html is not None:
            page = shown.to_html(title=title, language=self.language, former=former, reveal=True)
            self.html.write_text(page, encoding="utf-8")
        if self.save is not None:
            saved = json.dumps(shown.to_json(reveal=True), ensure_ascii=False, indent=1)
            self.save.write_text(saved + "\n", encoding="utf-8")
        return text, data


def outputs(command: Callable[..., R]) -> Callable[..., R]:
    """Add the options of a report; the command gets them together, as ``outputs``."""

    @wraps(command)
    def gathered(
        *,
        html: Path | None,
        save: Path | None,
        against: Path | None,
        language: str,
        reveal: bool,
        **kwargs: object,
    ) -> R:
        kwargs["outputs"] = Outputs(
            html=html, save=save, against=against, language=language, reveal=reveal
        )
        return command(**kwargs)

    found: Callable[..., R] = gathered
    for add in reversed(_OPTIONS):
        found = add(found)
    return found


_written = click.Path(dir_okay=False, writable=True, path_type=Path)
_OPTIONS = (
    click.option("--html", type=_written, metavar="OUT", help="The report as one page."),
    click.option("--save", type=_written, metavar="OUT",
                 help="The numbers as JSON, for a later --against."),
    click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path),
                 metavar="FORMER", help="What --save wrote before: tell what has changed since."),
    click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True,
                 help="Of the page and of the sentences."),
    click.option("--reveal", is_flag=True, help="Name who typed the rows, in the files and JSON."),
)  # fmt: skip
