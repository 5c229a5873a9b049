"""What a `LineTable` tells its surroundings; handlers are named ``on_line_table_selected`` and so on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from ppp_tui.tui.widgets.lines import Key

if TYPE_CHECKING:
    from ppp_tui.tui.widgets.line_table import LineTable


@dataclass
class TableMessage(Message):
    """Anything that a table says."""

    table: LineTable

    @property
    def control(self) -> LineTable:
        """The table that sent the message."""
        return self.table


@dataclass
class Highlighted(TableMessage, namespace="line_table"):
    """The cursor stands on another row."""

    key: Key
    index: int

    def can_replace(self, message: Message) -> bool:
        """A later row of the same table is all that matters."""
        return isinstance(message, Highlighted) and message.table is self.table


@dataclass
class Selected(TableMessage, namespace="line_table"):
    """Enter, or a double click, on a row."""

    key: Key
    index: int


@dataclass
class Marked(TableMessage, namespace="line_table"):
    """The person marked a row, or took the mark away."""

    key: Key
    is_marked: bool


@dataclass
class Sorted(TableMessage, namespace="line_table"):
    """The title of a column was clicked."""

    column_key: str


@dataclass
class FollowChanged(TableMessage, namespace="line_table"):
    """The table follows its tail from now on, or no longer."""

    is_following: bool


@dataclass
class Failed(TableMessage, namespace="line_table"):
    """Rows could not be read; the table keeps what it has, and tries again when it is moved or told to."""

    error: Exception
