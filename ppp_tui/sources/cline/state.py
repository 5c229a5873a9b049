"""What is remembered of a task between two polls; nothing that a user, a model or a tool wrote."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.parser_state import StateCodec

MAX_WAITING = 20
"""Requests whose counts are waited for, the newest ones."""

MAX_TURNS = 60
"""Newest turns that can be taken back."""

MAX_STEPS = 60
"""Calls that have no result yet."""


class TaskState(msgspec.Struct, array_like=True):
    """The state of reading a task. Messages are known by their times, which no two of them share."""

    checksum: int = 0
    """Of the document that was read last."""
    next_message: int = 0
    """Place of the first message that is not settled."""
    last_at: int = 0
    """Time of the message before it."""
    facts: dict[str, str] = {}
    """Hash of each fact that was emitted."""
    is_open: bool = False
    turns: dict[int, int] = {}
    """Time of each turn's prompt to the hash of the turn's key."""
    taken_back: list[int] = []
    request: str = ""
    """Key of the newest request."""
    waiting: dict[int, str] = {}
    """Time of each request without counts to its model's name."""
    steps: dict[str, str] = {}
    """Key of each running call to its kind."""
    question_at: int = 0
    """Time of the question that is not answered, 0 for none."""
    waits: bool = False
    """The extension waits for the user's leave."""
    has_fresh_input: bool = False
    """A request showed that its prompt's count leaves the cache out, so all of the task do."""


CODEC = StateCodec(TaskState, "task")
