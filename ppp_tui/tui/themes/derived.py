"""Palettes derived from a few colours: those of Textual's themes, and those of the user's files.

A colour that would be hard to read on one of its grounds is moved towards black or white until it can be read, as the
Web Content Accessibility Guidelines (WCAG 2.2, level AA) measure it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from textual.color import Color, rgb_to_lab
from textual.theme import BUILTIN_THEMES, Theme

from ppp_tui.tui.themes.palette import ThemePalette, coloured_theme

MIN_CONTRAST = 4.5
"""Minimum contrast of text at level AA of WCAG."""

TEXT_CONTRAST = 7.5
"""Contrast of plain text with its background, higher so that dim text differs from it."""

STEPS = 40
"""Number of steps in which a colour is moved."""

MIN_DISTANCE = 18.0
"""Distance in CIE Lab from which on two colours of a chart are told apart side by side."""

HUES, SATURATIONS = 24, (0.3, 0.5, 0.7)
"""Number of hues that are tried for a colour too near to another one, and the saturations that they have at least."""


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


def contrast(luminance: float, other: float) -> float:
    """Return the contrast ratio of WCAG 2.2, from 1 to 21, of two relative luminances."""
    return (max(luminance, other) + 0.05) / (min(luminance, other) + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (_linear(value / 255) for value in color.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def readable(color: Color, grounds: Iterable[Color], ratio: float = MIN_CONTRAST) -> Color:
    """Return a colour moved towards black or white as little as needed for its contrast with all grounds."""
    luminances = [_luminance(ground) for ground in grounds]
    end = Color(255, 255, 255) if luminances[0] < 0.18 else Color(0, 0, 0)
    for step in range(STEPS + 1):
        moved = color.blend(end, step / STEPS)
        own = _luminance(moved)
        if min(contrast(own, ground) for ground in luminances) >= ratio:
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
    amber = Color.parse(colours.amber)
    alarms = [Color.parse(on_all(color)) for color in (amber, red)]
    wanted = (accent, notice, good, rose, extra, good.blend(extra, 0.5))
    first, second, third, fourth, fifth, sixth = _apart(wanted, alarms, on_all)
    return ThemePalette(
        **{name: color.hex.lower() for name, color in grounds.items()},
        foreground=text.hex.lower(),
        dim=on_all(text.blend(ground, 0.42)),
        rule=ground.blend(text, 0.22).hex.lower(),
        accent=on_all(accent),
        good=on_all(good),
        notice=on_all(notice),
        amber=on_all(amber),
        red=on_all(red),
        rose=on_all(rose),
        series=(first, second, third, fourth, fifth, sixth),
    )


def distance(color: Color, other: Color) -> float:
    """Return the distance of two colours in CIE Lab: 0 for the same, about 2 for what the eye just tells apart."""
    first, second = rgb_to_lab(color), rgb_to_lab(other)
    return math.dist((first.L, first.a, first.b), (second.L, second.a, second.b))


def _apart(wanted: Iterable[Color], taken: Iterable[Color], on_all: Callable[[Color], str]) -> list[str]:
    """Return readable colours that are told apart from each other and from those taken, as few moved as possible.

    A colour too near to another one turns to the nearest hue that is far enough from all, else to the farthest one.
    """
    others, made = list(taken), []
    for color in wanted:
        best, farthest = color, -1.0
        for turned in itertools.chain([color], _turned(color)):
            seen = Color.parse(on_all(turned))
            far = min(distance(seen, other) for other in others)
            if far > farthest:
                best, farthest = seen, far
            if far >= MIN_DISTANCE:
                break
        others.append(best)
        made.append(best.hex.lower())
    return made


def _turned(color: Color) -> Iterator[Color]:
    """Yield a colour with other hues, pale ones first, of these the nearest to its own."""
    hue, own_saturation, lightness = color.hsl
    for saturation in SATURATIONS:
        for step in range(1, HUES // 2 + 1):
            for turn in (step, -step):
                yield Color.from_hsl((hue + turn / HUES) % 1, max(own_saturation, saturation), lightness)


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
