"""App: the command with its subcommands, and what its exit codes say."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

import click

from ecrm_core import __version__
from ecrm_core.cli.doctor import doctor
from ecrm_core.cli.files import check_file, dedupe_file
from ecrm_core.cli.intake import demo, ingest
from ecrm_core.cli.judgements import judgements
from ecrm_core.cli.lists import lists
from ecrm_core.cli.reading import due, export, find, segment, view
from ecrm_core.cli.report import report
from ecrm_core.errors import DefinitionError, EcrmError, StorageError

__all__ = ["main"]

_EPILOG = """\b
Begin with
  ecrm demo                                   a shop of invented people
  ecrm check people.csv                       what is wrong with a list
  ecrm dedupe people.csv -o marked.csv        who stands in it twice
  ecrm ingest shop.db people.csv --source crm --guess
  ecrm report shop.db --html report.html      how good the data is
  ecrm segment shop.db "customer_tags CONTAINS 'vip'"
  ecrm export shop.db people.csv --mode spreadsheet
\b
Exit codes
  0  done, and all is well
  1  done, and not all is well: nobody found, errors in a check, rows in quarantine
  2  the command, the mapping or the query is wrong
  3  a file or a value cannot be read, or a rule says no
  4  the store cannot be read or written now
"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ecrm")
def app() -> None:
    """Customers of a shop in one file: take them in, see them as one, act in time."""


for _command in (
    check_file, dedupe_file, demo, doctor, due, export, find, ingest, judgements, lists, report,
    segment, view,
):  # fmt: skip
    app.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; what is wrong is said on standard error."""
    if isinstance(sys.stdout, TextIOWrapper):  # a name the terminal has no letters for is no fault
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        result = app.main(arguments, prog_name="ecrm", standalone_mode=False)
        if sys.stdout is not None:  # a program may be started without one
            sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return 2
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        return 130
    except EcrmError as error:
        click.echo(f"ecrm: {error}", err=True)
        return _code(error)
    except OSError as error:  # nobody reads on: nothing is left to be said at the end
        click.echo(f"ecrm: {error.strerror}", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 4


def _code(error: EcrmError) -> int:
    if isinstance(error, DefinitionError):
        return 2
    return 4 if isinstance(error, StorageError) else 3
