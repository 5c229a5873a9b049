"""Bases of widgets, which survive their own faults, such as lines that cannot be drawn, and name their parts.

Textual's containers and its plain text are here as widgets of that kind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypedDict, TypeVar, overload, runtime_checkable

from textual import containers, widgets
from textual.events import Unmount
from textual.geometry import Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget

from ppp_tui.tui.widgets.scroll_bar import KeptScrollBar

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.geometry import Region
    from textual.message import Message
    from textual.scrollbar import ScrollBar


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
        return super().render_lines(crop)


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
