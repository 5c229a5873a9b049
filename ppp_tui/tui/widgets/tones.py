"""Tones: the few ways in which a piece of text may look, by meaning instead of by colour.

A screen that lists `TONE_CLASSES` among its component classes gets the look of every tone from ``styles/tones.tcss``,
which knows theme tokens only. The widgets on it ask the screen, so that a look is worked out once and not for each of
them. Amber belongs to `needs-you` and red to `stuck`; nothing else may ask for them.
"""

from __future__ import annotations

from typing import ClassVar, Final, Literal, get_args

from rich.style import Style
from textual.screen import Screen
from textual.widget import Widget

Tone = Literal[
    "text",
    "strong",
    "dim",
    "heading",
    "accent",
    "good",
    "notice",
    "needs-you",
    "working",
    "stuck",
    "idle",
    "stale",
    "effort-low",
    "effort-medium",
    "effort-high",
    "severity-minor",
    "severity-major",
    "severity-critical",
    "added",
    "removed",
    "hunk",
    "match",
    "code",
    "emphasis",
    "link",
    "series-1",
    "series-2",
    "series-3",
    "series-4",
    "series-5",
    "series-6",
]
"""Every tone there is."""

TONES: Final[tuple[Tone, ...]] = get_args(Tone)
"""All tones, in the order in which they are declared."""

SERIES: Final[tuple[Tone, ...]] = ("series-1", "series-2", "series-3", "series-4", "series-5", "series-6")
"""Tones for the lines and bars of charts, told apart from one another."""

TONE_CLASSES: Final[frozenset[str]] = frozenset(f"tone--{tone}" for tone in TONES)
"""Component classes of a screen on which tones are painted."""


class TonedScreen(Screen[None]):
    """A screen whose widgets may paint tones."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*TONE_CLASSES}


def tone_style(widget: Widget, tone: Tone) -> Style:
    """What `tone` adds to the style beneath it, in the app's theme. The widget's screen must list `TONE_CLASSES`."""
    return widget.screen.get_component_rich_style(f"tone--{tone}", partial=True)
