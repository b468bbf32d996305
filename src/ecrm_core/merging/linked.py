"""Linked: rows of a Kind of the shop's or a plugin's own that hang on a customer, or a record.

They are counted, shown and exported with her, and never move: a row keeps the id it was written
under, and whoever reads a customer reads the rows of all her ids. What there is to do with them
(count, show, export, erase) goes by ``LinkedKind.values``; there is no code of the plugin in it.
"""

from __future__ import annotations

from typing import Any, Final, get_type_hints

import attrs
from attrs import field, frozen

from ecrm_core.customers import Group, ids_of
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import AnyKind, Key, Kind, decode

__all__ = ["COUNTED", "LinkedKind"]

COUNTED: Final = (
    "records", "corrections", "merges", "judgements", "legal holds", "claims",
    "consents about the person", "consents about the addresses", "interactions", "memberships",
    "subscriptions",
)  # fmt: skip
"""What a preview counts of the library's own rows: no linked Kind goes by one of these names."""

_BY_CUSTOMER: Final = 1
_BY_RECORD: Final = 2


@frozen(kw_only=True)
class LinkedKind:
    """A Kind whose rows hang on customers, and the index that says on whom.

    ``by`` names an index of one column that holds a customer id (write ``crm.resolve(customer)``
    there), or of two columns that hold a source's name and its id of the party: such rows follow
    the record. Raises DefinitionError (code "linked_kind") for a Kind or an index that cannot be
    read so. ``origin`` is the distribution that added it.
    """

    kind: AnyKind
    by: str
    origin: str = field(default="the host", eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no Kind, an index that is not there, and columns that hold no text."""
        check_linked(self)

    @property
    def name(self) -> str:
        """The name of the Kind: what it is asked for by."""
        return self.kind.name

    @property
    def of_customer(self) -> bool:
        """Whether rows hang on a customer's id; else on the record of a source."""
        return len(self.kind.index(self.by).columns) == _BY_CUSTOMER

    def values(self, group: Group) -> list[Key]:
        """Return the values of the index under which rows of the group stand."""
        if self.of_customer:
            return [(id_,) for id_ in ids_of(group)]
        return [(home.key.source, home.key.external_id) for home in group.homes]


def check_linked(linked: LinkedKind) -> None:
    """Refuse a Kind whose rows could not be found, read or told by customer (DefinitionError)."""
    kind: object = linked.kind
    if not isinstance(kind, Kind):
        raise _wrong(f"found {type(kind).__name__}, expected a Kind")
    names = {index.name: index.columns for index in kind.indexes}
    if linked.by not in names:
        raise _wrong(f"the Kind {kind.name!r} has no index {str(linked.by)[:80]!r}")
    if len(names[linked.by]) not in (_BY_CUSTOMER, _BY_RECORD):
        message = "expected one column with a customer id, or two: source and external id"
        raise _wrong(f"the index {linked.by!r} of {kind.name!r} has {len(names[linked.by])}"
                     f" columns, {message}")  # fmt: skip
    for path in (*kind.key, *(column for columns in names.values() for column in columns)):
        if not _is_column(kind.of, path):
            raise _wrong(f"the rows of {kind.name!r} have no attribute {path[:80]!r}")
    for path in names[linked.by]:
        if _type_at(kind.of, path) is not str:
            raise _wrong(f"the column {path!r} of {kind.name!r} holds no text")
    _check_codec(kind)


def _check_codec(kind: AnyKind) -> None:
    try:
        decode(kind.of, None)
    except InputError:
        pass  # nothing was read: only whether values of these types could be was asked
    except DefinitionError as error:
        raise _wrong(f"no store can hold rows of {kind.name!r}: {error.message}") from None


def _wrong(message: str) -> DefinitionError:
    return DefinitionError(message, code="linked_kind")


def _is_column(of: type[Any], path: str) -> bool:
    return _type_at(of, path) is not None


def _type_at(of: Any, path: str) -> object:  # noqa: ANN401 - whatever an annotation says
    """Return the type of an attribute at a dotted path, of properties too; None: there is none."""
    for name in path.split("."):
        of = _plain(_hints(of).get(name))
    return of


def _hints(of: Any) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(of, type) or not attrs.has(of):
        return {}
    try:
        found = get_type_hints(of)
    except NameError:
        message = f"the annotations of {of.__name__!r} name what is not there when it runs"
        raise _wrong(message) from None
    for name, held in vars(of).items():
        if isinstance(held, property) and held.fget:
            found[name] = get_type_hints(held.fget).get("return", str)
    return found


def _plain(of: Any) -> Any:  # noqa: ANN401
    """Return the type behind a NewType, and behind "or None"."""
    while hasattr(of, "__supertype__"):
        of = of.__supertype__
    parts = [part for part in getattr(of, "__args__", ()) if part is not type(None)]
    return _plain(parts[0]) if len(parts) == 1 and type(None) in of.__args__ else of
