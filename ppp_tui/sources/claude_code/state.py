"""What the parser must remember between two readings of one file; bounded, whatever the length of the file."""

from __future__ import annotations

import msgspec

MESSAGES = 64
"""Messages whose blocks may still be coming."""

STEPS = 256
"""Tool calls whose names are remembered until their results come."""

CHAIN = 128
"""Records of inline sub-agents by which later ones find their lane."""

UUIDS = 32
"""Records by which a summary is known to speak of this session."""


class Seen(msgspec.Struct, array_like=True):
    """One message so far."""

    key: str
    output: int
    has_stop: bool


class ParserState(msgspec.Struct, array_like=True):
    """Where the parser stands."""

    facts: dict[str, str] = {}
    messages: dict[str, Seen] = {}
    asking: dict[str, str] = {}
    """Open calls by id, with their tool's name."""
    lane: str = ""
    chain: dict[str, str] = {}
    """Record of an inline sub-agent to its lane."""
    uuids: list[str] = []
    is_titled: bool = False
    """The person, or the agent for the person, gave the session its title: a summary does not replace it."""
    last_at: int = 0


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ParserState)


def encode(state: ParserState) -> bytes:
    """The state as bytes."""
    return _encoder.encode(state)


def decode(state: bytes) -> ParserState:
    """A state from bytes, a fresh one from none. Raises ValueError for anything else."""
    if not state:
        return ParserState()
    try:
        return _decoder.decode(state)
    except msgspec.MsgspecError as error:
        raise ValueError(f"no state of a Claude Code parser: {error}") from error
