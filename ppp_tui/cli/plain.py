"""Makes text from files fit to be printed: what could steer a terminal is shown as a symbol."""

from __future__ import annotations

from ppp_tui.tui.hostile import is_suspect, show


def plain(text: str) -> str:
    """One line of harmless text."""
    return show(text) if is_suspect(text) else text
