"""All themes by name; those beyond the shipped four are made when they are first needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.theme import Theme

from ppp_tui.tui.themes.palette import DARK, THEMES


class ThemeLibrary:
    """Names of all themes, registered with an app when they are used."""

    def __init__(self, register: Callable[[Theme], None], folder: Path | None = None) -> None:
        """Register the shipped four; the user's own lie in `folder`."""
        self._register = register
        self._folder = folder
        self._names: tuple[str, ...] | None = None
        self.problems: tuple[str, ...] = ()
        """Sentences about themes that were asked for and cannot be shown."""
        for theme in THEMES:
            register(theme)

    def names(self) -> tuple[str, ...]:
        """Return the names of all themes, the shipped four first and the user's own last."""
        if self._names is None:
            from ppp_tui.tui.themes.derived import derived_themes
            from ppp_tui.tui.themes.user_files import UserThemes, read_user_themes

            own = UserThemes((), ()) if self._folder is None else read_user_themes(self._folder)
            for theme in (*derived_themes(), *own.themes):
                self._register(theme)
            self.problems = own.problems
            self._names = tuple(theme.name for theme in (*THEMES, *derived_themes(), *own.themes))
        return self._names

    def find(self, name: str) -> str:
        """Return `name` if its theme can be shown; otherwise record a problem and return the dark theme's name."""
        if any(theme.name == name for theme in THEMES) or name in self.names():
            return name
        where = "" if self._folder is None else f"; {self._folder} holds none of that name"
        self.problems = (*self.problems, f"There is no theme {name}{where}.")
        return DARK
