"""What is known of a session at this moment, and what it is taken to mean.

`LiveFacts` is folded from events and stored; `scoring.live_state` turns it and the clock into a `LiveState`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

StateName = Literal[
    "asks",
    "finished",
    "permission",
    "working",
    "silent",
    "limited",
    "failed",
    "interrupted",
    "idle",
    "ended",
    "unknown",
]
"""asks: a question is open · finished: its turn ended and nobody has answered · permission: waits for leave to act ·
working · silent: a tool has run long without a sign of life · limited: a rate limit holds it · failed: an error ended
the turn · interrupted: the user stopped it · idle: nothing for long · ended: its program is gone · unknown."""

Group = Literal["needs you", "finished", "working", "stuck", "idle"]
"""The groups of the Live screen, in the order in which they are shown: who cannot go on without an answer or a
permission, whose turn is over, and those that ask nothing of the user."""

WAITING_GROUPS: frozenset[Group] = frozenset({"needs you", "finished"})
"""Groups of sessions that do nothing until the user does something."""

Certainty = Literal["known", "guessed"]
"""Whether a record says so, or it is inferred from silence and the clock."""


class OpenStep(NamedTuple):
    """A step without an end yet."""

    key: str
    kind: str
    tool: str
    target: str
    started_at: int
    """Unix milliseconds."""


class LiveFacts(NamedTuple):
    """The last events of a trajectory, as far as they bear on its state. Times are Unix milliseconds, 0 for never."""

    last_at: int = 0
    """The newest event."""
    last_kind: str = ""
    """Its class name."""
    turn_number: int = 0
    turn_status: str = "unknown"
    """`TurnStatus` of the last turn."""
    turn_started_at: int = 0
    turn_ended_at: int = 0
    spoke_last: bool = False
    """The last thing in the turn is text of the agent, and no step is open: perhaps its end."""
    open_steps: tuple[OpenStep, ...] = ()
    """At most the four newest."""
    progress_at: int = 0
    """The newest sign of life of an open step."""
    question: str = ""
    """The open structured question, or the last question of the turn's closing text."""
    is_question_structured: bool = False
    question_at: int = 0
    error_kind: str = ""
    """`ErrorKind` of an error since which nothing succeeded."""
    error_message: str = ""
    error_at: int = 0
    error_until: int = 0
    is_error_final: bool = False
    attempt: int = 0
    max_attempts: int = 0
    is_thinking: bool = False
    """The last thing in the turn is a thought, or the prompt: the model is at work."""
    ended_at: int = 0
    """The agent's program was left."""
    pid: int = 0
    """The agent's process, where it records one."""
    waits_for: str = ""
    """What the agent's program says that it waits for from the user; '' while it does not."""
    waits_at: int = 0
    """When it said so last."""


class LiveState(NamedTuple):
    """What a session does, in words, and how sure that is."""

    name: StateName
    group: Group
    words: str
    """For users: ``runs pytest -q``, ``asks: Which provider…``, ``finished: both tests pass``."""
    since: int
    """Unix milliseconds at which the state began."""
    certainty: Certainty
    reason: str
    """Which rule decided, in one sentence."""
    until: int = 0
    """Unix milliseconds at which the state ends by itself (a rate limit), 0 where nothing tells."""


_FACTS = LiveFacts()
_FACT_TYPES = tuple((int, float) if isinstance(value, int) else (type(value),) for value in _FACTS)
_STEP_TYPES = ((str,), (str,), (str,), (str,), (int, float))
_OPEN_STEPS = LiveFacts._fields.index("open_steps")


@lru_cache(maxsize=1024)
def stored_facts(stored: str) -> LiveFacts:
    """Return facts from the database; empty if another version stored them in another shape.

    Remembered, since Live reads the same sessions again whenever one of them moves.
    """
    if not stored:
        return _FACTS
    try:
        values = json.loads(stored)
    except (ValueError, RecursionError):
        return _FACTS
    if not isinstance(values, list) or len(values) != len(_FACTS):
        return _FACTS
    opened = values[_OPEN_STEPS]
    if not isinstance(opened, list) or not all(_is_shaped(step, _STEP_TYPES) for step in opened):
        return _FACTS
    values[_OPEN_STEPS] = tuple(OpenStep(*step) for step in opened)
    return LiveFacts(*values) if _is_shaped(values, _FACT_TYPES) else _FACTS


def _is_shaped(values: object, types: Sequence[tuple[type, ...]]) -> bool:
    return isinstance(values, list) and len(values) == len(types) and all(map(isinstance, values, types))
