"""Names of themes that settings may hold; the dashboard makes the themes."""

from __future__ import annotations

from ppp_tui.model.patterns import lazy_pattern

THEME_NAMES = (
    "auto",
    "ppp-dark",
    "ppp-light",
    "ppp-16",
    "ppp-mono",
    "nord-dark",
    "nord-light",
    "gruvbox-dark",
    "gruvbox-light",
    "catppuccin-dark",
    "catppuccin-light",
    "solarized-dark",
    "solarized-light",
)
"""The shipped themes, and `auto` for the one that the terminal can show."""

USER_PREFIX = "user:"
"""Prefix of the name of a theme of the user's own: ``user:evening`` is the file ``themes/evening.toml``."""

_USER_NAME = lazy_pattern(r"user:[a-z0-9][a-z0-9-]{0,30}\Z")


def is_theme_name(value: object) -> bool:
    """Return whether settings may hold a value as the name of a theme."""
    return isinstance(value, str) and (value in THEME_NAMES or _USER_NAME.match(value) is not None)
