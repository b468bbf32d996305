"""Answers: what each error means to who asked; codes and classes, never a value of a row."""

from __future__ import annotations

from flask import Flask, current_app, request
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from ecrm_core.errors import EcrmError, InputError, MissingError, RefusedError, StorageError

Json = dict[str, object]

_STATUS: tuple[tuple[type[EcrmError], int], ...] = (
    (MissingError, 404),
    (RefusedError, 409),
    (InputError, 400),
    (StorageError, 503),  # nothing was written: try again
)
_AWAY = (OperationalError, InterfaceError, PoolTimeout)


def register(app: Flask) -> None:
    """Answer errors of the CRM by their class, of the database and all others without details."""
    app.register_error_handler(EcrmError, refused)
    app.register_error_handler(SQLAlchemyError, database_failed)
    app.register_error_handler(Exception, failed)


def refused(error: EcrmError) -> tuple[Json, int]:
    """Answer by the class of the error; its code is for programs."""
    status = next((status for class_, status in _STATUS if isinstance(error, class_)), 500)
    if error.code in ("bad_signature", "stale_signature"):
        status = 401
    if status >= 500:
        note(error)
    answer: Json = {"error": error.code}
    if isinstance(error, InputError):
        answer["path"] = error.path
    return answer, status


def database_failed(error: SQLAlchemyError) -> tuple[Json, int] | HTTPException:
    """Answer 503 when the database cannot be reached; any other trouble is a fault of ours."""
    if isinstance(error, _AWAY):
        note(error)
        return {"error": "storage_unavailable"}, 503
    return failed(error)


def failed(error: Exception) -> tuple[Json, int] | HTTPException:
    """Answer 500 and tell the log which class it was, and where.

    Not its text: databases quote the row they refuse.
    """
    if isinstance(error, HTTPException):
        return error
    note(error)
    return {"error": "internal"}, 500


def note(error: Exception) -> None:
    """Write the class of an error into the log, and the line it was raised at."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    code = getattr(error, "code", None)
    current_app.logger.error(
        "%s (%s) at %s in %s", type(error).__name__, code, where, request.endpoint
    )
