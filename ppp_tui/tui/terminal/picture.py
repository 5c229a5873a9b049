"""The screen as an SVG picture that loads nothing from the network."""

from __future__ import annotations

import re
from typing import Any

from textual.app import App

_FETCHED_FONT = re.compile(r",\s*url\([^)]*\) format\([^)]*\)")
"""The web font in Rich's pictures, which a viewer would fetch from a server."""


def picture_of(app: App[Any]) -> str:
    """Return the current screen as SVG; its text is in the viewer's monospace font."""
    return _FETCHED_FONT.sub("", app.export_screenshot(title="ppp-tui"))
