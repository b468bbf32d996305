"""Reading: the subcommands that ask a store: find, view, segment, due and export."""

from __future__ import annotations

from pathlib import Path

import click

from ecrm_core.cli.options import (
    as_json,
    emit,
    mode_option,
    open_existing,
    region_option,
    store_argument,
    tz_option,
)
from ecrm_core.crm import progress_bar
from ecrm_core.kernel import parse_instant

__all__ = ["due", "export", "find", "segment", "view"]


@click.command()
@store_argument
@click.argument("text")
@click.option("--limit", default=20, show_default=True, help="How many to list.")
@click.option("--brand", metavar="NAME", help="Customers of this shop of the account alone.")
@click.option("--reveal", is_flag=True, help="Show names in full.")
@region_option
@as_json
def find(
    *,
    store: Path,
    text: str,
    limit: int,
    brand: str | None,
    reveal: bool,
    region: str | None,
    as_json: bool,
) -> int:
    """Find customers by whatever is typed: an id, an order number, an address, a part of a name.

    \b
    ecrm find shop.db ada@example.com
    ecrm find shop.db "kim minj" --json
    """
    with open_existing(store, region=region) as crm:
        hits = crm.find(text, limit=limit, brand=brand)
    data = [{"customer": hit.customer, "by": hit.by, "exact": hit.exact, "why": hit.why}
            for hit in hits]  # fmt: skip
    shown = [hit.told(hit.shown) if reveal else str(hit) for hit in hits]
    emit("\n".join(shown) or "nobody", data, as_json=as_json)
    return 0 if hits else 1


@click.command()
@store_argument
@click.argument("customer", metavar="ID")
@click.option("--reveal", is_flag=True, help="Show names and addresses in full.")
@click.option("--role", metavar="ROLE", help="Show what this role may see, such as agent.")
@as_json
def view(*, store: Path, customer: str, reveal: bool, role: str | None, as_json: bool) -> None:
    """Show one customer: every value with where it comes from.

    ID is a customer's id, an old one too, or source/key. JSON is the whole export, unmasked. With a
    role (agent, marketing, analyst, auditor) it is what an agent needs, as that role may see it.

    \b
    ecrm view shop.db shopify/1 --reveal
    ecrm view shop.db shopify/1 --role agent
    """
    with open_existing(store) as crm:
        seen = crm.view(customer)
        if role is not None:
            shown = seen.shown(role)
            emit(str(shown), shown.to_json(), as_json=as_json)
            return
        data = crm.export(customer) if as_json else None
    emit(f"{seen.id}\n{seen.table(masked=not reveal)}", data, as_json=as_json)


@click.command()
@store_argument
@click.argument("query")
@click.option("--why", metavar="ID", help="Say why this customer is in the segment, or is not.")
@click.option("--at", "as_of", metavar="TIME", help="As it was then, such as 2026-01-31T00:00Z.")
@click.option("--currency", metavar="CCC", help="What a bare amount means, such as EUR.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True,
              help="How many members to list.")  # fmt: skip
@tz_option
@as_json
def segment(
    *,
    store: Path,
    query: str,
    why: str | None,
    as_of: str | None,
    currency: str | None,
    limit: int,
    tz: str,
    as_json: bool,
) -> None:
    """Count and list the customers a rule holds for.

    \b
    ecrm segment shop.db "amount_spent > 100 AND last_order_date < -90d" --currency EUR
    ecrm segment shop.db "customer_tags CONTAINS 'vip'" --why shopify/1
    """
    at = None if as_of is None else parse_instant(as_of, "--at", tz=tz)
    with open_existing(store, tz=tz, currency=currency) as crm:
        found = crm.segment(query, as_of=at)
        if why is not None:
            answer = found.why(why)
            emit(answer, str(answer), as_json=as_json)
            return
    shown = "\n".join(found.members[:limit])
    emit(f"{found}\n{shown}", {"count": found.count, "members": found.members}, as_json=as_json)


@click.command()
@store_argument
@click.option("--days", default=30, show_default=True, help="How far to look ahead.")
@as_json
def due(*, store: Path, days: int, as_json: bool) -> None:
    """List what falls due: renewals, notices to customers, tasks for sales. Writes nothing.

    \b
    ecrm due shop.db --days 30
    """
    with open_existing(store) as crm:
        actions = crm.due(days=days)
    emit(actions, actions.to_json(), as_json=as_json)


@click.command()
@store_argument
@click.argument("output", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@mode_option("How OUT is written")
@as_json
def export(*, store: Path, output: Path, mode: str, as_json: bool) -> None:
    """Write all customers to OUT, a CSV with one row each.

    Columns are called by roles, so that `ecrm ingest --guess` reads them. An older OUT is replaced
    once the new one is whole.

    \b
    ecrm export shop.db people.csv
    ecrm export shop.db people.csv --mode spreadsheet
    """
    if output.exists() and output.samefile(store):
        message = "found the store itself, expected another file to write"
        raise click.BadParameter(message, param_hint="OUT")
    with open_existing(store) as crm:
        done = crm.export_table(output, mode=mode, progress=progress_bar())
    data = {"rows": done.rows, "columns": list(done.fields.columns), "mode": done.mode}
    emit(done, data, as_json=as_json)
