"""Doctor: the subcommand that tells what is wrong with the subscriptions of a store."""

from __future__ import annotations

from pathlib import Path

import click

from ecrm_core.cli.options import as_json, emit, open_existing, store_argument

__all__ = ["doctor"]


@click.command()
@store_argument
@click.option("--html", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              metavar="OUT", help="The table as one page.")  # fmt: skip
@as_json
def doctor(*, store: Path, html: Path | None, as_json: bool) -> int:
    """Tell what is wrong with the subscriptions: overdue, unreadable, missed, stuck.

    Writes nothing. The exit code is 1 where somebody should look.

    \b
    ecrm doctor shop.db
    ecrm doctor shop.db --json
    """
    if html is not None and html.exists() and store.exists() and html.samefile(store):
        message = "found the store itself, expected another file to write"
        raise click.BadParameter(message, param_hint="--html")
    with open_existing(store) as crm:
        found = crm.doctor()
    if html is not None:
        html.write_text(found.to_html(), encoding="utf-8")
    emit(found, found.to_json(), as_json=as_json)
    return 0 if found.well else 1
