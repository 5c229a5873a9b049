"""Base classes of screens and modals, which know the dashboard by its protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual._styles_cache import StylesCache
from textual.events import Resize, ScreenResume
from textual.screen import ModalScreen, Screen

from ppp_tui.tui.terminal.compositor import FrugalCompositor
from ppp_tui.tui.widgets.guarded import Guarded
from ppp_tui.tui.widgets.tones import TONE_CLASSES, TonedScreen

if TYPE_CHECKING:
    from textual.events import Key
    from textual.message import Message

    from ppp_tui.tui.dashboard import Dashboard


class GuardedScreen(Screen[None], Guarded):
    """Screen that survives faults in messages, and redraws only cells that changed."""

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name, id, classes)
        self._compositor = FrugalCompositor()
        self._resumed_theme = ""

    @property
    def ppp(self) -> Dashboard:
        """The dashboard."""
        return cast("Dashboard", self.app)

    async def wait_for_parts(self) -> None:
        """Wait until the screen has all its widgets."""
        await self._mounted_event.wait()

    def on_unmount(self) -> None:
        """Drop cached drawings; Textual keeps the caches of up to a thousand widgets after their end."""
        StylesCache.get_inner_outer.cache_clear()
        self._compositor = FrugalCompositor()

    async def _dispatch_message(self, message: Message) -> None:
        # A screen hands its size on to the screens behind it, each of which answers with a resize event of its own. Two
        # sizes that are under way at once would replace each other without end: only the terminal's last one counts.
        if isinstance(message, Resize) and message.size != self.app.size:
            return
        if isinstance(message, ScreenResume):
            # Classes and new widgets apply their styles at once, so that only another theme is left to catch up on.
            message.refresh_styles = self._resumed_theme != self.app.theme
            self._resumed_theme = self.app.theme
        await super()._dispatch_message(message)


class PppScreen(TonedScreen, GuardedScreen):
    """Base class of the dashboard's screens."""

    KIND: ClassVar[str] = ""
    """Name of the screen in the registry of actions."""

    def take_key(self, _event: Key) -> bool:
        """Handle a key that the focused widget left, before actions are looked up. Return whether it was handled."""
        return False


class PppModal(ModalScreen[None], GuardedScreen):
    """Base class of screens over another one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*TONE_CLASSES}
