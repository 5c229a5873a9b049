"""What a screen or pane does that gets no answer from the database."""

from __future__ import annotations

import pytest
from textual.message import Message
from textual.message_pump import MessagePump

from ppp_tui.query.errors import QueryFailedError
from ppp_tui.tui.messages import ReadFailed
from ppp_tui.tui.panes.reading import read_or_report


class _Pane(MessagePump):
    """Reads a value, or fails with an error."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self._error = error
        self.shown: list[int] = []
        self.posted: list[Message] = []

    def post_message(self, message: Message) -> bool:
        self.posted.append(message)
        return True

    @read_or_report
    async def read(self, value: int, *, times: int = 1) -> None:
        if self._error is not None:
            raise self._error
        self.shown.append(value * times)


async def test_read_value_is_shown_and_nothing_reported() -> None:
    pane = _Pane()
    await pane.read(3, times=2)
    assert (pane.shown, pane.posted) == ([6], [])


async def test_query_that_fails_shows_nothing_and_is_reported_in_its_words() -> None:
    pane = _Pane(QueryFailedError("The database cannot be read: it is damaged."))
    await pane.read(3)
    assert pane.shown == []
    assert pane.posted == [ReadFailed("The database cannot be read: it is damaged.")]


async def test_fault_of_the_program_is_none_of_the_database() -> None:
    pane = _Pane(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await pane.read(3)
    assert pane.posted == []
