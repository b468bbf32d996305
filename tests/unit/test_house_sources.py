"""What no file of the tree may hold: code made of data, hidden clocks, addresses of machines."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.house import ROOT, tracked_files, trees

BUILTINS = {"__import__", "compile", "eval", "exec"}
MODULES = {"marshal", "pickle", "random", "shelve", "socket", "ssl", "urllib.request", "yaml"}
CLOCKS = {
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("time", "time"),
    ("uuid", "uuid1"),
    ("uuid", "uuid4"),
}
ONLY_HERE = {
    "compile": "ecrm_core/segmentation/compile.py",  # its source is ours: test_compile.py reads it
    "exec": "ecrm_core/segmentation/compile.py",
    "datetime.now": "ecrm_core/crm/clock.py",
    "validate_email": "ecrm_core/customers/contact.py",
}
# In parts, so that this file names none of them.
HOSTS = ["py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian"]
MACHINE_PATH = re.compile(r"(?<![\w.~>)-])/(?:home|root|Users|work)/\w|[A-Z]:\\Users\\")


def _imports(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names):
            return [module, *(f"{module}.{alias.name}" for alias in names)]
    return []


def _forbidden(tree: ast.Module) -> Iterator[str]:
    """Yield each forbidden thing a source file does."""
    for node in ast.walk(tree):
        yield from MODULES.intersection(_imports(node))
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in BUILTINS:
                yield name
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                if (owner, name) in CLOCKS:
                    yield f"{owner}.{name}"
                elif name == "validate_email":
                    yield name
            case ast.ImportFrom(names=names):
                yield from (alias.name for alias in names if alias.name == "validate_email")


@pytest.mark.parametrize("path", trees())
def test_a_source_file_has_no_hidden_input(path: str) -> None:
    assert [what for what in _forbidden(trees()[path]) if ONLY_HERE.get(what) != path] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("eval('1')", ["eval"]),
        ("import pickle", ["pickle"]),
        ("from random import choice", ["random"]),
        ("from urllib import request", ["urllib.request"]),
        ("import datetime\ndatetime.datetime.now()", ["datetime.now"]),
        ("from email_validator import validate_email", ["validate_email"]),
        ("import re\nre.compile('a')\nclock.now()", []),
    ],
)
def test_the_check_bites(source: str, found: list[str]) -> None:
    assert list(_forbidden(ast.parse(source))) == found


EXTRAS = {
    "address": ("ecrm_core/adapters/address/",),
    "testing": ("ecrm_core/testing/",),
    "frames": ("ecrm_core/adapters/frames/",),
    "sql": ("ecrm_core/adapters/sql/",),
    "sqlalchemy": ("ecrm_core/adapters/sqlalchemy/",),
    "cli": ("ecrm_core/cli/", "ecrm_core/__main__.py"),
}


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Which distributions bring a package; to ask all of them takes a tenth of a second."""
    return packages_distributions()


@pytest.mark.parametrize("path", trees())
def test_a_source_file_imports_only_what_is_declared(path: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = list(project["dependencies"])
    for extra, folders in EXTRAS.items():
        if path.startswith(folders):
            declared += project["optional-dependencies"][extra]
    known = {re.split(r"[^\w-]", line)[0].replace("_", "-") for line in declared}
    packages = _distributions()
    for node in ast.walk(trees()[path]):
        for name in {dotted.partition(".")[0] for dotted in _imports(node)}:
            if name not in sys.stdlib_module_names | {"ecrm_core"}:
                assert {dist.lower().replace("_", "-") for dist in packages[name]} & known


def test_no_file_names_a_registry_or_a_path_of_a_machine() -> None:
    files = tracked_files()
    if not files:
        pytest.skip("not a git checkout: nothing says which files belong to the tree")
    found = []
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        if any(host in text for host in HOSTS) or MACHINE_PATH.search(text) or str(ROOT) in text:
            found.append(path.relative_to(ROOT).as_posix())
    assert found == []
