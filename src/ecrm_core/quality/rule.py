"""Rule: what is asked of a value, as data that names its test; a crash of the test is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from attrs import field, frozen

from ecrm_core.customers import field_of
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Json, gate_json, gate_text, member_of
from ecrm_core.quality.messages import LANGUAGES

__all__ = ["PSEUDO_FIELDS", "Applies", "Dimension", "Rule", "Severity"]

_MAX_SENTENCE = 2_000
_ID = re.compile(r"[a-z][a-z0-9_]{0,60}", re.ASCII)

PSEUDO_FIELDS = frozenset({"$", "address", "name", "organisation", "unread"})
"""What a rule may look at beside the fields of a record: the whole party, each postal address (the
parts ``address.*`` as one, and the list), a name with its parts, the fields whose cell could not be
read."""


class Dimension(Enum):
    """The sort of quality a rule asks about."""

    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    PLAUSIBILITY = "plausibility"
    CONSISTENCY = "consistency"
    UNIQUENESS = "uniqueness"
    TIMELINESS = "timeliness"


class Severity(Enum):
    """How much a finding matters: ERROR (of no use), WARNING (look at it), INFO (know it)."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 to 2: the greater, the worse."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def _texts(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        message = "found text in applies_when, expected a list of texts"
        raise DefinitionError(message, code="rule")
    return tuple(given)


def _fixed(given: Mapping[str, Json]) -> Mapping[str, Json]:
    return MappingProxyType({name: _set(held) for name, held in given.items()})


def _fixed_texts(given: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(given))


def _set(held: Json) -> Json:
    """Return a list of texts as a set: long ones are asked for membership."""
    if isinstance(held, (list, tuple, set)) and all(isinstance(text, str) for text in held):
        return frozenset(held)
    return held


def _listed(held: Json) -> Json:
    return sorted(held) if isinstance(held, frozenset) else held


@frozen(kw_only=True)
class Applies:
    """When a rule is asked: for these sources (empty: all), where all these fields are stated."""

    sources: tuple[str, ...] = field(default=(), converter=_texts)
    stated: tuple[str, ...] = field(default=(), converter=_texts)

    def __attrs_post_init__(self) -> None:
        """Refuse a field there is none of (UnknownName)."""
        for name in (*self.sources, *self.stated):
            _text(name, "applies_when")
        for name in self.stated:
            check_path(name)


@frozen(kw_only=True)
class Rule:
    """One rule: a stable id, where it looks, and the test it names, with its parameters.

    ``path`` is a field of ``customers.FIELDS`` (of a list, each element is asked), "address" (any),
    "name", "organisation", or "$" for the whole party. ``message`` is the key of the sentence in
    the catalogues; by default the id. ``sentences`` by language are a rule's own and stand before
    the catalogues; facts fill them as they fill those. A list of texts among the ``params`` is a
    set.

    Raises DefinitionError for an id that is no identifier, UnknownName for an unknown field.
    """

    id: str
    path: str
    dimension: Dimension
    severity: Severity
    test: str
    params: Mapping[str, Json] = field(factory=dict, converter=_fixed, hash=False)
    applies_when: Applies = field(factory=Applies)
    sentences: Mapping[str, str] = field(factory=dict, converter=_fixed_texts, hash=False)
    message: str = field()

    @message.default
    def _own(self) -> str:
        return self.id

    conditional: bool = field(init=False, eq=False, repr=False)
    """Whether ``applies_when`` leaves anybody out."""

    @conditional.default
    def _asks_first(self) -> bool:
        return bool(self.applies_when.sources or self.applies_when.stated)

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be a rule."""
        for name in ("id", "path", "test", "message"):
            _text(getattr(self, name), name)
        if not _ID.fullmatch(self.id):
            message = f"found the rule id {self.id[:80]!r}, expected small letters, digits and _"
            raise DefinitionError(message, code="rule")
        check_path(self.path)
        _member(self.severity, Severity)
        _member(self.dimension, Dimension)
        for name, held in self.sentences.items():
            _text(held, name)
        _gate_params(self.params)

    def to_json(self) -> dict[str, Json]:
        """Return the rule as JSON values; what is at its default is left out."""
        applies = {"sources": self.applies_when.sources, "stated": self.applies_when.stated}
        found: dict[str, Json] = {
            "id": self.id,
            "path": self.path,
            "dimension": self.dimension.value,
            "severity": self.severity.value,
            "test": self.test,
        }
        optional: dict[str, Json] = {
            "params": {name: _listed(value) for name, value in self.params.items()},
            "applies_when": {name: list(held) for name, held in applies.items() if held},
            "message": "" if self.message == self.id else self.message,
            "sentences": dict(self.sentences),
        }
        return found | {name: held for name, held in optional.items() if held}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Rule:
        """Return the rule of its JSON; DefinitionError for keys or values that are none of it."""
        parts = known_keys(data, "rule", _KEYS, required=_REQUIRED)
        applies = known_keys(parts.get("applies_when", {}), "applies_when", {"sources", "stated"})
        params = parts.get("params", {})
        if not isinstance(params, Mapping):
            raise DefinitionError("found params that are no object", code="rule")
        texts = {name: _text(parts[name], name) for name in ("id", "path", "test")}
        said = {"message": _text(parts["message"], "message")} if "message" in parts else {}
        sentences = known_keys(parts.get("sentences", {}), "sentences", LANGUAGES)
        return cls(
            **texts,
            **said,
            sentences={name: _text(held, name) for name, held in sentences.items()},
            dimension=member_of(Dimension, parts["dimension"]),
            severity=member_of(Severity, parts["severity"]),
            params=params,
            applies_when=Applies(**{name: _list(held, name) for name, held in applies.items()}),
        )


_REQUIRED = frozenset({"id", "path", "dimension", "severity", "test"})
_KEYS = _REQUIRED | {"params", "applies_when", "message", "sentences"}


def _gate_params(params: Mapping[str, Json]) -> None:
    try:
        gate_json({name: _listed(held) for name, held in params.items()})
    except InputError as error:
        raise DefinitionError(f"a parameter of a rule: {error.message}", code="rule") from None


def _member(value: object, of: type[Enum]) -> None:
    if not isinstance(value, of):
        expected = " | ".join(str(member.value) for member in of)
        message = f"found {type(value).__name__} as {of.__name__.lower()} of a rule, expected a "
        raise DefinitionError(f"{message}{of.__name__}: {expected}", code="rule")


def check_path(path: str) -> None:
    """Refuse, with UnknownName, a path no rule can look at."""
    if path not in PSEUDO_FIELDS:
        field_of(gate_text(path))


def known_keys(
    data: Json, what: str, known: Iterable[str], *, required: frozenset[str] = frozenset()
) -> Mapping[str, Json]:
    """Return a JSON object of these keys; DefinitionError for another key, or one missing."""
    if not isinstance(data, Mapping):
        raise DefinitionError(
            f"found {type(data).__name__} as {what}, expected an object", code="rule"
        )
    known = frozenset(known)
    strange = sorted(str(key)[:80] for key in data if key not in known)
    missing = sorted(required - data.keys())
    if strange or missing:
        found = f"found the key {strange[0]!r}" if strange else f"found no {missing[0]!r}"
        message = f"{found} in a {what}, expected {', '.join(sorted(known))}"
        raise DefinitionError(message, code="rule", unknown=strange, missing=missing)
    return data


def _text(value: Json, name: str) -> str:
    try:
        return gate_text(value, limit=_MAX_SENTENCE)
    except InputError as error:
        message = f"{name} of a rule: {error.message}"
        raise DefinitionError(message, code="rule") from None


def _list(value: Json, name: str) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        message = f"found {type(value).__name__} as {name} of a rule, expected a list"
        raise DefinitionError(message, code="rule")
    return tuple(_text(held, name) for held in value)
