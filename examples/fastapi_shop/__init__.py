"""A small shop on FastAPI and asyncpg: webhooks in, customers out, renewals from cron.

From the folder above: ``uvicorn --factory fastapi_shop:create_app``; the README says what to set.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from fastapi_shop import answers, staff, webhooks
from fastapi_shop.database import Database
from fastapi_shop.settings import Settings

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application; settings come from the environment unless they are given."""
    database = Database(settings or Settings.from_environment())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.state.database = database
    app.include_router(webhooks.pages)
    app.include_router(staff.pages)
    answers.register(app)
    return app
