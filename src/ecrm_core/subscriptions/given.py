"""Given: a value of another kind than is meant is refused where something is made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import Attribute
from attrs.validators import optional

from ecrm_core.errors import DefinitionError

__all__ = ["a", "maybe", "several", "wrong"]

Check = Callable[[object, "Attribute[Any]", object], None]


def a(kind: type) -> Check:
    """Return the check of a value of one kind; what is stored is read back as that."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, kind):
            raise wrong(attribute, type(value).__name__, kind.__name__)

    return check


def maybe(kind: type) -> Check:
    """Return the check of a value of one kind, or None."""
    return optional(a(kind))


def several(kind: type) -> Check:
    """Return the check of a tuple of values of one kind."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if not (isinstance(value, tuple) and all(isinstance(each, kind) for each in value)):
            raise wrong(attribute, "something else", f"a tuple of {kind.__name__}")

    return check


def wrong(attribute: Attribute[Any], found: str, expected: str) -> DefinitionError:
    """Return the error of a value that cannot be (code "argument")."""
    message = f"found {found} as {attribute.name}, expected {expected}"
    return DefinitionError(message, code="argument")
