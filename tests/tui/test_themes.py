"""Themes can be read, say the same in every one of them, and style sheets know nothing but their tokens."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from ppp_tui.tui.themes.derived import contrast as contrast_of
from ppp_tui.tui.themes.derived import derived_themes, distance, readable
from ppp_tui.tui.themes.library import ThemeLibrary
from ppp_tui.tui.themes.palette import DARK, LIGHT, MONO, SIXTEEN, THEMES, choose_theme
from ppp_tui.tui.themes.user_files import read_user_themes
from ppp_tui.tui.widgets.tones import TONES

ROOT = Path(__file__).parents[2]
COLOURED = [*(theme for theme in THEMES if not theme.ansi), *derived_themes()]
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
def test_marked_matches_are_readable(theme: Theme) -> None:
    assert contrast(token(theme, "match"), token(theme, "match-background")) >= 4.5
    assert contrast(token(theme, "chip-foreground"), token(theme, "chip-background")) >= 4.5


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: str(theme.name))
def test_the_least_of_a_heat_map_and_the_shadow_of_a_bar_are_seen(theme: Theme) -> None:
    names = ["ghost", *(f"heat-{number}" for number in range(1, 6))]
    faint = {name: round(contrast(token(theme, name), token(theme, "background")), 2) for name in names}
    assert {name: ratio for name, ratio in faint.items() if ratio < 3} == {}


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: str(theme.name))
def test_series_of_a_chart_are_told_apart_and_from_alarms(theme: Theme) -> None:
    names = [*(f"series-{number}" for number in range(1, 7)), "needs-you", "stuck"]
    pairs = itertools.combinations(names[:6], 2), itertools.product(names[:6], names[6:])
    near = {
        (one, other): round(distance(token(theme, one), token(theme, other)))
        for one, other in itertools.chain(*pairs)
        if distance(token(theme, one), token(theme, other)) < 18
    }
    assert near == {}


def test_distance_is_measured_as_in_cie_lab() -> None:
    assert distance(Color.parse("white"), Color.parse("black")) == pytest.approx(100, abs=0.1)
    assert distance(Color.parse("#ff0000"), Color.parse("#ff0000")) == 0


def test_every_theme_has_every_token() -> None:
    themes = (*THEMES, *derived_themes())
    names = [set(theme.variables) - {"ansi-background", "ansi-foreground"} for theme in themes]
    missing = [sorted(names[0] ^ other) for other in names[1:]]
    assert [name for one in missing for name in one if not name.startswith("input-cursor")] == []


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: str(theme.name))
def test_amber_and_red_have_one_meaning_each(theme: Theme) -> None:
    own = {"needs-you", "stuck"}
    alarms = {theme.variables["needs-you"], theme.variables["stuck"]}
    others = {name for name, value in theme.variables.items() if value in alarms and name not in own}
    assert others == set()


def test_mono_theme_has_no_colours() -> None:
    mono = next(theme for theme in THEMES if theme.name == MONO)
    assert mono.ansi
    values = [value for name, value in mono.variables.items() if not name.endswith("-style")]
    assert set(values) == {"ansi_default"}


def test_every_tone_has_a_style() -> None:
    sheet = (ROOT / "styles" / "tones.tcss").read_text(encoding="utf-8")
    looks = set(re.findall(r"\.tone--([a-z0-9-]+) \{", sheet))
    assert looks == set(TONES) - {"text"}


@pytest.mark.parametrize("name", ["app", "tones", "line_table", "detail_text", "chart", "top_strip", "command_line"])
def test_style_sheets_know_tokens_only(name: str) -> None:
    sheet = (ROOT / "styles" / f"{name}.tcss").read_text(encoding="utf-8")
    without_comments = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    colours = re.findall(r"(?:color|background|border[a-z-]*|tint):[^;]*;", without_comments)
    assert colours
    assert [one for one in colours if not re.search(r"\$|none|transparent", one)] == []
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
def test_theme_follows_the_terminals_abilities(wanted: str, environ: dict[str, str], chosen: str) -> None:
    assert choose_theme(wanted, environ) == chosen


def test_contrast_by_which_colours_are_moved_is_that_of_the_standard() -> None:
    assert contrast_of(0.184, 1.0) == pytest.approx(4.48, abs=0.01)


def test_a_colour_is_moved_only_if_it_cannot_be_read() -> None:
    white, yellow, navy = (Color.parse(name) for name in ("#ffffff", "#ffe000", "#000080"))
    assert readable(navy, [white]) == navy
    moved = readable(yellow, [white])
    assert contrast(moved, white) >= 4.5
    assert moved.r > moved.b


def write_theme(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def test_a_theme_of_the_user_is_read_and_made_readable(tmp_path: Path) -> None:
    write_theme(tmp_path, "evening", 'background = "#202020"\nforeground = "#555555"\naccent = "#333388"\n')
    [theme], problems = read_user_themes(tmp_path)
    assert (theme.name, theme.dark, problems) == ("user:evening", True, ())
    poor = [name for name in TEXT for ground in GROUNDS if contrast(token(theme, name), token(theme, ground)) < 4.5]
    assert poor == []


def test_a_light_background_makes_a_light_theme(tmp_path: Path) -> None:
    write_theme(tmp_path, "paper", 'background = "#f8f4e8"\nforeground = "#222222"\naccent = "#005f87"\n')
    [theme], _ = read_user_themes(tmp_path)
    assert not theme.dark


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('background = "#202020"\n', "foreground is missing; accent is missing"),
        ("background = [", "is no TOML"),
        ('background = "red; }"\nforeground = "#fff"\naccent = "#123456"', 'background must be written like "#62b6de"'),
        ('background = "#202020"\nforeground = "#eeeeee"\naccent = "#123456"\nacent = "#1"', "acent is no colour"),
        ("x" * 20_000, "is larger than 16,384 bytes"),
        ("\x1b[31m = 1", "is no TOML"),
    ],
)
def test_invalid_theme_file_is_reported_with_its_path(tmp_path: Path, text: str, problem: str) -> None:
    write_theme(tmp_path, "wrong", text)
    themes, [told] = read_user_themes(tmp_path)
    assert themes == ()
    assert told.startswith(f"{tmp_path / 'wrong.toml'}: ")
    assert problem in told
    assert "\x1b" not in told


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    write_theme(tmp_path, "real", 'background = "#202020"\nforeground = "#eeeeee"\naccent = "#88aaff"\n')
    (tmp_path / "link.toml").symlink_to(tmp_path / "real.toml")
    themes, problems = read_user_themes(tmp_path)
    assert [theme.name for theme in themes] == ["user:real"]
    assert "link.toml: is no file of its own" in problems[0]


def test_names_that_could_be_mistaken_for_settings_are_refused(tmp_path: Path) -> None:
    write_theme(tmp_path, "Not A Name", "")
    assert "a theme is named by small letters" in read_user_themes(tmp_path).problems[0]


def test_missing_theme_is_reported_and_the_dark_one_shown(tmp_path: Path) -> None:
    registered: list[str] = []
    library = ThemeLibrary(lambda theme: registered.append(theme.name), tmp_path)
    assert (library.find("ppp-light"), len(registered)) == ("ppp-light", 4)
    assert library.find("user:gone") == DARK
    assert library.problems == (f"There is no theme user:gone; {tmp_path} holds none of that name.",)
    assert library.names()[-1] == "solarized-light"
