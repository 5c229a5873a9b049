"""A style sheet that is parsed once per theme, and styles the parts of widgets in place."""

from __future__ import annotations

from pathlib import Path

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

from ppp_tui.paths import shipped
from ppp_tui.tui.widgets.line_painter import PAINTER_CLASSES
from ppp_tui.tui.widgets.tones import TONE_CLASSES

# Its own is a function in Python that says the same, and is called for each rule whenever a widget is styled.
RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]  # replaced on purpose, as said above

SHARED_CLASSES = TONE_CLASSES | PAINTER_CLASSES
"""Component classes whose look depends on nothing but the theme."""


def screen_sheet(name: str) -> Path:
    """Return the style sheet of one screen. Raises FileNotFoundError, with a clear sentence, if it is missing."""
    return shipped(f"styles/screens/{name}.tcss")


class ThemeStylesheet(Stylesheet):
    """Style sheet that is parsed again only if a variable changed; an added source is parsed alone.

    Textual parses all sources anew whenever a theme is set, the first one too, and again for the first screen. And it
    makes a node for each component class of a widget whenever that widget is styled: forty for each screen that has
    tones, seven for each table, in cycles that only the garbage collector finds, a hundred nodes a second under keys.
    """

    _is_other_theme = True

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._shared: dict[str, DOMNode] = {}
        """The parts that look the same on all screens, by component class."""

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
        if self._is_other_theme:
            self._shared.clear()
        self._is_other_theme = False

    def _process_component_classes(self, node: DOMNode) -> None:
        kept, is_changed = node._component_styles, False  # noqa: SLF001  Textual's own method has it, too
        for component in sorted(node._get_component_classes()):  # noqa: SLF001  as above
            before = kept.get(component)
            part = None if before is None else before.node
            if component in SHARED_CLASSES:
                part = self._shared.get(component) or self._styled_shared(component, node)
                is_changed = is_changed or before is not part.styles
            elif part is None:
                part, is_changed = self._styled_part(component, node), True
            else:
                rules = part.styles.base.get_rules()
                # Rules that no longer match are not taken back by rules that do.
                part.styles.base.reset()
                self.apply(part, animate=False)
                is_changed = is_changed or rules != part.styles.base.get_rules()
            kept[component] = part.styles
        if is_changed:
            node.refresh()

    def _styled_shared(self, component: str, node: DOMNode) -> DOMNode:
        """Make a part whose look depends on nothing but the theme."""
        self._shared[component] = part = self._styled_part(component, node.app)
        return part

    def _styled_part(self, component: str, parent: DOMNode) -> DOMNode:
        part = DOMNode(classes=component)
        part._attach(parent)  # noqa: SLF001  as Textual does
        self.apply(part, animate=False)
        return part
