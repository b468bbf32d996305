"""Every error survives a process boundary whole."""

import copy
import pickle
from collections.abc import Callable, Iterator

import pytest

from ecrm_core import errors
from ecrm_core.errors import EcrmError
from tests.house import modules

FACTS = {"field": "email", "limit": 512}

# Classes whose constructor asks for more than a message, a code and facts.
EXAMPLES: dict[str, Callable[[], EcrmError]] = {
    "InputErrors": lambda: errors.InputErrors(
        "two rows are wrong",
        (
            errors.InputError("found a number", path="$.a", code="type", limit=3),
            errors.InputError("found nothing", path="$.b[2]"),
        ),
    ),
    "SegmentSyntaxError": lambda: errors.SegmentSyntaxError(
        "a = 'b'", "a = '•'", (errors.Diagnostic(code="type", message="found text", start=4),)
    ),
    "UnknownName": lambda: errors.UnknownName("policy", "newst", ("newest",)),
}


def _subclasses(cls: type[EcrmError]) -> Iterator[type[EcrmError]]:
    yield cls
    for sub in cls.__subclasses__():
        yield from _subclasses(sub)


def _classes() -> list[type[EcrmError]]:
    modules()  # an error class may stand beside what raises it
    ours = {cls for cls in _subclasses(EcrmError) if cls.__module__.startswith("ecrm_core")}
    return sorted(ours, key=lambda cls: cls.__qualname__)


def _example(cls: type[EcrmError]) -> EcrmError:
    build = EXAMPLES.get(cls.__name__)
    return build() if build else cls("found a number", code="example", **FACTS)


def _state(error: BaseException) -> object:
    """Everything an error holds; errors inside it count by their own state."""
    if isinstance(error, BaseExceptionGroup):
        return type(error), str(error), vars(error), [_state(part) for part in error.exceptions]
    return type(error), str(error), vars(error)


@pytest.mark.parametrize("cls", _classes())
@pytest.mark.parametrize("again", [lambda e: pickle.loads(pickle.dumps(e)), copy.deepcopy])
def test_an_error_comes_back_whole(
    cls: type[EcrmError], again: Callable[[EcrmError], EcrmError]
) -> None:
    error = _example(cls)
    assert error.facts
    assert error.message
    assert error.code
    assert _state(again(error)) == _state(error)


@pytest.mark.parametrize("cls", _classes())
def test_every_class_has_its_own_code(cls: type[EcrmError]) -> None:
    assert "code" in vars(cls)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("$.ada@example.com[2]", "$.•••.com[2]"),
        ("$.x.+82 2-0000-0001", "$.x.•••"),
        ("$[12345678].b", "$[12345678].b"),
        ("$.a\nb.c", "$.•••.c"),
        ("$.이메일.address1", "$.이메일.address1"),
    ],
)
def test_a_path_masks_keys_that_look_like_personal_data(path: str, shown: str) -> None:
    assert errors.InputError("no", path=path).path == shown
