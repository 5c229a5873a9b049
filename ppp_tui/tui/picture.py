"""The screen as an SVG picture that asks nobody for anything."""

from __future__ import annotations

import re
from typing import Any

from textual.app import App

_FETCHED_FONT = re.compile(r",\s*url\([^)]*\) format\([^)]*\)")
"""Whoever opens a picture as Rich draws it has its font fetched from a server."""


def picture_of(app: App[Any]) -> str:
    """The screen as it is now; its text is in whatever font of even width the viewer has."""
    return _FETCHED_FONT.sub("", app.export_screenshot(title="ppp-tui"))
