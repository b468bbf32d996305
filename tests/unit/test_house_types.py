"""What stands in a public signature can be checked by whoever calls it."""

import ast
import pathlib
import re
from collections.abc import Iterator

import pytest

from tests.house import trees

ANY = re.compile(r"\bAny\b")
Definition = ast.FunctionDef | ast.ClassDef


def _offered(tree: ast.Module) -> set[str]:
    """Return what a module lists in its __all__."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                return set(ast.literal_eval(value))
    return set()


def _public(path: str) -> set[str]:
    """Return what the rooms around a file offer; a file on a floor of its own is a room."""
    folders = [parent.as_posix() for parent in pathlib.PurePosixPath(path).parents][:-2]
    rooms = [f"{folder}/__init__.py" for folder in folders] or [path]
    return {name for room in rooms if room in trees() for name in _offered(trees()[room])}


def _loose(tree: ast.Module, public: set[str]) -> Iterator[str]:
    """Yield the public functions, methods and fields of a file that take or give Any."""
    for node in tree.body:
        if isinstance(node, Definition) and node.name in public:
            yield from _loose_in(node)


def _loose_in(node: Definition) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef):
        if any(ANY.search(ast.unparse(part)) for part in (node.args, node.returns) if part):
            yield node.name
        return
    for member in node.body:
        match member:
            case ast.FunctionDef(name=name) if name[0] != "_" or name == "__init__":
                yield from (f"{node.name}.{found}" for found in _loose_in(member))
            case ast.AnnAssign(target=ast.Name(id=name), annotation=of) if name[0] != "_":
                if ANY.search(ast.unparse(of)):
                    yield f"{node.name}.{name}"


@pytest.mark.parametrize("path", trees())
def test_no_public_signature_says_any(path: str) -> None:
    assert list(_loose(trees()[path], _public(path))) == []


def test_the_check_bites() -> None:
    source = """
def f(a: int) -> list[Any]: ...
def g(a: Any) -> None: ...
class C:
    a: Any
    _b: Any
    def m(self, x: Any) -> None: ...
    def _n(self, x: Any) -> None: ...
"""
    assert list(_loose(ast.parse(source), {"C", "f"})) == ["f", "C.a", "C.m"]
