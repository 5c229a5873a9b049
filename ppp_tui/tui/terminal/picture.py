"""The screen as an SVG picture that loads nothing from the network."""

from __future__ import annotations

import re
from typing import Any

from textual.app import App

_FETCHED_FONT = re.compile(r",\s*url\([^)]*\) format\([^)]*\)")
"""The font in pictures that Rich draws: a viewer would fetch it from a server."""


def picture_of(app: App[Any]) -> str:
    """Return the screen as it is now; its text is in the monospace font of the viewer."""
    return _FETCHED_FONT.sub("", app.export_screenshot(title="ppp-tui"))
