"""Errors: the class tells the caller what to do next.

Every error carries a stable ``code``, a message for people (subject, found, expected) and ``facts``
for programs. Facts and messages never hold personal data: they name paths, kinds, keys and counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

__all__ = [
    "ConflictError",
    "DefinitionError",
    "EcrmError",
    "InputError",
    "InputErrors",
    "KeyReused",
    "MergeRefused",
    "MissingError",
    "PluginError",
    "RefusedError",
    "StorageError",
    "StorageUnavailable",
    "UnknownName",
]


class EcrmError(Exception):
    """Base of every error this library raises: catch it to catch them all."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, **facts: object) -> None:
        """Keep the message, the stable code (the class's own by default) and the facts."""
        super().__init__(message)
        self._message = message
        self.code = code or type(self).code
        self.facts: dict[str, object] = facts

    @property
    def message(self) -> str:
        """The sentence for people: subject, found, expected."""
        return self._message

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by class and parts, so that an error survives a process boundary whole."""
        return _rebuild, (type(self), self.message, self.code, self.facts)


def _rebuild(cls: type[EcrmError], message: str, code: str, facts: dict[str, Any]) -> EcrmError:
    return cls(message, code=code, **facts)


class InputError(EcrmError, ValueError):
    """A payload cannot become a record: mend the input; ``path`` says where ("$.emails[2]")."""

    code = "input"

    def __init__(
        self, message: str, *, path: str = "$", code: str | None = None, **facts: object
    ) -> None:
        """Keep the path inside the payload beside the usual parts."""
        path = _shown(path)
        super().__init__(f"{path}: {message}", code=code, **facts)
        self.detail = message
        self.path = path

    def at(self, path: str) -> InputError:
        """Return the same error, seen from an enclosing path ("$[3]" + "$.email")."""
        return InputError(
            self.detail, path=path + self.path.removeprefix("$"), code=self.code, **self.facts
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the path."""
        return _rebuild, (type(self), self.detail, self.code, {"path": self.path, **self.facts})


_INDEX = re.compile(r"(\[\d+\])")
_TELLING = re.compile(r"[^.]*(?:@|(?:\d[\s()\-]?){7}|[\x00-\x1f\x7f])[^.]*")


def _shown(path: str) -> str:
    """Return a path fit for a log: a key that looks like an address or a number is masked."""
    parts = _INDEX.split(path)
    return "".join(part if _INDEX.fullmatch(part) else _TELLING.sub("•••", part) for part in parts)


class InputErrors(InputError, ExceptionGroup[InputError]):
    """Several things are wrong with one payload: a group of InputError, one for each path."""

    code = "inputs"

    def __new__(cls, message: str, errors: tuple[InputError, ...]) -> Self:
        """Build the group; ``errors`` holds at least one."""
        return ExceptionGroup.__new__(cls, message, errors)

    def __init__(self, message: str, errors: tuple[InputError, ...]) -> None:
        """Keep the errors in order; ``facts["paths"]`` lists where they are."""
        paths = [error.path for error in errors]
        InputError.__init__(self, message, paths=paths)

    @property
    def _each(self) -> tuple[InputError, ...]:
        return tuple(error for error in self.exceptions if isinstance(error, InputError))

    def at(self, path: str) -> InputErrors:
        """Return the same errors, each seen from an enclosing path."""
        return InputErrors(self.detail, tuple(e.at(path) for e in self._each))

    def derive(self, excs: Sequence[object]) -> InputErrors:  # type: ignore[override]
        """Build a part of the group (what ``except*`` asks for)."""
        return InputErrors(self.detail, tuple(e for e in excs if isinstance(e, InputError)))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the errors inside."""
        return type(self), (self.detail, tuple(self.exceptions))


class DefinitionError(EcrmError, ValueError):
    """A rule, policy, mapping, Kind or argument is wrong: mend the code that says it."""

    code = "definition"


class UnknownName(DefinitionError):
    """A name is not registered; ``near`` holds the nearest names that are."""

    code = "unknown_name"

    def __init__(
        self, kind: str, name: str, near: tuple[str, ...] = (), *, code: str | None = None
    ) -> None:
        """Say which kind of name was looked for, what was found, what comes near."""
        hint = f"; did you mean {', '.join(map(repr, near))}?" if near else ""
        super().__init__(f"no {kind} is named {name!r}{hint}", code=code)
        self.kind, self.name, self.near = kind, name, near
        self.facts = {"kind": kind, "name": name, "near": list(near)}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the three parts."""
        return type(self), (self.kind, self.name, self.near)


class RefusedError(EcrmError):
    """A business rule says no: show the reasons, do something else."""

    code = "refused"


class MergeRefused(RefusedError):
    """Two customers may not be joined, or a merge may not be undone; the code says why."""

    code = "merge_refused"


class KeyReused(RefusedError):
    """A request key came again with other parameters: take a new key for a new request."""

    code = "key_reused"


class MissingError(EcrmError, LookupError):
    """What was asked for is not in the store."""

    code = "missing"


class StorageError(EcrmError):
    """The store could not do it; nothing was written."""

    code = "storage"


class ConflictError(StorageError):
    """Somebody else changed what the decision was made on: load, decide and apply again.

    ``retry`` is "operation" (the same connection may try again) or "transaction" (the host's unit
    of work has to be run again).
    """

    code = "conflict"

    @property
    def retry(self) -> str:
        """What has to be done again: "operation" (the default) or "transaction"."""
        return str(self.facts.get("retry", "operation"))


class StorageUnavailable(StorageError):
    """The store cannot be written or reached now: locked, read-only, full or gone."""

    code = "storage_unavailable"


class PluginError(EcrmError):
    """A plugin failed or clashes with another; ``facts`` name the distribution and the entry."""

    code = "plugin"
