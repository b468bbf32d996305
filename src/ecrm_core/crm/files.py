"""Files: a file into the store page by page, each with a checkpoint: a kill loses nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from attrs import define, evolve, frozen

from ecrm_core.crm.progress import Progress
from ecrm_core.crm.receipt import Receipt
from ecrm_core.crm.settings import Settings
from ecrm_core.customers.keys import brand_name, source_name
from ecrm_core.errors import ConflictError, DefinitionError, InputError, StorageError, UnknownName
from ecrm_core.kernel import (
    ABSENT,
    ChangeSet,
    Expect,
    Noted,
    Put,
    Registry,
    canonical_json,
    combine,
    derive_id,
)
from ecrm_core.ports import Store
from ecrm_core.services import commit, prepare_ingest
from ecrm_core.sources import (
    IMPORTS,
    READERS,
    AnyMap,
    Checkpoint,
    Delivery,
    EventMap,
    Reader,
    csv,
    read_body,
)
from ecrm_core.sources.csv_modes import EXACT, checked_mode

__all__ = ["FileInput", "ingest_file", "placed", "reading"]

_BLOCK = 1024 * 1024


@frozen(kw_only=True)
class FileInput:
    """A file and what is said about it; see Crm.ingest_file."""

    path: Path
    source: str
    fields: AnyMap | None
    encoding: str | None
    key_is_personal: bool
    page: int
    readers: Registry[Reader] = READERS
    mode: str = EXACT
    name: str | None = None
    brand: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a source that is neither a CSV with its columns named nor a known format.

        Pages of no rows are refused too: nothing would be taken in, and the file be done.
        """
        checked_mode(self.mode)
        if self.page < 1:
            raise DefinitionError(f"found page={self.page}, expected at least 1", code="page")
        if self.fields is None and self.source not in self.readers:
            known = ", ".join(self.readers)
            message = (
                f"no source is named {self.source[:80]!r}: expected fields= with a map for a "
                f"CSV, or one of {known}"
            )
            raise DefinitionError(message, code="unknown_source", name=self.source[:80])
        if self.name is not None:
            source_name(self.name)
            if self.fields is not None:
                message = "found name= beside fields=, where source= is the name already"
                raise DefinitionError(message, code="two_names")
        brand_name(self.brand)

    @property
    def named(self) -> str:
        """The source that the file is taken in as."""
        return self.name or self.source


def ingest_file(
    store: Store,
    settings: Settings,
    given: FileInput,
    *,
    progress: Progress | None,
    now: datetime,
) -> Receipt:
    """Take a file in; see Crm.ingest_file.

    The same file under the same source and mapping goes on where it stopped; once finished, it
    states what it stated the first time, so that nothing changes.
    """
    given = evolve(given, fields=given.fields and placed(given.fields, settings))
    id_, lines = _fingerprint(given)
    held = store.get_many(IMPORTS, [(id_,)]).get((id_,))
    first = Checkpoint(id=id_, source=given.named, received_at=now)
    mark = held.value if held else first
    if mark.finished:
        mark = evolve(first, received_at=mark.received_at, finished=True)
    work = _Import(store, settings, mark, held.version if held else ABSENT, now)
    total = max(lines, mark.rows)
    for delivery in _naming(given.path, _pages(given, settings, mark)):
        work.take(delivery, given.path)
        going = progress and progress(min(work.mark.rows, total), total, given.path.name)
        if going is False:
            return Receipt.counted(work.mark.counts, stopped=True)
    work.finish()
    if progress:
        progress(work.mark.rows, work.mark.rows, given.path.name)
    return Receipt.counted(work.mark.counts)


def placed(fields: AnyMap, settings: Settings) -> AnyMap:
    """Return a map with the zone, and of events the currency, of the shop where it names none."""
    if isinstance(fields, EventMap):
        currency = fields.currency or settings.currency
        return evolve(fields, tz=fields.tz or settings.tz, currency=currency)
    return evolve(fields, tz=fields.tz or settings.tz)


