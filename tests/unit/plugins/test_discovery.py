"""Discovery: every plugin asked, none breaks another, and nothing happens before it is called."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import Distribution
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ecrm_core import plugins
from ecrm_core.customers import PROFILES
from ecrm_core.errors import PluginError
from ecrm_core.merging import LinkedKind
from ecrm_core.plugins import discovery
from ecrm_core.ports import Toolbox
from ecrm_core.quality import Evidence

Answer = Callable[[Toolbox], Any]


def quiet(*_: object) -> tuple[Evidence, ...]:
    return ()


def adding(name: str) -> Answer:
    return lambda tools: tools.add(tests={name: quiet})


def raising(error: BaseException) -> Answer:
    def plugin(_: Toolbox) -> Toolbox:
        raise error

    return plugin


def drops(tools: Toolbox) -> Toolbox:
    return Toolbox(owner=tools.owner)


def scribbles(tools: Toolbox) -> Toolbox:
    object.__setattr__(tools, "tests", Toolbox().tests)
    object.__setattr__(tools, "origins", {})
    raise ValueError


def writes(tools: Toolbox) -> Toolbox:
    tools.owner = "me"  # type: ignore[misc]
    return tools


class Entry:
    """An entry point as importlib.metadata gives it."""

    group = plugins.GROUP

    def __init__(self, distribution: str | None, answer: object, name: str = "main") -> None:
        self.name, self.value, self._answer = name, "module:function", answer
        self.dist = distribution and SimpleNamespace(name=distribution, version="1.0")

    def load(self) -> object:
        if isinstance(self._answer, ImportError):
            raise self._answer
        return self._answer


class Broken(Entry):
    """An entry point whose metadata cannot be read."""

    @property
    def dist(self) -> None:
        raise KeyError("Name")

    @dist.setter
    def dist(self, _: object) -> None:
        return


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def install(*entries: Entry) -> None:
        def found(*, group: str) -> list[Entry]:
            assert group == "ecrm_core.plugins"
            return list(entries)

        monkeypatch.setattr(discovery, "entry_points", found)

    return install


FAILURES: dict[str, tuple[object, str]] = {
    "cannot be imported": (ImportError("no module"), "raised ImportError"),
    "raises": (raising(ValueError("secret")), "raised ValueError"),
    "ends the program": (raising(SystemExit(3)), "raised SystemExit"),
    "is no function": (7, "raised TypeError"),
    "returns nothing": (lambda _: None, "returned NoneType, expected a Toolbox"),
    "returns something else": (lambda _: {"tests": {}}, "returned dict, expected a Toolbox"),
    "forgets the others": (drops, "without the quality test 'first' it was given"),
    "writes into its input": (writes, "raised FrozenInstanceError"),
    "scribbles over its input": (scribbles, "raised ValueError"),
    "takes a name": (adding("first"), "one of alpha, one of bad"),
    "brings a Kind without its index": (
        lambda tools: tools.add(LinkedKind(kind=PROFILES, by="by_customer")),
        "raised DefinitionError: the Kind 'profile' has no index 'by_customer'",
    ),
    "adds no tool": (lambda tools: tools.add(7), "found int, expected a Rule"),
}


@pytest.mark.parametrize("how", FAILURES)
def test_a_plugin_that_fails_is_named_and_the_others_are_there(
    how: str, installed: Callable[..., None]
) -> None:
    answer, said = FAILURES[how]
    installed(Entry("alpha", adding("first")), Entry("bad", answer, "evil"),
              Entry("zeta", adding("last")))  # fmt: skip
    found = plugins.discover()
    (error,) = found.errors
    assert isinstance(error, PluginError)
    assert said in str(error)
    assert "secret" not in str(error)
    assert (error.code, error.facts["distribution"], error.facts["entry"]) == (
        "plugin_entry", "bad", "evil",
    )  # fmt: skip
    assert [plugin.distribution for plugin in found.plugins] == ["alpha", "zeta"]
    assert {"first", "last"} <= set(found.tools.tests)
    assert found.tools.origin("tests", "first") == "alpha"
    assert f"failed: {error}" in str(found)


@pytest.mark.parametrize("entry", [Entry(None, adding("x")), Broken(None, adding("x"))])
def test_a_distribution_nobody_can_name_is_called_unknown(
    entry: Entry, installed: Callable[..., None]
) -> None:
    installed(entry)
    found = plugins.discover()
    assert found.tools.origin("tests", "x") == "an unknown distribution"
    assert str(found) == "an unknown distribution (main)"


def test_the_order_of_installing_does_not_matter(installed: Callable[..., None]) -> None:
    entries = [Entry("beta", adding("b")), Entry("alpha", adding("z"), "two"),
               Entry("alpha", adding("a"), "one")]  # fmt: skip
    installed(*entries)
    first = plugins.discover()
    installed(*reversed(entries))
    assert plugins.discover().plugins == first.plugins
    assert [plugin.entry for plugin in first.plugins] == ["one", "two", "main"]


def test_a_distribution_can_be_left_out_unloaded(installed: Callable[..., None]) -> None:
    installed(Entry("Acme_CRM", raising(AssertionError())), Entry("beta", adding("b")))
    found = plugins.discover(without=["acme-crm"])
    assert (len(found.plugins), found.errors) == (1, ())


def test_what_the_host_added_stays_and_stays_the_hosts(installed: Callable[..., None]) -> None:
    own = Toolbox().add(tests={"own": quiet})
    installed(Entry("alpha", adding("a")))
    found = plugins.discover(own)
    assert (found.tools.origin("tests", "own"), found.tools.owner) == ("the host", "the host")
    assert "a" not in own.tests


def test_real_entry_points_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gamma-2.dist-info").mkdir()
    (tmp_path / "gamma-2.dist-info" / "METADATA").write_text("Name: gamma\nVersion: 2\n")
    lines = "[ecrm_core.plugins]\nmain = a_module_that_is_not_there:plugin\n"
    (tmp_path / "gamma-2.dist-info" / "entry_points.txt").write_text(lines)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert Distribution.from_name("gamma").version == "2"
    (error,) = [e for e in plugins.discover().errors if e.facts["distribution"] == "gamma"]
    assert isinstance(error.__cause__, ModuleNotFoundError)
