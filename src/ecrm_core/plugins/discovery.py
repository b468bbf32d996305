"""Discover: every installed plugin asked in turn; one that fails is told and breaks no other."""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from attrs import evolve, field, frozen

from ecrm_core.errors import EcrmError, PluginError
from ecrm_core.ports import SEAMS, Toolbox

__all__ = ["GROUP", "Discovery", "Plugin", "discover"]

GROUP: Final = "ecrm_core.plugins"
"""The entry-point group of plugins, the only one."""
_UNKNOWN = "an unknown distribution"


@frozen(kw_only=True)
class Plugin:
    """One entry point: its name, the function it stands for, the distribution and its version."""

    entry: str
    function: str
    distribution: str = _UNKNOWN
    version: str = ""

    def __str__(self) -> str:
        """Show distribution, version and entry."""
        return f"{self.distribution} {self.version}".rstrip() + f" ({self.entry})"


@frozen(kw_only=True)
class Discovery:
    """What came of asking: the ``tools`` of all ``plugins`` that answered, and the ``errors``.

    Each error names its plugin in ``facts["distribution"]`` and ``facts["entry"]``; its cause is
    chained to it.
    """

    tools: Toolbox
    plugins: tuple[Plugin, ...] = ()
    errors: tuple[PluginError, ...] = field(default=(), eq=False)

    def __str__(self) -> str:
        """Return a line for each plugin, and for each error."""
        lines = [*map(str, self.plugins), *(f"failed: {error}" for error in self.errors)]
        return "\n".join(lines) or "no plugins"


def discover(tools: Toolbox | None = None, *, without: Collection[str] = ()) -> Discovery:
    """Return the toolbox (by default an empty one) with what the installed plugins add to it.

    A plugin is an entry point in the group ``ecrm_core.plugins`` for a function that takes a
    Toolbox and returns it with more in it. They are asked in the order of distribution and entry.
    ``without`` names distributions that are not even imported. Never raises for a plugin that
    cannot be imported, raises, or returns something else: that is one of ``errors``.
    """
    held = tools if tools is not None else Toolbox()
    plugins: list[Plugin] = []
    errors: list[PluginError] = []
    left_out = {_normal(name) for name in without}
    found = [(_plugin(entry), entry) for entry in entry_points(group=GROUP)]
    for plugin, entry in sorted(found, key=lambda each: (str(each[0]), each[0].function)):
        if _normal(plugin.distribution) in left_out:
            continue
        try:
            held = _added(plugin, entry, held)
            plugins.append(plugin)
        except PluginError as error:
            errors.append(error)
    return Discovery(tools=held, plugins=tuple(plugins), errors=tuple(errors))


def _plugin(entry: EntryPoint) -> Plugin:
    """Return what an entry point says of itself; its metadata may be missing or broken."""
    name = version = None
    try:
        if entry.dist is not None:
            name, version = entry.dist.name, entry.dist.version
    except Exception:  # noqa: BLE001 - metadata nobody can read
        name = None
    return Plugin(
        entry=entry.name, function=entry.value, distribution=name or _UNKNOWN, version=version or ""
    )


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _added(plugin: Plugin, entry: EntryPoint, tools: Toolbox) -> Toolbox:
    """Return the toolbox as the plugin leaves it; PluginError when it cannot be used."""
    try:
        # Its own copy, so that whatever it does to it, what others added stays as it is.
        found = entry.load()(evolve(tools, owner=plugin.distribution))
    except (Exception, SystemExit) as error:
        told = f": {error.message}" if isinstance(error, EcrmError) else ""
        message = f"raised {type(error).__name__}{told}"
        raise _failed(plugin, message, error=type(error).__name__) from error
    if not isinstance(found, Toolbox):
        raise _failed(plugin, f"returned {type(found).__name__}, expected a Toolbox")
    lost = _lost(tools, found)
    if lost:
        raise _failed(plugin, f"returned a Toolbox without the {lost} it was given")
    return evolve(found, owner=tools.owner)


def _lost(before: Toolbox, after: Toolbox) -> str:
    """Return the first thing the plugin took out or replaced; empty: nothing."""
    for seam, word in SEAMS.items():
        held, left = getattr(before, seam), getattr(after, seam)
        for name in held:
            if name not in left or left[name] is not held[name]:
                return f"{word} {name!r}"
    return ""


def _failed(plugin: Plugin, found: str, **facts: object) -> PluginError:
    return PluginError(
        f"the plugin {plugin.entry!r} of {plugin.distribution} {found}",
        code="plugin_entry",
        distribution=plugin.distribution,
        entry=plugin.entry,
        **facts,
    )
