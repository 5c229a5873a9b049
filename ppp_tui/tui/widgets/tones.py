"""Tones: the styles that text may have, by meaning instead of by colour.

A screen that lists `TONE_CLASSES` among its component classes gets the look of every tone from ``styles/tones.tcss``,
which knows theme tokens only. The widgets on it ask the screen, so that a look is worked out once and not for each of
them. Amber belongs to `needs-you` and red to `stuck`; nothing else may ask for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Literal, Unpack, get_args

from rich.style import Style
from textual.screen import Screen
from textual.widget import Widget

from ppp_tui.tui.widgets.guarded import Guarded, WidgetAttributes

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
    "rule",
    "ghost",
    "heat-1",
    "heat-2",
    "heat-3",
    "heat-4",
    "heat-5",
]
"""Names of all tones."""

TONES: Final[tuple[Tone, ...]] = get_args(Tone)
"""All tones, in order of declaration."""

SERIES: Final[tuple[Tone, ...]] = ("series-1", "series-2", "series-3", "series-4", "series-5", "series-6")
"""Tones for the lines and bars of charts, distinct from one another."""

HEAT: Final[tuple[Tone, ...]] = ("heat-1", "heat-2", "heat-3", "heat-4", "heat-5")
"""Tones from little to much: from dim to the accent."""

AGENT_TONES: Final[Mapping[str, Tone]] = {
    "claude": "series-4",
    "codex": "series-1",
    "gemini": "series-2",
    "opencode": "series-3",
    "qwen": "series-6",
    "copilot": "series-5",
}
"""The tone of each agent, the same on every screen."""

TONE_CLASSES: Final[frozenset[str]] = frozenset(f"tone--{tone}" for tone in TONES)
"""Component classes of a screen on which tones are painted."""


def agent_tone(agent_name: str) -> Tone:
    """Return the tone of an agent: a fixed one for known agents, else one that depends on its name alone."""
    return AGENT_TONES.get(agent_name) or SERIES[sum(agent_name.encode()) % len(SERIES)]


def agent_tones(agent_names: Sequence[str]) -> list[Tone]:
    """Return a tone for each agent, different among the first six: of two with one tone the later gets another."""
    tones: list[Tone] = []
    for name in agent_names:
        tone = agent_tone(name)
        free = [series for series in SERIES if series not in tones]
        tones.append(tone if tone not in tones else free[0] if free else "dim")
    return tones


class TonedScreen(Screen[None]):
    """Base class of screens whose widgets paint tones."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*TONE_CLASSES}


def tone_style(widget: Widget, tone: Tone) -> Style:
    """Return the style that `tone` adds to the one below it in the app's theme. The screen must list `TONE_CLASSES`."""
    return widget.screen.get_component_rich_style(f"tone--{tone}", partial=True)


class Toned(Guarded):
    """Base class of widgets that draw text in tones: the styles, made once for each theme."""

    def __init__(self, **attributes: Unpack[WidgetAttributes]) -> None:
        super().__init__(**attributes)
        self._styles: dict[Tone, Style] = {}

    def notify_style_update(self) -> None:
        """Draw in the new styles; called by Textual."""
        super().notify_style_update()
        self._styles.clear()

    def _style(self, tone: Tone) -> Style:
        style = self._styles.get(tone)
        if style is None:
            style = self.rich_style if tone == "text" else self._style("text") + tone_style(self, tone)
            self._styles[tone] = style
        return style
