"""Screens know their app by its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.screen import ModalScreen, Screen

if TYPE_CHECKING:
    from ppp_tui.tui.app import PppApp


class PppScreen(Screen[None]):
    """A screen of the dashboard."""

    @property
    def ppp(self) -> PppApp:
        """The dashboard."""
        return cast("PppApp", self.app)


class PppModal(ModalScreen[None]):
    """A screen over another one."""

    @property
    def ppp(self) -> PppApp:
        """The dashboard."""
        return cast("PppApp", self.app)
