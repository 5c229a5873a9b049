"""Themes can be read, say the same in every one of them, and style sheets know nothing but their tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from ppp_tui.tui.themes import DARK, LIGHT, MONO, SIXTEEN, THEMES, choose_theme
from ppp_tui.tui.widgets.tones import TONES

ROOT = Path(__file__).parents[2]
COLOURED = [theme for theme in THEMES if not theme.ansi]
TEXT = (
    "foreground",
    "dim",
    "heading",
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
    "code",
    "accent",
    "series-1",
    "series-2",
    "series-3",
    "series-4",
    "series-5",
    "series-6",
)
GROUNDS = ("background", "surface", "panel", "cursor-background", "cursor-blurred-background", "fresh-background")


def luminance(color: Color) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def token(theme: Theme, name: str) -> Color:
    values = {**theme.to_color_system().generate(), **theme.variables}
    return Color.parse(values[name])


def test_contrast_is_measured_as_the_standard_does() -> None:
    assert contrast(Color.parse("black"), Color.parse("white")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("white")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: str(theme.name))
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_text_can_be_read(theme: Theme, ground: str) -> None:
    poor = {
        name: round(contrast(token(theme, name), token(theme, ground)), 2)
        for name in TEXT
        if contrast(token(theme, name), token(theme, ground)) < 4.5
    }
    assert poor == {}


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: str(theme.name))
def test_what_is_searched_for_can_be_read(theme: Theme) -> None:
    assert contrast(token(theme, "match"), token(theme, "match-background")) >= 4.5
    assert contrast(token(theme, "chip-foreground"), token(theme, "chip-background")) >= 4.5


def test_every_theme_has_every_token() -> None:
    names = [set(theme.variables) - {"ansi-background", "ansi-foreground"} for theme in THEMES]
    missing = [sorted(names[0] ^ other) for other in names[1:]]
    assert [[name for name in one if not name.startswith("input-cursor")] for one in missing] == [[], [], []]


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: str(theme.name))
def test_amber_and_red_mean_one_thing_only(theme: Theme) -> None:
    own = {"needs-you", "stuck"}
    alarms = {theme.variables["needs-you"], theme.variables["stuck"]}
    others = {name for name, value in theme.variables.items() if value in alarms and name not in own}
    assert others == set()


def test_no_colour_is_no_colour() -> None:
    mono = next(theme for theme in THEMES if theme.name == MONO)
    assert mono.ansi
    values = [value for name, value in mono.variables.items() if not name.endswith("-style")]
    assert set(values) == {"ansi_default"}


def test_every_tone_has_a_look() -> None:
    sheet = (ROOT / "styles" / "tones.tcss").read_text(encoding="utf-8")
    looks = set(re.findall(r"\.tone--([a-z0-9-]+) \{", sheet))
    assert looks == set(TONES) - {"text"}


@pytest.mark.parametrize("name", ["app", "tones", "line_table", "detail_text", "chart", "top_strip", "command_line"])
def test_style_sheets_know_tokens_only(name: str) -> None:
    sheet = (ROOT / "styles" / f"{name}.tcss").read_text(encoding="utf-8")
    without_comments = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    colours = re.findall(r"(?:color|background|border[a-z-]*|tint):[^;]*;", without_comments)
    assert colours
    assert [one for one in colours if "$" not in one and "none" not in one] == []
    assert re.findall(r"(?<![\w-])#[0-9a-fA-F]{3,8}\b(?=[^{]*;)", without_comments) == []


@pytest.mark.parametrize(
    ("wanted", "environ", "chosen"),
    [
        ("auto", {"COLORTERM": "truecolor", "TERM": "xterm"}, DARK),
        ("auto", {"TERM": "xterm-256color"}, DARK),
        ("auto", {"TERM": "linux"}, SIXTEEN),
        ("auto", {}, SIXTEEN),
        ("auto", {"TERM": "dumb"}, MONO),
        (LIGHT, {"TERM": "linux"}, LIGHT),
        ("no such theme", {"COLORTERM": "24bit"}, DARK),
        (LIGHT, {"NO_COLOR": "1", "COLORTERM": "truecolor"}, MONO),
        (LIGHT, {"NO_COLOR": ""}, LIGHT),
    ],
)
def test_the_terminal_chooses(wanted: str, environ: dict[str, str], chosen: str) -> None:
    assert choose_theme(wanted, environ) == chosen
