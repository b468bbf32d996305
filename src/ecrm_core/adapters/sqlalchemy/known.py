"""Known: how each Kind was declared when its rows were last entered, read once and then remembered.

Every change of a declaration takes a new number; a call that finds another number than the one
remembered reads the declarations again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

import sqlalchemy as sa
from attrs import field, frozen

from ecrm_core.errors import DefinitionError, StorageError
from ecrm_core.kernel import AnyKind
from ecrm_core.ports.span import check_format

__all__ = [
    "LAYOUT",
    "UNDECLARED",
    "Declarations",
    "Declared",
    "declaration",
    "last_declaration",
    "read_declarations",
]

LAYOUT = 1
"""The number of this arrangement of tables; it stands under the empty name."""
UNDECLARED = "0"
"""What ``last_declaration`` is while nothing was declared."""


@frozen
class Declared:
    """How a Kind stood: its format, its key, and the indexes that have all rows."""

    format: int
    key: tuple[str, ...]
    indexes: Mapping[str, tuple[str, ...]]

    def serves(self, kind: AnyKind, index: str | None) -> bool:
        """Tell whether the index stands as this Kind has it, for the values as it reads them."""
        if index is None:
            return True
        return self.format == kind.format and self.indexes.get(index) == kind.index(index).columns

    def text(self) -> str:
        """Return the key and the indexes as JSON."""
        return json.dumps({"key": self.key, "indexes": self.indexes})


@lru_cache(maxsize=256)
def declaration(kind: AnyKind) -> Declared:
    """Return how the Kind is declared by this program."""
    return Declared(kind.format, kind.key, {i.name: i.columns for i in kind.indexes})


@frozen
class Declarations:
    """What a database says of its Kinds; ``changed`` names the last change (None: no tables)."""

    changed: str | None
    kinds: Mapping[str, Declared] = field(factory=dict)

    def there(self, kind: AnyKind) -> Declared | None:
        """Return how the Kind is declared in the database; None: it never had rows.

        Raises StorageError (code "newer_format") when a later version wrote it, DefinitionError
        when its rows are kept under another key.
        """
        found = self.kinds.get(kind.name)
        if found is not None:
            check_format(kind, found.format)
            if found.key != kind.key:
                message = f"the rows of {kind.name!r} are kept under {found.key}, not {kind.key}"
                raise DefinitionError(message, code="kind")
        return found


def last_declaration(table: sa.Table, *, postgres: bool) -> sa.ColumnElement[str]:
    """Return what names the last change: its number, and on Postgres the table's own.

    One engine may see several schemas, by ``search_path``, whose numbers are alike.
    """
    number = sa.cast(sa.func.coalesce(sa.func.max(table.c.changed), 0), sa.Text)
    if not postgres:
        return number
    return sa.func.concat_ws(" ", number, sa.func.max(sa.literal_column("tableoid")))


def read_declarations(connection: sa.Connection, table: sa.Table) -> Declarations:
    """Return what the table says.

    Raises StorageError: tables of a later version, or a row nobody of ours wrote so.
    """
    kinds, last = {}, UNDECLARED
    changed = last_declaration(table, postgres=connection.dialect.name == "postgresql")
    c, mark = table.c, sa.select(changed).scalar_subquery()
    rows = connection.execute(sa.select(c.name, c.format, c.declared, mark))
    for name, format_, text, last in rows:  # noqa: B007 - the same in every row
        if name:
            kinds[name] = _declared(format_, text, table.name)
        else:
            _check_layout(format_)
    return Declarations(last, kinds)


def _declared(format_: int, text: str, table: str) -> Declared:
    try:
        data = json.loads(text)
        indexes = {index: tuple(columns) for index, columns in data["indexes"].items()}
        return Declared(format_, tuple(data["key"]), indexes)
    except (ValueError, LookupError, TypeError, AttributeError):
        message = f"found a damaged row of {table!r}: restore a backup"
        raise StorageError(message, code="damaged_row", kind=table) from None


def _check_layout(found: int) -> None:
    if found > LAYOUT:
        message = (
            f"the tables have layout {found}, this version knows up to {LAYOUT}: "
            "use the version of ecrm_core that made them"
        )
        raise StorageError(message, code="newer_format", found=found)
