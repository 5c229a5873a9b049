"""Base of screens and panes that read: if a query fails, a notice says so and the screen goes on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual.message_pump import MessagePump

from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.tui.messages import ReadFailed
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.detail_text import DetailText

Node = TypeVar("Node", bound=MessagePump)
P = ParamSpec("P")


def read_or_report(
    method: Callable[Concatenate[Node, P], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[Node, P], Coroutine[Any, Any, None]]:
    """Make a method that reads end where the database does not answer, and post a message that says why."""

    @wraps(method)
    async def read(node: Node, /, *args: P.args, **keywords: P.kwargs) -> None:
        try:
            await method(node, *args, **keywords)
        except READ_ERRORS as error:
            node.post_message(ReadFailed(str(error)))

    return read


class ReadText(DetailText):
    """Pane of text that reads from the database what it shows."""

    def __init__(self, ports: Ports, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self._ports = ports
