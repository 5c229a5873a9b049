"""What the parser of gptme's conversations remembers between two readings."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.parser_state import StateCodec, without_title

MAX_TURNS = 1000
"""Turns that are remembered: a copy of one begins none."""

MAX_CALLS = 200
"""Calls whose result is awaited."""


class GptmeState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    facts: dict[str, str] = {}
    turns: dict[int, bool] = {}
    """Hashes of the keys of turns."""
    calls: dict[str, str] = {}
    """Open call to its tool."""
    has_answered: bool = False
    """The model answered in the open turn: what the program says then is the result of a tool."""


CODEC = StateCodec(GptmeState, "gptme", without_title)
