"""The resumable state of one trajectory while its events are folded.

Everything here is small and bounded by the open turn, never by the history: it is stored with each commit, and a later
process goes on from it as if nothing had happened.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from ppp_tui.ingest.work_state import WorkState
from ppp_tui.model.live import LiveFacts
from ppp_tui.model.rows import QuestionRow, StepRow, TurnRow, UsageRow

OPEN_STEPS = 256
"""How many steps without an end are remembered: a result that comes after so many others finds no step."""

RECENT_REQUESTS = 64
"""How many model requests are remembered: records of one request repeat within a few records."""

LEAST_WAIT_MS = 1000
"""Milliseconds: an agent's clock that lags by less has not waited for anybody (hooks run after it is read)."""

RECENT_TURNS = 256
"""How many turns can be rolled back."""


class Spent(NamedTuple):
    """Where the open turn's time went so far."""

    at: int = 0
    """Up to when it is counted, Unix milliseconds."""
    tools: int = 0
    """Tools that run now."""
    questions: int = 0
    """Questions to the person that are open now."""
    tool_ms: int = 0
    waiting_ms: int = 0
    retry_ms: int = 0
    told_ms: int = 0
    """What the agent itself measured of the turn."""

    def after(self, at: int) -> Spent:
        """At a later moment; one that lies before what is counted adds nothing."""
        if at <= self.at:
            return self
        passed = at - self.at if self.at else 0
        if self.questions:
            return self._replace(at=at, waiting_ms=self.waiting_ms + passed)
        return self._replace(at=at, tool_ms=self.tool_ms + passed if self.tools else self.tool_ms)

    def measured(self, told_ms: int, wall_ms: int | None) -> tuple[Spent, int]:
        """Take in what the agent measured of the turn; returns what the turn took as well, waiting included.

        Claude Code's clock stands still while it waits for an answer or a permission. A tool call that waits for
        permission looks like one that runs: what the clock left out was waiting and not the tool.
        """
        told = self.told_ms + told_ms
        if wall_ms is None or wall_ms <= told:
            return self._replace(told_ms=told), told
        left_out = wall_ms - told - self.waiting_ms
        moved = min(self.tool_ms, left_out) if left_out >= LEAST_WAIT_MS else 0
        spent = self._replace(told_ms=told, tool_ms=self.tool_ms - moved, waiting_ms=self.waiting_ms + moved)
        return spent, min(wall_ms, told + spent.waiting_ms)


class LaneState(msgspec.Struct, array_like=True):
    """Where the fold of one trajectory stands."""

    lane: str
    parent_lane: str | None = None
    parent_step: str = ""
    is_child: bool = False
    """A sub-agent: it talks to its parent, so its questions are not the person's."""
    started_at: str = ""
    facts: dict[str, str] = {}
    turn_number: int = 0
    recent_turns: list[int] = []
    turns_by_key: dict[int, int] = {}
    """Numbers of recent turns by the `hash64` of their keys."""
    turn: TurnRow | None = None
    """The newest turn as last written, its text aside."""
    prompt_parts: list[str] = []
    """Texts of the prompt so far; where no text is kept, their hashes."""
    response_parts: list[str] = []
    prompt_length: int = 0
    response_length: int = 0
    step_count: int = 0
    request_count: int = 0
    question_count: int = 0
    violation_count: int = 0
    retry_count: int = 0
    open_steps: dict[str, StepRow] = {}
    requests: dict[str, tuple[int, int, UsageRow]] = {}
    """Key to turn number, request number and the greatest record so far."""
    open_questions: list[QuestionRow] = []
    has_stated_questions: bool = False
    greatest_context: int = 0
    started_ms: int = 0
    """Unix milliseconds at which the open turn began."""
    worked_ms: int = 0
    """Unix milliseconds of the newest event that belongs to the turn's work."""
    live: LiveFacts = LiveFacts()
    spent: Spent = Spent()
    commits: list[str] = []
    """Keys of open steps that would make a commit."""
    work: WorkState = msgspec.field(default_factory=WorkState)
    inferred_window: int = 0
    """The window inferred for the last request, 0 for none."""
    free_steps: list[str] = []
    """Keys of steps whose questions the agent does not wait for."""

    def fact(self, name: str) -> str:
        """The last word on a fact, '' if there was none."""
        return self.facts.get(name, "")


class FileState(msgspec.Struct, array_like=True):
    """Where the fold of a whole file stands."""

    current: str = ""
    """The lane that the next event belongs to."""
    lanes: list[LaneState] = []


LANES_KEPT = 64
"""Lanes of a file that are remembered in its state; older ones begin anew should they ever go on."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FileState)


def encode(state: FileState) -> bytes:
    """The state as bytes for the archive."""
    return _encoder.encode(state)


def decode(state: bytes) -> FileState:
    """A state out of the archive; empty bytes are a fresh one. Raises ValueError for bytes that are no state."""
    if not state:
        return FileState()
    try:
        return _decoder.decode(state)
    except msgspec.MsgspecError as error:
        raise ValueError(f"no state of a session file: {error}") from error


def shorten(remembered: dict[Any, Any], most: int) -> None:
    """Forget the oldest entries beyond `most`."""
    while len(remembered) > most:
        del remembered[next(iter(remembered))]
