"""The resumable part of a lane's state that tells how its work goes; bounded, whatever the length of the session."""

from __future__ import annotations

import msgspec

from ppp_tui.model.work import ChainRow, ContextRow

CALLS = 128
"""Calls without an end that are remembered."""

CHAINS = 32
"""Failing calls that are remembered while nothing changes."""


class OpenCall(msgspec.Struct, array_like=True):
    """A tool call without an end, and what follows from its input."""

    turn_number: int
    step_number: int
    kind: str
    tool: str
    target: str
    """'' where no text is kept."""
    identity: str
    """The same for the same call."""
    input_length: int
    reads: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    suite: str = ""
    """'' for what cannot run tests."""
    selection: str = ""
    """What picks single tests of it."""
    variant: str = ""
    """The same for the same tests under the same variables on the same branch."""
    framework: str = ""
    """Of the runner that it calls, '' where that is not its own."""
    tells_by_exit: bool = False
    """It runs tests for certain, and its exit code is theirs."""
    is_changing: bool = False
    """It may change files, besides running tests."""
    is_unsure: bool = False
    """It may change files unless its output shows that it ran tests."""
    began_at: int = 0


class WorkState(msgspec.Struct, array_like=True):
    """Where the fold of a lane's work stands."""

    turn_number: int = -1
    """The turn that the numbers below count in."""
    runs: int = 0
    changes: int = 0
    chains: int = 0
    accesses: int = 0
    calls: dict[str, OpenCall] = {}
    request_chain: ChainRow | None = None
    tool_chains: dict[str, ChainRow] = {}
    """By the call's identity; number 0 until it was tried again."""
    said: int = 0
    """Characters of the conversation since the window was last condensed."""
    files: int = 0
    tools: int = 0
    system_tokens: int | None = None
    is_condensed: bool = False
    """The window was condensed, and no request has told yet how full it is."""
    context: ContextRow | None = None
