"""Errors: the class tells the caller what to do next.

Every error carries a stable ``code``, a message for people (subject, found, expected) and ``facts``
for programs. Facts and messages never hold personal data: they name paths, kinds, keys and counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Self

from attrs import frozen

__all__ = [
    "ConflictError",
    "DefinitionError",
    "Diagnostic",
    "EcrmError",
    "IllegalTransition",
    "InputError",
    "InputErrors",
    "KeyReused",
    "MergeRefused",
    "MissingError",
    "PluginError",
    "RefusedError",
    "SegmentSyntaxError",
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


@frozen(kw_only=True)
class Diagnostic:
    """One remark on the text of a definition: what is wrong with the characters start to end.

    ``severity`` is "error", "warning" or "deprecated"; ``fix`` is text to write instead or to add.
    No part of it repeats a quoted value of the definition: such values may be personal data.
    """

    code: str
    message: str
    start: int = 0
    end: int = 0
    expected: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    fix: str | None = None
    severity: str = "error"

    def shown(self, source: str) -> str:
        """Return the remark with its line of the source and a caret under the place.

        One about the rule as a whole has no place and stands alone.
        """
        if self.end == 0 and self.severity == "warning":
            return self.message
        line, column = _place(source, self.start)
        told = [f"line {line}, column {column}: {self.message}"]
        text = source.split("\n")[line - 1]
        first = max(0, column - 61)  # a long line is shown around the place
        text, column = text[first : first + 100], column - first
        if text.strip():
            width = max(1, min(self.end - self.start, len(text) - column + 1))
            indent = "".join(map(_blank, text[: column - 1]))
            told += [f"  {text}", f"  {indent}{'^' * width}"]
        return "\n".join(told)


def _place(source: str, at: int) -> tuple[int, int]:
    before = source[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def _blank(char: str) -> str:
    """A blank as wide as the character, so that a caret stands under its place."""
    if char == "\t":
        return char
    return "\u3000" if unicodedata.east_asian_width(char) in "WF" else " "


class SegmentSyntaxError(DefinitionError):
    """A segment's query cannot be read or does not fit its schema: mend the query.

    ``diagnostics`` are all that was found, in the order of the text; ``code``, ``start``, ``end``
    (characters, end exclusive), ``line``, ``column`` (from 1), ``expected`` and ``near`` are those
    of the first. The message shows ``masked``: the query without its values, as it ends in logs;
    ``show()`` tells the author the same with her own text, ``source``.
    """

    code = "segment_syntax"

    def __init__(self, source: str, masked: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Keep the query, its masked form of equal length, and at least one diagnostic."""
        first = diagnostics[0]
        super().__init__("\n".join(d.shown(masked) for d in diagnostics), code=first.code)
        self.source, self.masked, self.diagnostics = source, masked, diagnostics
        self.start, self.end = first.start, first.end
        self.line, self.column = _place(source, first.start)
        self.expected, self.near = first.expected, first.near
        self.facts = {
            "codes": [d.code for d in diagnostics], "line": self.line, "column": self.column,
            "expected": list(first.expected), "near": list(first.near),
        }  # fmt: skip

    def show(self) -> str:
        """Return every diagnostic with the author's own text: for her screen, not for a log."""
        return "\n".join(d.shown(self.source) for d in self.diagnostics)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the three parts."""
        return type(self), (self.source, self.masked, self.diagnostics)


class RefusedError(EcrmError):
    """A business rule says no: show the reasons, do something else."""

    code = "refused"


class MergeRefused(RefusedError):
    """Two customers may not be joined, or a merge may not be undone; the code says why."""

    code = "merge_refused"


class IllegalTransition(RefusedError):
    """A command is impossible as things stand; ``facts`` hold what was found and expected."""

    code = "illegal_transition"


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
