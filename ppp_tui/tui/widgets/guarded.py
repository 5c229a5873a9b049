"""Bases of widgets, which survive their own faults, such as lines that cannot be drawn, and name their parts.

Textual's containers and its plain text are here as widgets of that kind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypedDict, TypeVar, overload, runtime_checkable

from rich.segment import Segment
from textual import containers, widgets
from textual.color import Color
from textual.events import Unmount
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.filter import LineFilter
    from textual.message import Message


LEAST_ALIKE = 3
"""Lines that look the same from which on one of them is drawn in place of all."""

Kind = TypeVar("Kind", bound=Widget)


@runtime_checkable
class KeepsFaults(Protocol):
    """An app that goes on when a part of it failed."""

    def report_fault(self, error: Exception, node: DOMNode | None = None) -> bool:
        """Log a fault of `node` and report it. False if faults should end the program."""
        ...


class WidgetAttributes(TypedDict, total=False):
    """What every widget can be made with; see `textual.widget.Widget`."""

    name: str | None
    id: str | None
    classes: str | None


class Guarded(Widget):
    """Base of widgets whose faults the app logs instead of ending; it must be the last base class.

    Handlers and workers may ask for parts of the widget: none runs before there are any, or after they have gone.
    """

    # Textual asks for another layout when one gave a widget another size. It would come out the same: what a widget
    # shows depends on its size alone, and a scroll bar that appears asks for itself.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=False)

    _ground: Color | None = None

    def ground(self) -> Color:
        """Return the background below what is drawn: worked out once for each style, and not for each line."""
        if self._ground is None:
            self._ground = self.background_colors[1]
        return self._ground

    def notify_style_update(self) -> None:
        """Draw in the new styles; called by Textual."""
        super().notify_style_update()
        self._ground = None

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not _is_kept(self, error):
                raise

    def _get_dispatch_methods(
        self, method_name: str, message: Message
    ) -> Iterable[tuple[type, Callable[[Message], Awaitable[Any]]]]:
        # A widget that leaves has parts no more, or, if it was on its way in, never gets any: what it hears until its
        # end is for Textual alone.
        methods = super()._get_dispatch_methods(method_name, message)
        if not self._pruning or isinstance(message, Unmount):
            return methods
        return (pair for pair in methods if pair[0].__module__.startswith("textual."))

    async def _message_loop_exit(self) -> None:
        # Textual ends work only after the parts that it asks for have gone.
        self.workers.cancel_node(self)
        await super()._message_loop_exit()
        # What has gone refers to itself until the garbage collector comes round; its drawn lines need not wait.
        self.notify_style_update()
        self._styles_cache.clear()
        self.drop_content()

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The vertical scroll bar, made when it is first asked for."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = KeptScrollBar(thickness=self.scrollbar_size_vertical)
            bar.display = False
            self.app._start_widget(self, bar)  # noqa: SLF001  as Textual does
        return self._vertical_scrollbar

    def drop_content(self) -> None:
        """Let go of what the widget shows, which may be megabytes: called once it has gone."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region, empty ones if drawing them failed, so that the rest of the screen is drawn."""
        try:
            return self.draw_lines(crop)
        except Exception as error:
            if not _is_kept(self, error):
                raise
            return [Strip.blank(crop.width)] * crop.height

    def draw_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region."""
        if not self.children:
            return super().render_lines(crop)
        # A container is seen at its rim alone, where all lines but those at its ends look the same.
        above = max(crop.y, self.styles.gutter.top)
        below = min(crop.bottom, self.size.height - self.styles.gutter.bottom)
        if below - above < LEAST_ALIKE:
            return super().render_lines(crop)
        parts = [
            super(Guarded, self).render_lines(Region(crop.x, y, crop.width, height)) if height else []
            for y, height in ((crop.y, above - crop.y), (above, 1), (below, crop.bottom - below))
        ]
        return [*parts[0], *parts[1] * (below - above), *parts[2]]


class Container(containers.Container, Guarded):
    """Container that places what it holds as its styles say."""


class Vertical(containers.Vertical, Guarded):
    """Container of widgets that stand below one another."""


class Horizontal(containers.Horizontal, Guarded):
    """Container of widgets that stand side by side."""


class Static(widgets.Static, Guarded):
    """Text that does not scroll."""


def _is_kept(node: DOMNode, error: Exception) -> bool:
    app = node.app
    return isinstance(app, KeepsFaults) and app.report_fault(error, node)


class KeptScrollBar(ScrollBar, Guarded):
    """Vertical scroll bar whose rows are kept: Textual draws each anew, through all its layers, as a list grows.

    Rows that look the same are one strip, so that those that stay are not compared.
    """

    def __init__(self, *, thickness: int) -> None:
        super().__init__(vertical=True, name="vertical", thickness=thickness)
        self._filters: Sequence[LineFilter] = ()
        self._strips: dict[Segment, Strip] = {}

    def notify_style_update(self) -> None:
        """Draw in the new styles; called by Textual."""
        super().notify_style_update()
        self._strips.clear()

    def draw_lines(self, crop: Region) -> list[Strip]:
        """Return the strips of a region."""
        bar, width, height = self.render(), *self.size
        if not isinstance(bar, ScrollBarRender) or crop.column_span != (0, width):
            return super().draw_lines(crop)
        style = self.app.console.get_style(bar.style)
        if style.color is None or style.bgcolor is None:
            return super().draw_lines(crop)
        segments = bar.render_bar(
            size=height,
            virtual_size=bar.virtual_size,
            window_size=bar.window_size,
            position=bar.position,
            thickness=width,
            back_color=style.bgcolor,
            bar_color=style.color,
        ).segments
        filters = self.get_line_filters()
        if filters != self._filters:
            self._filters = filters
            self._strips.clear()
        return [self._strip(segment) for segment in list(segments)[crop.y : crop.bottom]]

    def _strip(self, segment: Segment) -> Strip:
        strip = self._strips.get(segment)
        if strip is None:
            strip = Strip([Segment(segment.text, self.rich_style + segment.style)])
            for line_filter in self._filters:
                strip = strip.apply_filter(line_filter, self.ground())
            self._strips[segment] = strip
        return strip


class WidgetPart(Generic[Kind]):
    """An attribute that is the only widget of a class below its owner, or the one with an id."""

    def __init__(self, kind: type[Kind], identity: str = "") -> None:
        """Look for a widget of that class; `identity` is its id, '' where there is one such widget only."""
        self._kind = kind
        self._identity = identity

    @overload
    def __get__(self, owner: None, _class: type[Widget]) -> WidgetPart[Kind]: ...

    @overload
    def __get__(self, owner: Widget, _class: type[Widget]) -> Kind: ...

    def __get__(self, owner: Widget | None, _class: type[Widget]) -> Kind | WidgetPart[Kind]:
        """Return the widget. Raises NoMatches before the owner is composed."""
        if owner is None:
            return self
        return owner.query_one(f"#{self._identity}", self._kind) if self._identity else owner.query_one(self._kind)
