"""Commands: the due run, from cron: ``flask --app flask_shop due``."""

from __future__ import annotations

import sys

import click
from flask import Flask
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ecrm_core.kernel import Emit
from flask_shop.database import Database
from flask_shop.models import Message


def register(app: Flask) -> None:
    """Add the commands to ``flask``."""
    database: Database = app.extensions["shop"]

    @app.cli.command("due")
    def due() -> None:
        """Write down what is due and hand it over; exit code 1 when somebody should look."""
        crm = database.crm()  # on the engine: a claim is committed before the effect is handed out
        run = crm.run_due()
        delivered = failed = 0
        more = True
        while more:  # a hundred at a time
            done = crm.deliver(
                charge=handed, notice=handed, task=handed, others={"privacy": handed}
            )
            delivered, failed, more = delivered + done.delivered, failed + done.failed, done.more
        click.echo(f"{run.charges} charges, {run.notices} notices, {run.tasks} tasks")
        click.echo(f"delivered {delivered}, to be tried again {failed}")
        sys.exit(1 if failed or crm.stuck() else 0)

    def handed(effect: Emit) -> None:
        """Stand for payment provider, mailer, task list. The key makes a second time harmless."""

        def work(session: Session) -> None:
            row = {"key": effect.key, "topic": effect.topic, "payload": dict(effect.payload)}
            session.execute(insert(Message).values(row).on_conflict_do_nothing())

        database.transaction(work)
