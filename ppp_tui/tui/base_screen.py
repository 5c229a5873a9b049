"""Base classes of screens and modals, which know the dashboard by its protocol."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual._styles_cache import StylesCache
from textual.events import Resize, ScreenResume
from textual.screen import ModalScreen, Screen
from textual.scrollbar import ScrollBar
from textual.widget import Widget

from ppp_tui.tui.terminal.compositor import FrugalCompositor
from ppp_tui.tui.widgets.guarded import Guarded
from ppp_tui.tui.widgets.tones import TONE_CLASSES, TonedScreen

if TYPE_CHECKING:
    from textual.app import App
    from textual.events import Key
    from textual.geometry import Region, Size
    from textual.message import Message
    from textual.messages import Layout
    from textual.strip import Strip

    from ppp_tui.tui.dashboard import Dashboard


GATHERED_S = 0.1
"""What asks for a layout while the screen reads waits for the rest of it, but no longer than so many seconds; it is
drawn at once where it stands."""

LOOK_S = 0.002
"""Seconds between two looks whether a new screen still reads."""

QUIET_TURNS = 30
"""Turns of the event loop without any reading after which none follows from what was read before."""


class GuardedScreen(Screen[None], Guarded):
    """Screen that survives faults in messages, redraws only cells that changed, and is new until its first picture."""

    HELD_S: ClassVar[float] = 0.05
    """The screen is drawn when what it reads first is there, but no later than so many seconds after it has its
    widgets: each picture of a part of it would take as long as one of the whole."""

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name, id, classes)
        self._compositor = FrugalCompositor()
        self._resumed_theme = ""
        self._is_held = True
        self._first_picture: asyncio.Task[None] | None = None
        self._next_layout: asyncio.Task[None] | None = None
        self._unseen_focus: Widget | None = None
        """The widget that lost the focus as it was hidden."""

    @property
    def ppp(self) -> Dashboard:
        """The dashboard."""
        return cast("Dashboard", self.app)

    # The first picture

    async def _open(self) -> None:
        """Wait until the screen has its widgets and has read what they show first, then draw it."""
        await self.wait_for_parts()
        try:
            is_read = await self._until_read(self.HELD_S)
        finally:
            self._is_held = False
        if self.is_attached and self.is_current:
            self._repaint_required = True
            if is_read:
                super()._on_timer_update()
            else:
                # What is still read has its layout with what comes last.
                self._on_timer_update()

    async def _until_read(self, most_s: float) -> bool:
        """Wait until nothing is read for this screen, nor follows from what was read; return false after `most_s`."""
        now_s = asyncio.get_running_loop().time
        end_s, turns = now_s() + most_s, 0
        while turns < QUIET_TURNS and now_s() < end_s:
            turns = 0 if self._is_reading else turns + 1
            await asyncio.sleep(0 if turns else LOOK_S)
        return turns >= QUIET_TURNS

    async def _lay_out(self) -> None:
        """Lay the screen out once all is there that is read now: each part of it would ask for a layout of its own."""
        await self._until_read(GATHERED_S)
        # In the screen's own turn, where faults are caught.
        self.call_next(self._lay_out_now)

    def _lay_out_now(self) -> None:
        self._next_layout = None
        if self.is_attached:
            super()._on_timer_update()

    @property
    def _is_reading(self) -> bool:
        # The screen of a widget that has gone cannot be asked for.
        return any(self in worker.node.ancestors_with_self for worker in self.app.workers if not worker.is_finished)

    def _screen_resized(self, size: Size) -> None:
        # A screen is told of its size again whenever it, or one over it, comes into sight.
        if self._size != size:
            super()._screen_resized(size)

    async def _on_layout(self, message: Layout) -> None:
        # Whoever has a scroll bar asks for a layout as it appears or goes; the bar itself asks for one too many.
        if not isinstance(message.widget, ScrollBar):
            await super()._on_layout(message)
        else:
            message.stop()
            message.prevent_default()

    def _compositor_refresh(self) -> None:
        if not self._is_held:
            super()._compositor_refresh()

    def _on_timer_update(self) -> None:
        if self._is_held:
            self._update_timer.pause()
            return
        if not self._layout_required:
            super()._on_timer_update()
            return
        if self._next_layout is None:
            self._next_layout = asyncio.create_task(self._lay_out(), name="layout")
        # What changed is drawn where it stands; what has no place yet, and who waits for the picture, waits for the
        # layout.
        callbacks, self._callbacks = self._callbacks, []
        unplaced = self._dirty_widgets - self._compositor.visible_widgets.keys()
        self._dirty_widgets -= unplaced
        self._layout_required = False
        super()._on_timer_update()
        self._layout_required = True
        self._dirty_widgets |= unplaced
        self._callbacks = callbacks

    # The focus

    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        """Move the focus from a widget that has gone or was hidden, and keep in mind from where."""
        if not avoiding and widget in self.focus_chain:
            # It was hidden for a moment, and is shown again by the time that it hears of it.
            return
        if self.focused is widget and not avoiding:
            self._unseen_focus = widget
        super()._reset_focus(widget, avoiding)

    def restore_focus(self) -> None:
        """Give the focus back to the widget that lost it as it was hidden, if nothing else has it and it is shown."""
        widget, self._unseen_focus = self._unseen_focus, None
        if widget is not None and self.focused is None and widget in self.focus_chain:
            widget.focus()
        elif self.focused is None:
            self._unseen_focus = widget

    async def wait_for_parts(self) -> None:
        """Wait until the screen has all its widgets."""
        await self._mounted_event.wait()

    def _post_register(self, app: App[object]) -> None:
        super()._post_register(app)
        # Every widget is styled as it is registered.
        self._resumed_theme = app.theme

    def on_unmount(self) -> None:
        """Drop cached drawings; Textual keeps the caches of up to a thousand widgets after their end."""
        StylesCache.get_inner_outer.cache_clear()
        self._compositor = FrugalCompositor()
        for task in (self._first_picture, self._next_layout):
            if task is not None:
                task.cancel()

    async def _dispatch_message(self, message: Message) -> None:
        # A screen hands its size on to the screens behind it, each of which answers with a resize event of its own. Two
        # sizes that are under way at once would replace each other without end: only the terminal's last one counts.
        if isinstance(message, Resize) and message.size != self.app.size:
            return
        if isinstance(message, ScreenResume):
            # Classes and new widgets apply their styles at once, so that only another theme is left to catch up on.
            message.refresh_styles = self._resumed_theme != self.app.theme
            self._resumed_theme = self.app.theme
            if self._first_picture is None:
                self._first_picture = asyncio.create_task(self._open(), name="first picture")
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

    def draw_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region: unlike another container's, those of the screen below, each of its own."""
        return Widget.render_lines(self, crop)
