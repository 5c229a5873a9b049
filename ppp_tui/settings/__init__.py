"""The user's settings: four layers, merged and checked as a whole before anything starts.

The command line outranks the environment, which outranks the user's ``config.toml``, which outranks the shipped one,
the only place of defaults. The check loads pydantic, so the names below are imported at their first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ppp_tui.settings.layers import Choices, Origin
    from ppp_tui.settings.loading import LoadedSettings, load
    from ppp_tui.settings.problems import SettingsError
    from ppp_tui.settings.schema import Settings

__all__ = ["Choices", "LoadedSettings", "Origin", "Settings", "SettingsError", "load"]

_HOMES = {
    "Choices": "layers",
    "LoadedSettings": "loading",
    "Origin": "layers",
    "Settings": "schema",
    "SettingsError": "problems",
    "load": "loading",
}


def __getattr__(name: str) -> Any:
    """Import and return a name of the room at its first use."""
    if name not in _HOMES:
        raise AttributeError(name)
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
