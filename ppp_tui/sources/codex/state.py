"""What the parser must remember between two readings of one rollout; bounded, whatever the length of the file."""

from __future__ import annotations

import msgspec

CALLS = 256
"""Calls that are remembered until their outputs come, and terminals that may still be polled."""


class ParserState(msgspec.Struct, array_like=True):
    """Where the parser stands."""

    facts: dict[str, str] = {}
    has_meta: bool = False
    is_bare: bool = False
    """The oldest form: items without envelope, so messages are taken from them."""
    has_usage_records: bool = False
    turn_id: str = ""
    is_open: bool = False
    has_prompt: bool = False
    has_spoken: bool = False
    total: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    """Input, cached, written, output and reasoning tokens of the thread so far."""
    has_total: bool = False
    window: int | None = None
    context: int = 0
    limits: dict[str, tuple[float, int]] = {}
    calls: dict[str, str] = {}
    """Open calls by id, with their tool's name."""
    terminals: dict[str, str] = {}
    """Running terminal sessions, with the call that started each."""
    polls: dict[str, str] = {}
    """Calls that only poll a terminal, with the call that started it."""


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
        raise ValueError(f"no state of a Codex parser: {error}") from error


def remember(remembered: dict[str, str], key: str, value: str) -> None:
    """Remember an entry, and forget the oldest ones beyond `CALLS`."""
    remembered[key] = value
    while len(remembered) > CALLS:
        del remembered[next(iter(remembered))]
