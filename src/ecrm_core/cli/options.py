"""Options: what several subcommands share: the store, the mapping of columns, the way of output."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click
from attrs import evolve

from ecrm_core.crm import Crm
from ecrm_core.customers import FieldMap
from ecrm_core.customers.table import Table
from ecrm_core.errors import DefinitionError, MissingError
from ecrm_core.quality import ALL, CORE, RuleSet
from ecrm_core.sources import KEYED, READERS
from ecrm_core.sources.csv_modes import EXACT, MODES

__all__ = [
    "as_json",
    "emit",
    "field_map",
    "mapping",
    "mode_option",
    "open_existing",
    "refuse_json",
    "region_option",
    "rules_option",
    "store_argument",
    "tz_option",
]

Command = TypeVar("Command", bound=Callable[..., object])
_INSTEAD = "say it with --role; --guess keeps the guess for the other columns"

store_argument = click.argument("store", type=click.Path(dir_okay=False, path_type=Path))
"""The file of the store."""
region_option = click.option(
    "--region", metavar="CC", help="Country of phone numbers without a country code, such as KR."
)
"""The country of phone numbers without a code."""
tz_option = click.option(
    "--tz", metavar="ZONE", default="UTC", show_default=True, help="The shop's IANA time zone."
)
"""The shop's zone."""
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for other programs.")
"""The switch to JSON."""


def rule_set(name: str) -> RuleSet:
    """Return the rules called core or all, or those of a file."""
    known = {"core": CORE, "all": ALL}
    if name in known:
        return known[name]
    try:
        return RuleSet.from_json(json.loads(Path(name).read_text("utf-8")))
    except FileNotFoundError:
        message = f"found no file {name!r}, expected core, all, or a file of rules as JSON"
        raise DefinitionError(message, code="rule") from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        message = f"found no JSON in {name!r}, expected what RuleSet.to_json writes"
        raise DefinitionError(message, code="rule") from None


rules_option = click.option(
    "--rules", metavar="SET", default="core", show_default=True,
    callback=lambda _, __, name: rule_set(name),
    help="The rules that are asked: core, all, or a file of them as JSON.",
)  # fmt: skip
"""The rules of a report."""


def mapping(command: Command) -> Command:
    """Add the options that say what the columns of a file mean."""
    role = click.option(
        "--role", "roles", multiple=True, metavar="COLUMN=ROLE",
        help="What a column means, such as --role E-mail=email; repeat for each column; "
        "without --guess nothing else is guessed.",
    )  # fmt: skip
    order = click.option(
        "--dates", "date_order", type=click.Choice(["YMD", "DMY", "MDY"]),
        help="Order of dates that are not ISO 8601.",
    )  # fmt: skip
    guess = click.option(
        "--guess", is_flag=True, help="Take the guess for the columns that no --role names."
    )
    encoding = click.option("--encoding", help="Of the file, where it cannot be told: cp949, …")
    return role(guess(order(encoding(mode_option("How the file was written")(command)))))


def mode_option(what: str) -> Callable[[Command], Command]:
    """Return the option that names one of the two modes of a CSV."""
    return click.option(
        "--mode", type=click.Choice(MODES), default=EXACT, show_default=True,
        help=f"{what}: spreadsheet puts ' before what a spreadsheet would calculate or shorten.",
    )  # fmt: skip


def field_map(
    roles: Sequence[str],
    sample: Table,
    *,
    guess: bool,
    date_order: str | None,
    tz: str | None = None,
) -> FieldMap:
    """Return the map the roles say, on top of the guess if that is asked for or there are none.

    Guessing is printed on standard error, so that the output stays the answer alone.
    """
    fields = FieldMap({}, tz=tz, date_order=date_order)
    if guess or not roles:
        fields = evolve(FieldMap.guess(sample), tz=tz, date_order=date_order)
    for said in roles:
        column, equals, role = said.rpartition("=")
        if not equals or not column:
            message = f"found {said!r}, expected COLUMN=ROLE such as E-mail=email"
            raise click.BadParameter(message, param_hint="--role")
        fields = fields.with_column(column, role)
    if guess or not roles:
        click.echo(f"What the columns seem to mean ({_INSTEAD}):\n{fields}\n", err=True)
    return fields


def refuse_json(file: Path) -> None:
    """Refuse a file that begins as JSON does where a CSV is meant."""
    with file.open("rb") as stream:
        begin = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    if begin.startswith((b"{", b"[")):
        known = " or ".join(name for name in READERS if name not in KEYED)
        message = f"{file.name} seems to be JSON, expected a CSV; --source {known}"
        raise click.UsageError(f"{message} of `ecrm ingest` reads the JSON of those shops")


def open_existing(
    store: Path, *, region: str | None = None, tz: str = "UTC", currency: str | None = None
) -> Crm:
    """Open a store that is there; a mistyped name makes no new one."""
    if not store.exists():
        message = f"there is no store {store.name!r}; `ecrm ingest` makes one"
        raise MissingError(message, code="no_store")
    return Crm.open(store, region=region, tz=tz, currency=currency)


def emit(text: object, data: object, *, as_json: bool) -> None:
    """Print the answer: a text for people, or JSON."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else str(text))
