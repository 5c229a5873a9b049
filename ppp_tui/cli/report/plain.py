"""Makes text from files fit to be printed: what could steer a terminal is shown as a symbol."""

from __future__ import annotations

_OWN = str.maketrans("", "", "–≥─█…")
"""Characters of our own tables."""


def plain(text: str) -> str:
    """One line of harmless text."""
    bare = text.translate(_OWN)
    if bare.isascii() and bare.isprintable():
        return text
    from ppp_tui.text.sanitize import is_suspect, show  # its tables take a while: plain figures need none

    return show(text) if is_suspect(text) else text
