"""Cli: the command ``ecrm`` (extra ``cli``); each subcommand is one verb of the library."""

from ecrm_core.cli.app import main

__all__ = ["main"]
