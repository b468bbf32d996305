"""Commands, from the shell and from cron: ``python -m fastapi_shop create`` and ``... due``."""

from __future__ import annotations

import asyncio
import sys

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ecrm_core import Crm
from ecrm_core.kernel import Emit
from fastapi_shop.database import Database
from fastapi_shop.models import Message
from fastapi_shop.settings import Settings


def due(crm: Crm, engine: sa.Engine) -> int:
    """Write down what is due and hand it over; return 1 when somebody should look."""

    def handed(effect: Emit) -> None:
        """Stand for payment provider, mailer, task list. The key makes a second time harmless."""
        row = {"key": effect.key, "topic": effect.topic, "payload": dict(effect.payload)}
        with engine.begin() as connection:
            connection.execute(insert(Message).values(row).on_conflict_do_nothing())

    run = crm.run_due()
    delivered = failed = 0
    more = True
    while more:  # a hundred at a time
        done = crm.deliver(charge=handed, notice=handed, task=handed, others={"privacy": handed})
        delivered, failed, more = delivered + done.delivered, failed + done.failed, done.more
    print(f"{run.charges} charges, {run.notices} notices, {run.tasks} tasks")
    print(f"delivered {delivered}, to be tried again {failed}")
    return 1 if failed or crm.stuck() else 0


async def main(command: str) -> int:
    """Carry a command out and return the exit code."""
    database = Database(Settings.from_environment())
    try:
        if command == "create":
            await database.create()
            return 0
        if command == "due":
            return await database.alone(lambda crm: due(crm, database.engine.sync_engine))
    finally:
        await database.engine.dispose()
    print("expected create or due", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(asyncio.run(main(" ".join(sys.argv[1:]))))
