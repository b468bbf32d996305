"""Unknown: what is said of a name the schema does not know, and which may be meant."""

from __future__ import annotations

from attrs import frozen

from ecrm_core.errors import Diagnostic, UnknownName
from ecrm_core.segmentation.nearest import nearest
from ecrm_core.segmentation.schema import Relation, Schema
from ecrm_core.segmentation.shopify import counterpart
from ecrm_core.segmentation.terms import Span
from ecrm_core.segmentation.tokens import AGGREGATES

__all__ = ["unknown_name"]

_SHOWN = 12
_PLACE = "name_place"


@frozen(kw_only=True)
class _Hint:
    """What the author should know, and what she may write."""

    message: str
    write: tuple[str, ...]
    code: str = "unknown_name"


def unknown_name(
    error: UnknownName, span: Span | None, schema: Schema, *, inside: Relation | None = None
) -> Diagnostic:
    """Return the remark on a name that is none: with the nearest, or where it is one.

    ``inside`` is the relation whose rows were asked for it.
    """
    known = _known(error.kind, schema, inside)
    near = nearest(error.name, known)
    hint = _hint(error.name, error.kind, schema, inside)
    if hint is None:
        hint = _spelled(f"no {error.kind} is named {error.name!r}", near, known)
    else:
        near = ()
    start, end = span or (0, 0)
    return Diagnostic(
        code=hint.code, message=hint.message, start=start, end=end, expected=hint.write, near=near
    )


def _spelled(message: str, near: tuple[str, ...], known: tuple[str, ...]) -> _Hint:
    if near:
        meant = f"{message}; did you mean {', '.join(map(repr, near))}?"
        return _Hint(message=meant, write=near)
    if not known:
        return _Hint(message=f"{message}; none is known", write=("another condition",))
    listed = known
    if len(known) > _SHOWN:
        listed = (*known[:_SHOWN], f"{len(known) - _SHOWN} others")
    return _Hint(message=f"{message}, expected {', '.join(listed)}", write=listed)


def _known(kind: str, schema: Schema, inside: Relation | None) -> tuple[str, ...]:
    if kind == "relation":
        return tuple(schema.relations)
    if kind == "segment":
        return tuple(schema.segments)
    return tuple(inside.fields if inside else schema.fields)


def _hint(name: str, kind: str, schema: Schema, inside: Relation | None) -> _Hint | None:
    if kind == "segment":
        return None
    if kind == "relation" and name in schema.fields:
        return _place(f"{name!r} is a field and has no rows", (f"{name} and an operator",))
    if inside is not None and name in schema.fields:
        return _place(f"{name!r} is a field of the customer, asked outside of MATCHES", (name,))
    if kind == "field" and name in schema.relations:
        return _place(
            f"{name!r} is a relation", (f"{name} MATCHES (...)", f"{name} NOT MATCHES ()")
        )
    known = counterpart(name, inside=inside is not None)
    if known is not None:
        message = f"{known.message}, expected {known.expected[0]}"
        return _Hint(message=message, write=known.expected)
    return _of_rows(name, schema) if kind == "field" and inside is None else None


def _place(message: str, write: tuple[str, ...]) -> _Hint:
    told = f"{message}, expected {' or '.join(write)}"
    return _Hint(message=told, write=write, code=_PLACE)


def _of_rows(name: str, schema: Schema) -> _Hint | None:
    """Tell of a name asked of the customer that is one of rows, or of all rows together."""
    if name.upper() in AGGREGATES:
        return _place(f"{name!r} is of all rows together", (f"orders MATCHES ({name} >= 3)",))
    for relation in schema.relations.values():
        if name in relation.fields:
            write = f"{relation.name} MATCHES ({name} ...)"
            return _place(f"{name!r} is a field of {relation.name}", (write,))
    return None
