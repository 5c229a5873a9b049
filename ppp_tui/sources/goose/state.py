"""What is remembered of Goose's sessions between two polls; nothing that a user, a model or a tool wrote."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.parser_state import StateCodec

MAX_SEEN = 400
"""Newest messages of a session that are known again; older ones are not looked at."""

MAX_PROMPTS = 40
"""Newest prompts of a session that can be taken back."""

MAX_CALLS = 60
"""Calls of a session that have no result yet."""


class GooseSession(msgspec.Struct, array_like=True):
    """The state of reading a session."""

    facts: dict[str, str] = {}
    """Hash of each fact that was emitted."""
    seen: dict[int, int] = {}
    """Hash of a message's identity to its time as it stands in its row."""
    floor: int = 0
    """Time before which no message is looked at."""
    ledger_id: int = 0
    """Number of the last request that was read."""
    turns: int = 0
    is_open: bool = False
    last_at: int = 0
    prompts: dict[str, int] = {}
    """Id of a prompt's message to the hash of its turn's key."""
    calls: dict[str, str] = {}
    """Id of each running call to its tool."""
    input_tokens: int = 0
    output_tokens: int = 0
    """Sums that were emitted for a session without a ledger, or that an import brought along."""
    is_import_known: bool = False
    """Whether the sums that an import brought along were set apart."""
    is_import_told: bool = False


class GooseState(msgspec.Struct, array_like=True):
    """The state of reading a database, or a session's own file."""

    marks: dict[int, int] = {}
    """Hash of a session's id to a number that moves whenever its rows do."""
    sessions: dict[str, GooseSession] = {}
    """Those that were read last, the newest at the end."""
    checksum: int = 0
    """Of a session's own file."""


CODEC = StateCodec(GooseState, "Goose")


def decode(content: bytes) -> GooseState:
    """Return the state in the bytes, a fresh one for anything else."""
    try:
        return CODEC.decode(content)
    except ValueError:
        return GooseState()
