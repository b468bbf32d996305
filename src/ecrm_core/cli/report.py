"""Report: the subcommand that tells how good the data of a store is."""

from __future__ import annotations

from pathlib import Path

import click

from ecrm_core.cli.options import (
    as_json,
    emit,
    open_existing,
    region_option,
    rules_option,
    store_argument,
)
from ecrm_core.cli.outputs import Outputs, outputs
from ecrm_core.crm import progress_bar
from ecrm_core.quality import RuleSet, Severity

__all__ = ["report"]


@click.command()
@store_argument
@click.option("--source", metavar="NAME", help="The records of one source, not all customers.")
@region_option
@rules_option
@outputs
@as_json
def report(
    *,
    store: Path,
    source: str | None,
    region: str | None,
    rules: RuleSet,
    outputs: Outputs,
    as_json: bool,
) -> int:
    """Tell how good the data of a store is: of its customers, or of the records of one source.

    \b
    ecrm report shop.db --html report.html
    ecrm report shop.db --rules all
    ecrm report shop.db --source shopify --save june.json --against may.json
    """
    if store.exists():
        outputs.spare(store)
    with open_existing(store, region=region) as crm:
        found = crm.report(source, rules=rules, progress=progress_bar())
    text, data = outputs.write(found, title=source or store.name)
    emit(text, data, as_json=as_json)
    return 1 if Severity.ERROR in found.by_severity else 0
