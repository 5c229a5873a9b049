"""Screens know their app by its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.screen import ModalScreen

from ppp_tui.tui.widgets.tones import TONE_CLASSES, TonedScreen

if TYPE_CHECKING:
    from textual.events import Key

    from ppp_tui.tui.app import PppApp


class PppScreen(TonedScreen):
    """A screen of the dashboard."""

    KIND: ClassVar[str] = ""
    """Name by which the registry of actions knows the screen."""

    @property
    def ppp(self) -> PppApp:
        """The dashboard."""
        return cast("PppApp", self.app)

    def take_key(self, _event: Key) -> bool:
        """Use a key that nobody with the focus wanted, before it is looked up among the actions; whether it was."""
        return False


class PppModal(ModalScreen[None]):
    """A screen over another one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*TONE_CLASSES}

    @property
    def ppp(self) -> PppApp:
        """The dashboard."""
        return cast("PppApp", self.app)
