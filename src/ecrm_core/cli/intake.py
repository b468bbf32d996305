"""Intake: the subcommands that put something into a store: ``demo`` and ``ingest``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ecrm_core.cli.options import (
    as_json,
    emit,
    field_map,
    mapping,
    refuse_json,
    region_option,
    store_argument,
    tz_option,
)
from ecrm_core.crm import Crm, load_mapping, progress_bar, save_mapping
from ecrm_core.customers import FieldMap
from ecrm_core.demo import run
from ecrm_core.kernel import encode
from ecrm_core.sources import READERS, AnyMap, csv, ready_map, ready_maps

__all__ = ["demo", "ingest"]

_COUNTS = (
    "rows", "accepted", "created", "updated", "superseded", "duplicate", "quarantined",
    "statements", "interactions", "links", "merged", "blocked", "requests", "kept", "erased",
    "items", "stopped",
)  # fmt: skip


@click.command()
@click.option(
    "--store", type=click.Path(path_type=Path), default=Path("ecrm-demo.db"), show_default=True,
    help="The store to make; its files go beside it.",
)  # fmt: skip
def demo(*, store: Path) -> None:
    """Go through the library with a shop of invented people."""
    run(store, sys.stdout)


@click.command()
@store_argument
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help=f"{', '.join(READERS)}; or a name, for a CSV.")
@click.option("--name", help="Take a shop's format in under this source, where you have several.")
@click.option("--brand", help="Which shop of yours the file is of.")
@click.option(
    "--secret-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For rows whose only key is an e-mail or phone: 16 bytes or more, kept for ever.",
)  # fmt: skip
@mapping
@click.option(
    "--mapping", "saved", metavar="MAP",
    help="A file of a saved mapping, or a ready map: " + ", ".join(ready_maps()) + ".",
)  # fmt: skip
@click.option(
    "--save-mapping", "keep", type=click.Path(dir_okay=False, path_type=Path),
    help="Write what the columns mean to this file, for the next time.",
)  # fmt: skip
@region_option
@tz_option
@click.option("--currency", metavar="CCC", help="What a bare amount of an event means.")
@as_json
def ingest(
    *,
    store: Path,
    file: Path,
    source: str,
    name: str | None,
    brand: str | None,
    guess: bool,
    secret_file: Path | None,
    roles: tuple[str, ...],
    date_order: str | None,
    encoding: str | None,
    mode: str,
    saved: str | None,
    keep: Path | None,
    region: str | None,
    tz: str,
    currency: str | None,
    as_json: bool,
) -> int:
    """Take FILE into STORE, which is made when missing.

    Run again after a stop, it goes on where it was; run again when done, it changes nothing.

    \b
    ecrm ingest shop.db customers.json --source shopify
    ecrm ingest shop.db north.json --source shopify --name shopify-north --brand North
    ecrm ingest shop.db people.csv --source newsletter --role Mail=email --role No=id
    ecrm ingest shop.db people.csv --source newsletter --guess --role No=id
    ecrm ingest shop.db events.csv --source mailer --mapping email
    """
    fields: AnyMap | None = None
    if saved is not None:
        if roles or guess:
            message = "found --mapping beside --role or --guess, expected one way to say it"
            raise click.UsageError(message)
        fields = ready_map(saved) if saved in ready_maps() else load_mapping(saved)
    elif source not in READERS:
        fields = _fields(
            file, roles, guess=guess, date_order=date_order, encoding=encoding, mode=mode, tz=tz
        )
    if keep is not None and fields is not None:
        save_mapping(keep, fields)
    secret = secret_file.read_bytes() if secret_file else None
    with Crm.open(store, region=region, tz=tz, currency=currency, secret=secret) as crm:
        receipt = crm.ingest_file(
            file, source=source, name=name, brand=brand, fields=fields, encoding=encoding,
            mode=mode, key_is_personal=secret is not None, progress=progress_bar(),
        )  # fmt: skip
    counts = {name: getattr(receipt, name) for name in _COUNTS}
    counts["outcomes"] = encode(receipt.outcomes)
    emit(receipt, counts, as_json=as_json)
    return 1 if receipt.quarantined else 0


def _fields(
    file: Path, roles: tuple[str, ...], *, guess: bool, date_order: str | None,
    encoding: str | None, mode: str, tz: str,
) -> FieldMap:  # fmt: skip
    refuse_json(file)
    with file.open("rb") as stream:
        head = csv.header(stream, encoding=encoding, mode=mode)
    fields = field_map(roles, head.table, guess=guess, date_order=date_order, tz=tz)
    if not roles and not guess:
        message = "say what the columns mean with --role, or take the guess above with --guess"
        raise click.UsageError(message)
    return fields
