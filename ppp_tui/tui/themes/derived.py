"""Palettes derived from a few colours: those of Textual's themes, and those of the user's files.

A colour that would be hard to read on one of its grounds is moved towards black or white until it can be read, as the
Web Content Accessibility Guidelines (WCAG 2.2, level AA) measure it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from ppp_tui.tui.themes.palette import ThemePalette, coloured_theme

MIN_CONTRAST = 4.5
"""Minimum contrast of text at level AA of WCAG."""

TEXT_CONTRAST = 7.5
"""Contrast of plain text with its background, higher so that dim text differs from it."""

STEPS = 40
"""Number of steps in which a colour is moved."""


class BaseColours(NamedTuple):
    """The colours that a palette is derived from."""

    background: str
    foreground: str
    accent: str
    good: str
    notice: str
    amber: str
    red: str
    extra: str
    """An additional colour for charts."""


_SHIPPED: Mapping[str, tuple[str, bool]] = {
    "nord-dark": ("nord", True),
    "nord-light": ("nord", False),
    "gruvbox-dark": ("gruvbox", True),
    "gruvbox-light": ("gruvbox", False),
    "catppuccin-dark": ("catppuccin-mocha", True),
    "catppuccin-light": ("catppuccin-latte", False),
    "solarized-dark": ("solarized-dark", True),
    "solarized-light": ("solarized-light", False),
}
"""Our names of Textual's themes; for one without a light variant its foreground becomes a background."""


def contrast(text: Color, ground: Color) -> float:
    """Return the contrast ratio of WCAG 2.2, from 1 to 21."""
    low, high = sorted((_luminance(text), _luminance(ground)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (_linear(value / 255) for value in color.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def readable(color: Color, grounds: Iterable[Color], ratio: float = MIN_CONTRAST) -> Color:
    """Return a colour moved towards black or white as little as needed for its contrast with all grounds."""
    wanted = list(grounds)
    end = Color(255, 255, 255) if _luminance(wanted[0]) < 0.18 else Color(0, 0, 0)
    for step in range(STEPS + 1):
        moved = color.blend(end, step / STEPS)
        if min(contrast(moved, ground) for ground in wanted) >= ratio:
            return moved
    return end


def derive_palette(colours: BaseColours) -> ThemePalette:
    """Return a whole palette derived from a few colours, with readable text on every ground."""
    ground, accent = Color.parse(colours.background), Color.parse(colours.accent)
    text = readable(Color.parse(colours.foreground), [ground], TEXT_CONTRAST)
    grounds = {
        "background": ground,
        "surface": ground.blend(text, 0.03),
        "panel": ground.blend(text, 0.07),
        "cursor": ground.blend(accent, 0.16),
        "cursor_blurred": ground.blend(text, 0.08),
        "fresh": ground.blend(Color.parse(colours.good), 0.12),
        "match": ground.blend(Color.parse(colours.notice), 0.18),
    }
    text = readable(text, grounds.values(), MIN_CONTRAST)

    def on_all(color: Color) -> str:
        return readable(color, grounds.values(), MIN_CONTRAST + 0.05).hex.lower()

    good, notice, red, extra = (
        Color.parse(written) for written in (colours.good, colours.notice, colours.red, colours.extra)
    )
    rose = red.blend(text, 0.45)
    series = _apart([on_all(color) for color in (accent, notice, good, rose, extra, good.blend(extra, 0.5))])
    return ThemePalette(
        **{name: color.hex.lower() for name, color in grounds.items()},
        foreground=text.hex.lower(),
        dim=on_all(text.blend(ground, 0.42)),
        rule=ground.blend(text, 0.22).hex.lower(),
        accent=on_all(accent),
        good=on_all(good),
        notice=on_all(notice),
        amber=on_all(Color.parse(colours.amber)),
        red=on_all(red),
        rose=on_all(rose),
        series=series,
    )


def _apart(colours: list[str]) -> tuple[str, str, str, str, str, str]:
    """Return six different colours; one that occurred before is moved a little."""
    made: list[str] = []
    for written in colours:
        color = Color.parse(written)
        while color.hex.lower() in made:
            red, green, blue = color.rgb
            color = Color(red, green, blue - 8 if blue > 128 else blue + 8)
        made.append(color.hex.lower())
    first, second, third, fourth, fifth, sixth = made
    return first, second, third, fourth, fifth, sixth


@cache
def derived_themes() -> tuple[Theme, ...]:
    """Return the themes that are derived from Textual's own."""
    return tuple(
        coloured_theme(name, derive_palette(_colours_of(BUILTIN_THEMES[base], is_dark=is_dark)), is_dark=is_dark)
        for name, (base, is_dark) in _SHIPPED.items()
    )


def _colours_of(theme: Theme, *, is_dark: bool) -> BaseColours:
    """Return the colours of a Textual theme, background and foreground swapped where needed."""
    background, foreground = theme.background or "#121212", theme.foreground or "#e0e0e0"
    if theme.dark != is_dark:
        light = Color.parse(foreground)
        background, foreground = light.blend(Color(255, 255, 255), 0.45).hex, background
    accent = theme.primary
    return BaseColours(
        background=background,
        foreground=foreground,
        accent=accent,
        good=theme.success or accent,
        notice=theme.accent or accent,
        amber=theme.warning or accent,
        red=theme.error or accent,
        extra=theme.secondary or accent,
    )
