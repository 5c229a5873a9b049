"""The user's own themes: files ``themes/NAME.toml`` beside the settings file.

    background = "#10141a"
    foreground = "#d5dce4"
    accent = "#62b6de"
    good = "#7cc08c"        # and these, if wanted: notice, amber, red, extra

A file is read as data and nothing else. What cannot be read well is moved until it can; see `derived`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from textual.color import Color, ColorParseError
from textual.theme import Theme

from ppp_tui.settings.theme_names import USER_PREFIX
from ppp_tui.text.cells import cut
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.themes.derived import BaseColours, derive_palette
from ppp_tui.tui.themes.palette import coloured_theme

FOLDER = "themes"
"""Name of the folder, beside the settings file."""

MAX_FILE_BYTES, MAX_FILES = 16_384, 50
"""Maximum size and number of files that are read."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}\Z")
_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")
_DEFAULTS: Mapping[bool, BaseColours] = {
    True: BaseColours(
        background="",
        foreground="",
        accent="",
        good="#7cc08c",
        notice="#c3a0f0",
        amber="#f0b04c",
        red="#ff7a73",
        extra="#9fb4c8",
    ),
    False: BaseColours(
        background="",
        foreground="",
        accent="",
        good="#26693a",
        notice="#7139a8",
        amber="#855300",
        red="#b81f24",
        extra="#4a5a6a",
    ),
}
"""Defaults of colours that a file may leave out, on a dark and on a light ground."""

_REQUIRED = ("background", "foreground", "accent")


class UserThemes(NamedTuple):
    """The themes of a folder, and a sentence about each file that is not a theme."""

    themes: tuple[Theme, ...]
    problems: tuple[str, ...]


def read_user_themes(folder: Path) -> UserThemes:
    """Read all themes of a folder; empty without one. Links and large files are not read."""
    themes, problems = [], []
    try:
        paths = sorted(folder.glob("*.toml"))
    except OSError as error:
        return UserThemes((), (f"{folder}: {error.strerror or error}",))
    for path in paths[:MAX_FILES]:
        try:
            themes.append(_read_theme(path))
        except ValueError as error:
            problems.append(f"{plain(str(path))}: {plain(str(error))}")
    if len(paths) > MAX_FILES:
        problems.append(f"{folder}: only the first {MAX_FILES} themes are read.")
    return UserThemes(tuple(themes), tuple(problems))


def _read_theme(path: Path) -> Theme:
    """Read a theme. Raises ValueError with what is wrong."""
    if _NAME.match(path.stem) is None:
        raise ValueError("a theme is named by small letters, digits and hyphens, such as evening.toml")
    try:
        if path.is_symlink() or not path.is_file():
            raise ValueError("is no file of its own")
        with path.open("rb") as file:
            written = file.read(MAX_FILE_BYTES + 1)
        if len(written) > MAX_FILE_BYTES:
            raise ValueError(f"is larger than {MAX_FILE_BYTES:,} bytes")
        content = tomllib.loads(written.decode("utf-8-sig"))
    except OSError as error:
        raise ValueError(error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"is no TOML: {error}") from None
    colours = _checked(content)
    is_dark = Color.parse(colours.background).brightness < 0.5
    return coloured_theme(USER_PREFIX + path.stem, derive_palette(colours), is_dark=is_dark)


def _checked(content: Mapping[str, object]) -> BaseColours:
    """Return the colours of a file. Raises ValueError with every problem."""
    problems = [f"{name} is missing" for name in _REQUIRED if name not in content]
    for name, value in content.items():
        shown = cut(plain(name), 30)
        if name not in BaseColours._fields:
            problems.append(f"{shown} is no colour; there are {', '.join(BaseColours._fields)}")
        elif not isinstance(value, str) or _HEX.match(value) is None:
            problems.append(f'{shown} must be written like "#62b6de"')
    if problems:
        raise ValueError("; ".join(problems))
    written = {name: str(value) for name, value in content.items()}
    try:
        is_dark = Color.parse(written["background"]).brightness < 0.5
    except ColorParseError as error:
        raise ValueError(str(error)) from None
    return _DEFAULTS[is_dark]._replace(**written)
