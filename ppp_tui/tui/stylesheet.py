"""A style sheet that is parsed once per theme."""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class ThemeStylesheet(Stylesheet):
    """Style sheet that is parsed again only if a variable changed; an added source is parsed alone.

    Textual parses all sources anew whenever a theme is set, the first one too, and again for the first screen.
    """

    _is_other_theme = True

    def set_variables(self, variables: dict[str, str]) -> None:
        """Set the variables of a theme."""
        if variables != self._variables:
            self._is_other_theme = True
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what was not parsed with the current variables. Raises StylesheetError."""
        if self._is_other_theme or self._require_parse:
            self.parse()

    def parse(self) -> None:
        """Parse the sources that were added. Raises StylesheetError."""
        super().parse()
        self._is_other_theme = False
