"""What the parser of Gemini CLI's sessions remembers between two readings."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from ppp_tui.sources.parser_state import StateCodec, untitled

MAX_MESSAGES = 2000
"""Messages that are remembered; only the newest are written again."""

MAX_CALLS = 500
"""Calls that are remembered."""

PROMPT, TEXT, USAGE, TAKEN_BACK = 1, 2, 4, 8
"""What was read of a message: it is a prompt, its text, its tokens; and that a rewind took it back."""

STARTED, FINISHED = 1, 2
"""What was read of a call."""


class GeminiState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    facts: dict[str, str] = {}
    messages: dict[int, int] = {}
    """Hash of a message's id to what was read of it, in the order of the conversation."""
    calls: dict[int, int] = {}
    """Hash of a call's id to what was read of it."""
    condensed: dict[int, int] = {}
    """Hashes of the messages that stand for a condensed conversation."""
    context_tokens: int = 0
    """What the conversation took of the window at the last request."""
    is_interrupted: bool = False
    """The user cancelled the open turn: calls that are recorded after it do not open it again."""
    has_turn: bool = False
    has_begun: bool = False
    """A message was read: a session that was only opened says nothing of itself."""
    waiting_facts: dict[str, str] = {}
    """Facts by name that are emitted with the first message."""


def _without_text(state: GeminiState) -> GeminiState:
    """Return a copy that holds nothing of what users, models and tools wrote."""
    return replace(state, facts=untitled(state.facts), waiting_facts=untitled(state.waiting_facts))


CODEC = StateCodec(GeminiState, "Gemini CLI", _without_text)
