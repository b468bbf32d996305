"""Lists: the subcommand that makes a public list of domains the parameter of a rule."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from ecrm_core.quality import read_domain_list

__all__ = ["lists"]

_TOLD = 10


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The JSON file to write.",
)  # fmt: skip
def lists(*, file: Iterable[str], output: Path) -> int:
    """Read FILE, one domain a line, and write it as parameters of a rule.

    Lines that are no domain are left out and named by their number; "-" reads standard input.

    \b
    ecrm lists disposable_email_blocklist.conf -o disposable.json
    """
    read = read_domain_list(file)
    output.write_text(json.dumps(read.to_json(), indent=0) + "\n", encoding="utf-8")
    for number in read.refused[:_TOLD]:
        click.echo(f"line {number}: left out, it is no domain", err=True)
    if len(read.refused) > _TOLD:
        click.echo(f"and {len(read.refused) - _TOLD:,} more lines left out", err=True)
    click.echo(f"domains: {len(read.domains):,}")
    return 1 if read.refused or not read.domains else 0
