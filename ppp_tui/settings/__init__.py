"""What the user chose: four layers, checked as a whole before anything starts.

The command line outranks the environment, that the user's ``config.toml``, that the shipped one, which is the only
place where defaults stand.
"""

from __future__ import annotations

from ppp_tui.settings.layers import Choices, Origin
from ppp_tui.settings.load import Loaded, load
from ppp_tui.settings.problems import SettingsError
from ppp_tui.settings.schema import Settings

__all__ = ["Choices", "Loaded", "Origin", "Settings", "SettingsError", "load"]
