"""What the standard output can show: how wide it is, and whether it takes colours. Imports no library."""

from __future__ import annotations

import os
import sys
from typing import Literal

Tone = Literal["bold", "dim", "red", "yellow", "green", "cyan"]
"""How a part of a report stands out."""

_CODES: dict[Tone, str] = {"bold": "1", "dim": "2", "red": "31", "yellow": "33", "green": "32", "cyan": "36"}

MIN_WIDTH = 20
"""Columns below which no table is made to fit."""


def output_width() -> int | None:
    """Return how many columns the output has; None where it is no terminal and COLUMNS says nothing."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns) > 0:
        return max(MIN_WIDTH, int(columns))
    if not sys.stdout.isatty():
        return None
    try:
        return max(MIN_WIDTH, os.get_terminal_size(sys.stdout.fileno()).columns)
    except OSError:
        return None


def takes_colours() -> bool:
    """Return whether the output is a terminal with colours whose user did not refuse them by NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def paint(text: str, tone: Tone | None) -> str:
    """Return text between the escape sequences of a tone."""
    return f"\x1b[{_CODES[tone]}m{text}\x1b[0m" if tone and text.strip() else text
