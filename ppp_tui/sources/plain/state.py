"""The state of the parser of plain lines between two readings."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from ppp_tui.sources.parser_state import StateCodec, untitled_members

MAX_TRAJECTORIES = 24
"""Trajectories of a file that are remembered, the ones written to last."""

MAX_KEYS = 300
"""Keys of turns, and of ended steps, that are remembered for each trajectory."""


class Member(msgspec.Struct, array_like=True):
    """A trajectory of the file."""

    facts: dict[str, str] = {}
    turns: dict[int, bool] = {}
    """Hash of the key of each turn."""
    running: dict[str, bool] = {}
    """Keys of the steps that run; True for a question's."""
    ended: dict[int, bool] = {}
    """Hash of the key of each step that ended."""
    is_open: bool = False
    """Whether a turn is open."""


class PlainState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    members: dict[str, Member] = {}
    current: str = ""
    """Name of the trajectory of the last event."""


def _without_text(state: PlainState) -> PlainState:
    """Return a copy that holds nothing of what users, models and tools wrote."""
    return replace(state, members=untitled_members(state.members))


CODEC = StateCodec(PlainState, "plain lines", _without_text)
