"""What is remembered of an OpenCode database between two polls: of each session a mark, of the newest ones more."""

from __future__ import annotations

import msgspec

MAX_MESSAGES = 40
"""Newest messages of a session that may still change; older ones are read once."""

MAX_PARTS = 1000
"""Parts of those messages that are remembered."""

MAX_PROMPTS = 40
"""Newest prompts of a session that can be taken back."""

MAX_CHILDREN = 50
"""Sub-agents of a session whose call is remembered."""

PROMPT, USAGE, ENDED, SILENT = 1, 2, 4, 8
"""What was read of a message: its prompt, its tokens, its end; or that it says nothing."""

STARTED, FINISHED = 1, 2
"""What was read of a part."""


class SessionState(msgspec.Struct, array_like=True):
    """The state of reading a session."""

    facts: dict[str, str] = {}
    read_to: int = 0
    """The greatest time of change among the rows that were read, in Unix milliseconds."""
    floor_at: int = 0
    floor_id: str = ""
    """Time and id of the oldest message that may still change."""
    turns: int = 0
    turn_key: str = ""
    is_open: bool = False
    last_at: int = 0
    """Time of the last event."""
    context_tokens: int = 0
    compaction: str = ""
    """What asked for the compaction that comes next."""
    messages: dict[str, int] = {}
    """Id of a message to what was read of it."""
    parts: dict[int, int] = {}
    """Hash of a part's id to what was read of it."""
    prompts: dict[str, int] = {}
    """Id of a prompt to the hash of its turn's key, in the order of the conversation."""
    taken_back: list[int] = []
    """Hashes of the keys of turns that are taken back."""
    children: dict[str, str] = {}
    """Sub-agent's session to the key of its call."""
    is_refused: bool = False
    """The user refused a call of the open answer, or dismissed its question: the agent stops after it."""


class DatabaseState(msgspec.Struct, array_like=True):
    """The state of reading a database."""

    marks: dict[int, int] = {}
    """Hash of a session's id to a number that moves whenever its rows do."""
    sessions: dict[str, SessionState] = {}
    """Those that were read last, the newest at the end."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(DatabaseState)


def encode(state: DatabaseState) -> bytes:
    """Return the state as bytes."""
    return _encoder.encode(state)


def decode(content: bytes) -> DatabaseState:
    """Return the state in the bytes, a fresh one for anything else."""
    try:
        return _decoder.decode(content) if content else DatabaseState()
    except msgspec.MsgspecError:
        return DatabaseState()
