"""Reads one turn with everything in it from the database, and payloads of its steps from the session file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.pool import Fetch
from ppp_tui.query.rows import QuestionLine, SessionRow, StepLine, TurnSummary, TurnText, UsageLine, ViolationLine
from ppp_tui.query.sessions.children import last_words
from ppp_tui.query.sessions.payloads import Payload, PayloadMissingError, kept_record, load_payload, read_descriptions
from ppp_tui.query.sessions.session_lists import sessions
from ppp_tui.query.sessions.steps import question_lines, step_lines, usage_lines, violation_lines
from ppp_tui.query.sessions.turns import turn, turn_text
from ppp_tui.text.format import counted

MOST_STEPS = 2000
"""Maximum of steps of one turn that are read."""

LONG_TURN_STEPS = 250
"""Steps from which on the lines of a turn are made in a thread: all of them would keep keys waiting."""

MAX_CHILDREN = 100
"""Maximum of sub-agents of one turn that are described."""

MAX_OUTPUTS = 60
"""Maximum of outputs of one turn that are read for the conversation."""

MAX_OUTPUT_BYTES = 4 * 1024 * 1024
"""Size above which only the beginning of an output is shown, as the database keeps it."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedTurn:
    """A turn with its steps, questions, violations, requests and sub-agents, as read."""

    turn: TurnSummary
    text: TurnText
    steps: list[StepLine]
    questions: list[QuestionLine]
    violations: list[ViolationLine]
    usage: list[UsageLine]
    children: dict[int, SessionRow] = field(default_factory=dict)
    """Sub-agents that the turn's steps started, by trajectory."""
    last_words: dict[int, str] = field(default_factory=dict)
    """The end of each sub-agent's last answer."""


@dataclass(slots=True)
class TurnPayloads:
    """What only the session file holds of a turn's steps, by step id; filled as it is read."""

    descriptions: dict[int, str] = field(default_factory=dict)
    """The agent's own descriptions of calls."""
    outputs: dict[int, Payload] = field(default_factory=dict)
    looked_up: set[int] = field(default_factory=set)
    """Steps whose description was searched for already: most agents write none."""
    unreadable: set[int] = field(default_factory=set)
    """Steps whose output cannot be read and is not read again."""


async def load_turn(fetch: Fetch, turn_id: int) -> LoadedTurn | None:
    """Read a turn; None if there is no such turn."""
    summary = await fetch(turn(turn_id))
    text = await fetch(turn_text(turn_id))
    if summary is None or text is None:
        return None
    steps = await fetch(step_lines(turn_id, limit=MOST_STEPS))
    child_ids = [step.child_id for step in steps if step.child_id is not None][:MAX_CHILDREN]
    return LoadedTurn(
        turn=summary,
        text=text,
        steps=steps,
        questions=await fetch(question_lines(turn_id)),
        violations=await fetch(violation_lines(turn_id)),
        usage=await fetch(usage_lines(turn_id)),
        children={row.id: row for row in await fetch(sessions(child_ids))} if child_ids else {},
        last_words=await fetch(last_words(child_ids)) if child_ids else {},
    )


async def load_descriptions(steps: Sequence[StepLine], session: SessionRow, payloads: TurnPayloads) -> bool:
    """Read the agent's descriptions of shell commands into `payloads`. Return whether there are new ones."""
    missing = [step for step in steps if step.kind == "shell" and step.id not in payloads.looked_up]
    if not missing:
        return False
    payloads.looked_up.update(step.id for step in missing)
    described = await asyncio.to_thread(read_descriptions, missing, session)
    payloads.descriptions.update(described)
    return bool(described)


async def load_outputs(fetch: Fetch, steps: Iterable[StepLine], session: SessionRow, payloads: TurnPayloads) -> bool:
    """Read outputs of steps into `payloads`, at most `MAX_OUTPUTS`. Return whether there are new ones."""
    wanted = [
        step
        for step in steps
        if 0 < step.output_bytes <= MAX_OUTPUT_BYTES
        and step.id not in payloads.outputs
        and step.id not in payloads.unreadable
    ][:MAX_OUTPUTS]
    for step in wanted:
        try:
            payloads.outputs[step.id] = await read_payload(fetch, step, session)
        except (*READ_ERRORS, PayloadMissingError):
            payloads.unreadable.add(step.id)
    return any(step.id in payloads.outputs for step in wanted)


async def read_payload(fetch: Fetch, step: StepLine, session: SessionRow) -> Payload:
    """Read the whole output of a step, from its session file or from what the database keeps.

    Raises WholeMissingError, QueryFailedError and DatabaseMissingError.
    """
    kept = await fetch(kept_record(step, "output"))
    return await asyncio.to_thread(load_payload, step, session, "output", kept)


def unseen_steps(loaded: LoadedTurn) -> str:
    """Return a note on the number of steps beyond those that were read; '' if there are none."""
    missing = loaded.turn.steps - (loaded.steps[-1].number if loaded.steps else 0)
    return f"… {counted(missing, 'more step')} not shown" if len(loaded.steps) == MOST_STEPS and missing > 0 else ""
