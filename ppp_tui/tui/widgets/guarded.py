"""Widgets that survive their own faults, such as lines that cannot be drawn, and handle nothing once they leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual.events import Unmount
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.geometry import Region
    from textual.message import Message


@runtime_checkable
class KeepsFaults(Protocol):
    """An app that goes on when a part of it failed."""

    def report_fault(self, error: Exception, node: DOMNode | None = None) -> bool:
        """Log a fault of `node` and report it. False if faults should end the program."""
        ...


class Guarded(Widget):
    """Base of widgets whose faults the app logs instead of ending; it must be the last base class.

    Handlers and workers may ask for parts of the widget: none runs before there are any, or after they have gone.
    """

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


def _is_kept(node: DOMNode, error: Exception) -> bool:
    app = node.app
    return isinstance(app, KeepsFaults) and app.report_fault(error, node)
