"""What the user chose: four layers, checked as a whole before anything starts.

The command line outranks the environment, that the user's ``config.toml``, that the shipped one, which is the only
place where defaults stand. The check loads pydantic, so the names below come when they are asked for.
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
    """Import a name of the room when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(name)
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
