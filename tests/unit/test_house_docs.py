"""Every public object says what it is."""

import ast
import functools
import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.house import modules, trees

PORT_ROOMS = ("ecrm_core.adapters.", "ecrm_core.testing.")  # where ports are implemented

DESCRIPTORS = (functools.cached_property, property, classmethod, staticmethod)


def _rooms() -> list[ModuleType]:
    """Return the modules that declare what they offer; packages always must."""
    return [module for module in modules() if hasattr(module, "__all__")]


def _public(room: ModuleType) -> Iterator[tuple[str, object]]:
    for name in room.__all__:
        thing = getattr(room, name)
        if not isinstance(thing, ModuleType):
            yield name, thing


@functools.cache
def _documented_values() -> frozenset[str]:
    """Return the top-level names followed by a string: how a constant or alias is documented."""
    names = set()
    for tree in trees().values():
        for statement, following in zip(tree.body, tree.body[1:], strict=False):
            match statement, following:
                case (
                    ast.Assign(targets=[ast.Name(id=name)])
                    | ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str())),
                ):
                    names.add(name)
    return frozenset(names)


@functools.cache
def _port_methods() -> frozenset[str]:
    protocols = [
        thing
        for module in modules()
        if module.__name__.startswith("ecrm_core.ports")
        for thing in vars(module).values()
        if inspect.isclass(thing) and getattr(thing, "_is_protocol", False)
    ]
    return frozenset(name for protocol in protocols for name in vars(protocol) if name[0] != "_")


def _own_doc(thing: object, name: str) -> str:
    """Return a docstring written for this very object; generated ones do not count."""
    doc = vars(thing).get("__doc__") if inspect.isclass(thing) else inspect.getdoc(thing)
    return "" if not doc or doc.startswith(f"{name}(") else doc


def _methods(cls: type) -> Iterator[tuple[str, object]]:
    """Return the public methods and properties that a class defines itself."""
    implements_ports = cls.__module__.startswith(PORT_ROOMS)
    for name, member in vars(cls).items():
        excepted = name[0] == "_" or (implements_ports and name in _port_methods())
        excepted |= name.startswith("test_")  # the name of a contract is its sentence
        if not excepted and (inspect.isfunction(member) or isinstance(member, DESCRIPTORS)):
            yield name, member


def _undocumented(name: str, thing: object) -> bool:
    if name in _documented_values():
        return False
    thing = getattr(thing, "callback", thing)  # a subcommand is documented where it is written
    if inspect.isclass(thing) or inspect.isroutine(thing) or isinstance(thing, DESCRIPTORS):
        return not _own_doc(thing, name)
    return True


def test_every_room_says_what_it_offers() -> None:
    packages = {module.__name__ for module in modules() if hasattr(module, "__path__")}
    assert packages <= {room.__name__ for room in _rooms()}


@pytest.mark.parametrize("path", trees())
def test_every_module_has_a_caption(path: str) -> None:
    doc = ast.get_docstring(trees()[path])
    assert doc, f"{path} has no docstring"
    assert doc.splitlines()[0].endswith("."), "the caption is one sentence on one line"


@pytest.mark.parametrize("room", _rooms(), ids=lambda room: room.__name__)
def test_every_public_object_has_its_own_docstring(room: ModuleType) -> None:
    assert [name for name, thing in _public(room) if _undocumented(name, thing)] == []


@pytest.mark.parametrize("room", _rooms(), ids=lambda room: room.__name__)
def test_every_public_method_has_its_own_docstring(room: ModuleType) -> None:
    classes = [thing for _, thing in _public(room) if inspect.isclass(thing)]
    assert [
        f"{cls.__name__}.{name}"
        for cls in classes
        if cls.__module__.startswith("ecrm_core")
        for name, member in _methods(cls)
        if _undocumented(name, member)
    ] == []
