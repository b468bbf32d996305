"""Judgements: the subcommands that write what people judged to a file, and take it in."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import asdict

from ecrm_core.cli.options import as_json, emit, mode_option, open_existing, store_argument

__all__ = ["judgements"]

_TOLD = 20


@click.group()
def judgements() -> None:
    """Move what people judged of customers from store to store.

    Rows name customers by source key, so that they mean the same in another store.

    \b
    ecrm judgements export shop.db judgements.csv
    ecrm judgements import other.db judgements.csv
    """


@judgements.command("export")
@store_argument
@click.argument("output", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@mode_option("For whom OUT is")
@as_json
def write(*, store: Path, output: Path, mode: str, as_json: bool) -> None:
    """Write all judgements to OUT, a CSV."""
    if output.exists() and output.samefile(store):
        message = "found the store itself, expected another file to write"
        raise click.BadParameter(message, param_hint="OUT")
    with open_existing(store) as crm:
        count = crm.export_judgements(output, mode=mode)
    emit(f"judgements: {count:,}", {"judgements": count}, as_json=as_json)


@judgements.command("import")
@store_argument
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@mode_option("How FILE was written")
@as_json
def read(*, store: Path, file: Path, mode: str, as_json: bool) -> int:
    """Take in the judgements of FILE; what is known already is not written again.

    Rows that are no judgement, or about nobody here, are told by number and left out.
    """
    with open_existing(store) as crm:
        done = crm.import_judgements(file, mode=mode)
    lines = str(done).splitlines()
    more = [f"and {len(lines) - _TOLD:,} more rows refused"] if len(lines) > _TOLD else []
    emit("\n".join([*lines[:_TOLD], *more]), asdict(done), as_json=as_json)
    return 1 if done.refused else 0
