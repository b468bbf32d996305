"""Plugins: what installed packages add to the library, found when asked for and never before."""

from ecrm_core.plugins.discovery import GROUP, Discovery, Plugin, discover

__all__ = ["GROUP", "Discovery", "Plugin", "discover"]
