"""The base class of panes of text that read what they show."""

from __future__ import annotations

from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.detail_text import DetailText


class ReadText(DetailText):
    """Pane of text that reads from the database what it shows."""

    def __init__(self, ports: Ports, *, id: str, classes: str) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._ports = ports
