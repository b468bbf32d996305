"""Unknown: what is said of a name the schema does not know, and which may be meant."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from ecrm_core.errors import Diagnostic, UnknownName
from ecrm_core.segmentation.nearest import nearest
from ecrm_core.segmentation.schema import Relation, Schema
from ecrm_core.segmentation.shopify import counterpart
from ecrm_core.segmentation.terms import Span

__all__ = ["unknown_name"]

_SHOWN = 12
_RELATION_PLACE = "relation_place"


@frozen
class _Hint:
    """What the author should know beside that the name is unknown, and what she may write."""

    text: str
    write: tuple[str, ...]
    code: str = "unknown_name"


def unknown_name(
    error: UnknownName, span: Span | None, schema: Schema, *, inside: Relation | None = None
) -> Diagnostic:
    """Return the remark on a name that is none: with the nearest, or where it is one."""
    name = error.name
    known = _known(error.kind, schema, inside)
    near = nearest(name, known)
    hint = _hint(name, error.kind, schema, inside)
    message, start, end = f"no {error.kind} is named {name!r}", *(span or (0, 0))
    if hint is not None:
        message, near, expected = f"{message}: {hint.text}", (), hint.write
    elif near:
        message, expected = f"{message}; did you mean {', '.join(map(repr, near))}?", near
    else:
        expected = _listed(known, error.kind)
        message = f"{message}, expected {', '.join(expected)}"
    return Diagnostic(
        code=hint.code if hint else error.code,
        message=message, start=start, end=end, expected=expected, near=near,
    )  # fmt: skip


def _known(kind: str, schema: Schema, inside: Relation | None) -> tuple[str, ...]:
    if kind == "relation":
        return tuple(schema.relations)
    if kind == "segment":
        return tuple(schema.segments)
    return tuple(inside.fields if inside else schema.fields)


def _listed(known: Iterable[str], kind: str) -> tuple[str, ...]:
    names = tuple(known)
    if not names:
        return (f"no {kind}: none is known",)
    return names if len(names) <= _SHOWN else (*names[:_SHOWN], f"{len(names) - _SHOWN} others")


def _hint(name: str, kind: str, schema: Schema, inside: Relation | None) -> _Hint | None:
    found = None
    if kind == "relation" and name in schema.fields:
        found = _Hint("it is a field, which has no rows", (f"{name} and an operator",))
    elif kind == "field" and inside is not None and name in schema.fields:
        found = _Hint("it is a field of the customer, asked outside of MATCHES", (name,))
    elif kind == "field" and inside is None and name in schema.relations:
        write = (f"{name} MATCHES (...)", f"{name} NOT MATCHES ()")
        text = f"it is a relation, write {write[0]} or, for none, {write[1]}"
        found = _Hint(text, write, _RELATION_PLACE)
    return found or _of_shopify(name, inside) or _of_rows(name, kind, schema, inside)


def _of_shopify(name: str, inside: Relation | None) -> _Hint | None:
    known = counterpart(name, inside=inside is not None)
    return known and _Hint(known.hint, (known.ours or "another condition",))


def _of_rows(name: str, kind: str, schema: Schema, inside: Relation | None) -> _Hint | None:
    """Tell of a field asked of the customer that rows of a relation have."""
    if kind != "field" or inside is not None:
        return None
    for relation in schema.relations.values():
        if name in relation.fields:
            write = f"{relation.name} MATCHES ({name} ...)"
            return _Hint(f"it is a field of {relation.name}, write {write}", (write,))
    return None
