"""Plugged: a plugin's functions called; what they do wrong is told by whose they are."""

from __future__ import annotations

from collections.abc import Callable

from ecrm_core.errors import PluginError

__all__ = ["call_plugged", "plugin_fault"]


def call_plugged(
    function: Callable[..., object], *given: object, entry: str, origin: str
) -> object:
    """Return what a plugin's function returns; PluginError (code "plugin_function") if it raises.

    The error names the class of what was raised and not its text, nor is it chained to it: the
    function has seen a customer's data, and its words may repeat them.
    """
    raised = ""
    try:
        return function(*given)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        raised = type(error).__name__
    raise plugin_fault(f"raised {raised}", entry=entry, origin=origin, error=raised)


def plugin_fault(found: str, *, entry: str, origin: str, **facts: object) -> PluginError:
    """Return the error about a plugin's function: which one, whose, and what it did."""
    whose = origin or "an unknown distribution"
    return PluginError(
        f"{entry} of {whose} {found}",
        code="plugin_function",
        distribution=origin,
        entry=entry,
        **facts,
    )
