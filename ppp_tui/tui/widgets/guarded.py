"""Widgets that survive their own faults: a message that cannot be handled, lines that cannot be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

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
    """Base of widgets whose faults the app logs instead of ending; it must be the last base class."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not _is_kept(self, error):
                raise

    async def _message_loop_exit(self) -> None:
        await super()._message_loop_exit()
        # What has gone refers to itself until the garbage collector comes round; its drawn lines need not wait.
        self.notify_style_update()
        self._styles_cache.clear()

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
