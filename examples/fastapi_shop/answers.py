"""Answers: what each error means to who asked; codes and classes, never a value of a row."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ecrm_core.errors import EcrmError, InputError, MissingError, RefusedError, StorageError

Json = dict[str, object]

_LOG = logging.getLogger("uvicorn.error")
_STATUS: tuple[tuple[type[EcrmError], int], ...] = (
    (MissingError, 404),
    (RefusedError, 409),
    (InputError, 400),
    (StorageError, 503),  # nothing was written: try again
)
_AWAY = (OperationalError, InterfaceError, PoolTimeout, OSError)


def register(app: FastAPI) -> None:
    """Answer errors of the CRM by their class, of the database and all others without details."""
    app.add_exception_handler(RequestValidationError, misshapen)
    app.middleware("http")(answered)


async def misshapen(_: Request, error: Exception) -> Response:
    """Answer a body of the wrong shape; FastAPI's own answer would repeat what was sent."""
    assert isinstance(error, RequestValidationError)
    places = [".".join(map(str, found["loc"])) for found in error.errors()]
    return JSONResponse({"error": "misshapen", "places": places}, 422)


async def answered(
    request: Request, serve: Callable[[Request], Awaitable[Response]]
) -> Response:  # fmt: skip
    """Serve a request; an error is answered by its class, and its text is told to nobody."""
    try:
        return await serve(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, its text stays here
        return refused(request, error)


def refused(request: Request, error: Exception) -> Response:
    """Answer by the class of the error; its code is for programs."""
    if not isinstance(error, EcrmError):
        away = isinstance(error, _AWAY)
        note(request, error)
        return JSONResponse(
            {"error": "storage_unavailable" if away else "internal"}, 503 if away else 500
        )
    status = next((status for class_, status in _STATUS if isinstance(error, class_)), 500)
    if error.code in ("bad_signature", "stale_signature"):
        status = 401
    if status >= 500:
        note(request, error)
    answer: Json = {"error": error.code}
    if isinstance(error, InputError):
        answer["path"] = error.path
    return JSONResponse(answer, status)


def note(request: Request, error: Exception) -> None:
    """Write the class of an error into the log, and the line it was raised at."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    code = getattr(error, "code", None)
    path = request.url.path
    _LOG.error("%s (%s) at %s, %s %s", type(error).__name__, code, where, request.method, path)
