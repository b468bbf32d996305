"""Files: the subcommands that look at a CSV without a store: ``check`` and ``dedupe``."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
from attrs import evolve

from ecrm_core.cli.options import (
    as_json,
    emit,
    field_map,
    mapping,
    refuse_json,
    region_option,
    rules_option,
)
from ecrm_core.cli.outputs import Outputs, outputs
from ecrm_core.crm import SystemClock, progress_bar
from ecrm_core.crm.whole_file import whole_file
from ecrm_core.matching import dedupe
from ecrm_core.quality import RuleSet, Severity
from ecrm_core.services import check
from ecrm_core.sources.csv import write
from ecrm_core.sources.csv_columns import CsvColumns, read_columns
from ecrm_core.sources.csv_modes import EXACT, SPREADSHEET

if TYPE_CHECKING:
    from ecrm_core.matching import Deduplication

__all__ = ["check_file", "dedupe_file"]

_ADDED = "cluster_id"
_TOLD = 10
_show = click.option(
    "--show", type=click.IntRange(0), default=10, show_default=True,
    help="How many findings, or uncertain pairs, to list by line.",
)  # fmt: skip
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


def _read(file: Path, encoding: str | None, mode: str) -> CsvColumns:
    refuse_json(file)
    with file.open("rb") as stream:
        table = read_columns(stream, encoding=encoding, mode=mode)
    for line, problem in table.refused[:_TOLD]:
        click.echo(f"{file.name}, line {line}: left out, {problem}", err=True)
    if len(table.refused) > _TOLD:
        click.echo(f"and {len(table.refused) - _TOLD:,} more lines left out", err=True)
    return table


@click.command("check")
@_file
@mapping
@click.option("--source", metavar="COLUMN", help="The column that says which source a row is from.")
@_show
@region_option
@rules_option
@outputs
@as_json
def check_file(
    *,
    file: Path,
    roles: tuple[str, ...],
    guess: bool,
    date_order: str | None,
    encoding: str | None,
    mode: str,
    source: str | None,
    show: int,
    region: str | None,
    rules: RuleSet,
    outputs: Outputs,
    as_json: bool,
) -> int:
    """Tell what is wrong with a list of customers: findings by rule, and a score.

    Without --role the columns are taken to mean what they seem to mean, which is printed.

    \b
    ecrm check people.csv --region KR
    ecrm check people.csv --role Mail=email --role Name=full_name --json
    ecrm check people.csv --html report.html --save june.json --against may.json
    """
    outputs.spare(file)
    table = _read(file, encoding, mode)
    fields = field_map(roles, table.columns, guess=guess, date_order=date_order)
    report = check(
        table.columns,
        fields=fields,
        rules=rules,
        region=region,
        as_of=SystemClock().now(),
        source=source,
        progress=progress_bar(),
    )
    findings = [
        {**row, "line": table.lines[row["row"]]}
        for row in report.to_rows(outputs.language)
        if isinstance(row["row"], int)
    ]
    told = [f"  line {held['line']}, {held['path']}: {held['message']}" for held in findings[:show]]
    more = f"\n  and {len(findings) - show:,} more" if len(findings) > show else ""
    listed = "\n\nBy line\n" + "\n".join(told) + more if told else ""
    text, data = outputs.write(report, title=file.name)
    emit(
        f"{text}{listed}{_dates(report.date_orders)}",
        {**data, "findings": findings},
        as_json=as_json,
    )
    return 1 if Severity.ERROR in report.by_severity else 0


def _dates(orders: Mapping[str, int]) -> str:
    """Return what to do about uncertain dates: an order that fits many is likely the file's."""
    if not orders:
        return ""
    fits = ", ".join(f"{order} fits {count:,}" for order, count in orders.items())
    return f"\n\nDates whose order is not certain: {fits}. Name it with --dates."


@click.command("dedupe")
@_file
@mapping
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT",
              help="A copy of FILE with a column cluster_id.")  # fmt: skip
@click.option(
    "--spreadsheet",
    is_flag=True,
    help="Write OUT for a spreadsheet: ' before what it would calculate or shorten.",
)
@_show
@as_json
def dedupe_file(
    *,
    file: Path,
    roles: tuple[str, ...],
    guess: bool,
    date_order: str | None,
    encoding: str | None,
    mode: str,
    output: Path | None,
    spreadsheet: bool,
    show: int,
    as_json: bool,
) -> None:
    """Find who stands twice in a list, without training and without tuning.

    Rows of one cluster_id, the line of the first of them in FILE, are one person. Pairs that are
    not certain are listed by their lines, for you to decide.

    \b
    ecrm dedupe people.csv -o marked.csv
    ecrm dedupe people.csv --role given=given_name --role mail=email -o marked.csv
    """
    if output is not None and output.exists() and output.samefile(file):
        message = "found the file that is read, expected another file to write"
        raise click.BadParameter(message, param_hint="--output")
    table = _read(file, encoding, mode)
    fields = field_map(roles, table.columns, guess=guess, date_order=date_order)
    compared = {name: role for name, role in fields.columns.items() if role != "id"}
    fields = evolve(fields, columns=compared)  # lines name the rows: keys may be missing or twice
    found = dedupe(table.columns, fields=fields, progress=progress_bar())
    lines = dict(zip(found.ids, table.lines, strict=True))
    if output is not None:
        labelled = cast("Mapping[str, Iterable[object]]", found.label(table.columns))
        first = [lines[id_] for id_ in found.clusters.values()]
        columns = {name: list(cells) for name, cells in labelled.items()} | {_ADDED: first}
        with whole_file(output) as draft:
            write(columns, draft.stream, mode=SPREADSHEET if spreadsheet else EXACT)
    data = {**found.counts, "groups": [[lines[id_] for id_ in group] for group in found.groups]}
    emit(f"{found}{_uncertain(found, lines, show)}", data, as_json=as_json)


def _uncertain(found: Deduplication, lines: Mapping[Hashable, int], show: int) -> str:
    """Return the likeliest uncertain pairs by their lines, with the reasons and without values."""
    told = []
    for pair in found.review[:show]:
        one, two = sorted((lines[pair.left], lines[pair.right]))
        reasons = "; ".join(map(str, found.reasons(pair.left, pair.right)))
        told.append(f"  lines {one} and {two}, {pair.probability:.0%}: {reasons}")
    return "\n\nTo decide, the likeliest first:\n" + "\n".join(told) if told else ""