def _fingerprint(given: FileInput) -> tuple[str, int]:
    """Return the id of this import, and about how many rows the file has."""
    content, lines = hashlib.blake2b(digest_size=16), 0
    with reading(given.path) as stream:
        while block := stream.read(_BLOCK):
            content.update(block)
            lines += block.count(b"\n")
    fields = given.fields.to_json() if given.fields else None
    mode = [] if given.mode == EXACT else [given.mode]
    named = {"name": given.name, "brand": given.brand}
    shop = [named] if any(named.values()) else []  # said by none, the id stays what it was
    said = canonical_json([fields, given.encoding, given.key_is_personal, *mode, *shop])
    return derive_id("imp", given.source, content.hexdigest(), said), max(lines - 1, 0)


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """Open a file; InputError when it cannot be opened, or not be read to its end."""
    try:
        other = path.exists() and not path.is_file()  # a pipe does not end, nor come twice
        stream = None if other else path.open("rb")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", "no file can have this name")
        raise _unreadable(path, why) from error
    if stream is None:
        raise _unreadable(path, "it is no regular file")
    with stream:
        try:
            yield stream
        except OSError as error:
            raise _unreadable(path, str(error.strerror)) from error


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(f"the file {path.name!r} cannot be read: {why}", code="unreadable_file")


def _pages(given: FileInput, settings: Settings, mark: Checkpoint) -> Iterator[Delivery]:
    with reading(given.path) as stream:
        if given.fields is None:
            whole = read_body(
                given.readers, given.source, stream.read(), received_at=mark.received_at,
                region=settings.region, secret=settings.secret,
                key_is_personal=given.key_is_personal, name=given.name, brand=given.brand,
            )  # fmt: skip
            yield from whole.pages(given.page, skip=mark.rows)
            return
        yield from csv.pages(
            stream, fields=given.fields, source=given.source, received_at=mark.received_at,
            page=given.page, skip=mark.rows, encoding=given.encoding, region=settings.region,
            secret=settings.secret, schema=settings.attributes,
            key_is_personal=given.key_is_personal, mode=given.mode, brand=given.brand,
        )  # fmt: skip


def _naming(path: Path, pages: Iterator[Delivery]) -> Iterator[Delivery]:
    """Pass the pages on; an error in reading them says which file it is about."""
    try:
        yield from pages
    except InputError as error:
        message = f"in {path.name!r}: {error.detail}"
        raise InputError(message, path=error.path, code=error.code, **error.facts) from error
    except UnknownName:
        raise
    except DefinitionError as error:
        message = f"in {path.name!r}: {error.message}"
        raise DefinitionError(message, code=error.code, **error.facts) from error


@define
class _Import:
    """A file on its way in: the checkpoint is written with each page, under its own version."""

    store: Store
    settings: Settings
    mark: Checkpoint
    version: int
    now: datetime

    def take(self, delivery: Delivery, path: Path) -> None:
        """Take one page in; StorageError names the file and the row to go on from."""
        try:
            note = Noted(verb="ingest_file", at=self.now, by=delivery.source)
            applied = commit(self.store, lambda: self._decide(delivery), note=note)
        except StorageError as error:
            reached = f"{path.name!r}: rows up to {self.mark.rows} are in; run it again to go on"
            message = f"{error.message}; {reached}"
            raise type(error)(message, code=error.code, **error.facts) from error
        counts = {k: v for k, v in applied.result.items() if isinstance(v, int)}
        self.mark = self.mark.after(counts)
        self.version = applied.sequence

    def finish(self) -> None:
        """Mark the file as done."""
        if not self.mark.finished:
            self.mark = evolve(self.mark, finished=True)
            put = ChangeSet(puts=(Put(IMPORTS, self.mark),), expects=(self._expect,))
            commit(self.store, lambda: put)

    def _decide(self, delivery: Delivery) -> ChangeSet:
        changes = prepare_ingest(
            self.store, delivery, policy=self.settings.policy, secret=self.settings.secret
        )
        if self.mark.finished:  # a file known already: only what is new is written, if anything
            return changes
        self._check_alone()
        counts = {k: v for k, v in changes.result.items() if isinstance(v, int)}
        mark = Put(IMPORTS, self.mark.after(counts))
        checkpoint = ChangeSet(puts=(mark,), expects=(self._expect,))
        return combine([changes, checkpoint], result=counts)

    def _check_alone(self) -> None:
        """Give way at once to another run over this file: deciding anew would not help."""
        held = self.store.get_many(IMPORTS, [(self.mark.id,)]).get((self.mark.id,))
        if (held.version if held else ABSENT) != self.version:
            message = "another run is taking this very file in"
            raise ConflictError(message, code="import_running", retry="transaction")

    @property
    def _expect(self) -> Expect:
        return Expect(IMPORTS, (self.mark.id,), self.version)
