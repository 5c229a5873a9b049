"""The current facts of a session, and the state that follows from them.

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
"""asks: a question is open · finished: its turn ended and nobody has answered · permission: waits for leave ·
working · silent: a tool has run long without a sign of life · limited: a rate limit holds it · failed: an error ended
the turn · interrupted: the user stopped it · idle: nothing for long · ended: its program is gone · unknown."""

Group = Literal["needs you", "finished", "working", "stuck", "idle"]
"""The groups of the Live screen, in the order in which they are shown: sessions that need an answer or a
permission, those whose turn is over, and those that need nothing of the user."""

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
    """The facts of a trajectory that determine its live state. Times are Unix milliseconds, 0 for never."""

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
    """Whether the turn's last record is text of the agent, and no step is open: perhaps its end."""
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
    """Whether the turn's last record is a thought or the prompt: the model is at work."""
    ended_at: int = 0
    """When the agent's program was closed."""
    pid: int = 0
    """The agent's process, where it records one."""
    waits_for: str = ""
    """What the agent's program waits for from the user, as it states; '' while it does not wait."""
    waits_at: int = 0
    """When it said so last."""


class LiveState(NamedTuple):
    """The state of a session, in words, and how certain it is."""

    name: StateName
    group: Group
    words: str
    """For users: ``runs pytest -q``, ``asks: Which provider…``, ``finished: both tests pass``."""
    since: int
    """Unix milliseconds at which the state began."""
    certainty: Certainty
    reason: str
    """The rule that decided, in one sentence."""
    until: int = 0
    """Unix milliseconds at which the state ends by itself (a rate limit), 0 where nothing tells."""


_FACTS = LiveFacts()
_FACT_TYPES = tuple((int, float) if isinstance(value, int) else (type(value),) for value in _FACTS)
_STEP_TYPES = ((str,), (str,), (str,), (str,), (int, float))
_OPEN_STEPS = LiveFacts._fields.index("open_steps")


@lru_cache(maxsize=1024)
def stored_facts(stored: str) -> LiveFacts:
    """Return facts from the database; empty if another version stored them in another shape.

    Cached, since Live reads the same sessions again whenever one of them changes.
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
