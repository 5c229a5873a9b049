"""What is still to be judged: which trajectories, which of their turns, and what a judge must see of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from ppp_tui.model.ids import child_span, number_of, turn_id
from ppp_tui.model.rows import QuestionRow

MAX_CONTEXT_PROMPT_CHARS = 8_000
"""Characters of an earlier prompt that a judge of answers is shown."""

_WORK = "('shell', 'read', 'edit', 'search', 'web', 'subagent', 'mcp', 'tool')"
_QUESTION_COLUMNS = ", ".join(QuestionRow._fields[2:])
MAX_SORTED_PENDING = 500
"""Pending trajectories that are found by scorer and sorted; of more, the newest are found by time."""

_FEW_PENDING = """
SELECT trajectory_id FROM (
    SELECT * FROM (SELECT trajectory_id, last_at FROM trajectory_summaries WHERE scored_by < :scorer LIMIT :limit)
    UNION ALL
    SELECT * FROM (SELECT trajectory_id, last_at FROM trajectory_summaries WHERE scored_by > :scorer LIMIT :limit))
ORDER BY last_at DESC, trajectory_id DESC
"""
_MANY_PENDING = """
SELECT trajectory_id FROM trajectory_summaries WHERE scored_by < :scorer OR scored_by > :scorer
ORDER BY last_at DESC, trajectory_id DESC LIMIT :limit
"""
_SUBJECT = """
SELECT t.agent_name, t.project, t.parent_id IS NOT NULL OR t.parent_native_id <> '',
       (SELECT min(u.id) FROM trajectory_turns AS u WHERE u.id BETWEEN :low + 1 AND :high),
       (SELECT max(u.id) FROM trajectory_turns AS u WHERE u.id BETWEEN :low AND :high),
       (SELECT u.status FROM trajectory_turns AS u WHERE u.id BETWEEN :low AND :high ORDER BY u.id DESC LIMIT 1),
       (SELECT s.id FROM steps AS s WHERE s.id BETWEEN :low << 20 AND (:high << 20) + 1048575
            AND s.kind IN {work} ORDER BY s.id LIMIT 1)
FROM trajectories AS t WHERE t.id = :id
"""


class Subject(NamedTuple):
    """A trajectory that is judged."""

    id: int
    agent_name: str
    project: str
    is_child: bool
    """A sub-agent: it talks to its parent."""
    first_turn: int
    last_turn: int
    is_open: bool
    """Its newest turn still goes on."""
    first_work: int | None
    """Id of the first step with which the agent did something."""


class AgentText(NamedTuple):
    """A text of the agent in a turn's response."""

    step_id: int
    start: int
    end: int
    at: str | None


class Answer(NamedTuple):
    """What came back for a question that was put through a tool."""

    step_id: int
    text: str
    status: str


class StoredTurn(NamedTuple):
    """A turn as the database holds it."""

    number: int
    origin: str
    scored_by: str
    response: str
    has_text: bool
    """False where the text policy kept lengths and hashes only."""
    ended_at: str | None
    questions: tuple[QuestionRow, ...]
    messages: tuple[AgentText, ...]
    answers: dict[str, Answer]
    """By the key of the asking step."""


def pending_trajectories(connection: sqlite3.Connection, scorer: str, limit: int) -> list[int]:
    """Return ids of at most `limit` trajectories that were not scored by `scorer`, the newest first."""
    values = {"scorer": scorer, "limit": MAX_SORTED_PENDING + 1}
    few = [row[0] for row in connection.execute(_FEW_PENDING, values)]
    if len(few) <= MAX_SORTED_PENDING:
        return few[:limit]
    # Searching by time alone would pass over every scored trajectory when little or nothing is pending.
    return [row[0] for row in connection.execute(_MANY_PENDING, {"scorer": scorer, "limit": limit})]


def load_subject(connection: sqlite3.Connection, trajectory_id: int) -> Subject | None:
    """Return a trajectory to be judged, None if it is gone."""
    low, high = child_span(trajectory_id)
    row = connection.execute(_SUBJECT.format(work=_WORK), {"id": trajectory_id, "low": low, "high": high}).fetchone()
    if row is None:
        return None
    agent_name, project, is_child, first, last, status, work = row
    return Subject(
        id=trajectory_id,
        agent_name=agent_name,
        project=project,
        is_child=bool(is_child),
        first_turn=number_of(first) if first else 0,
        last_turn=number_of(last) if last else 0,
        is_open=status == "open",
        first_work=work,
    )


def stale_turns(connection: sqlite3.Connection, trajectory_id: int, scorer: str, limit: int) -> list[int]:
    """Return the numbers of at most `limit` turns that this scorer has not judged, sorted."""
    rows = connection.execute(
        "SELECT * FROM (SELECT id FROM trajectory_turns WHERE trajectory_id = :id AND scored_by < :scorer "
        "LIMIT :limit) UNION ALL "
        "SELECT * FROM (SELECT id FROM trajectory_turns WHERE trajectory_id = :id AND scored_by > :scorer "
        "LIMIT :limit)",
        {"id": trajectory_id, "scorer": scorer, "limit": limit},
    )
    return sorted(number_of(row[0]) for row in rows)[:limit]


def turn_before(connection: sqlite3.Connection, trajectory_id: int, number: int) -> int | None:
    """Return the number of the previous turn, None for the first."""
    row = connection.execute(
        "SELECT max(id) FROM trajectory_turns WHERE id BETWEEN ? AND ?",
        (child_span(trajectory_id)[0], turn_id(trajectory_id, number) - 1),
    ).fetchone()
    return None if row[0] is None else number_of(row[0])


def load_turn(connection: sqlite3.Connection, trajectory_id: int, number: int) -> StoredTurn:
    """Return a turn with its questions. Raises KeyError if it is gone."""
    turn = turn_id(trajectory_id, number)
    row = connection.execute(
        "SELECT origin, scored_by, response, prompt_hash IS NULL, ended_at FROM trajectory_turns WHERE id = ?", (turn,)
    ).fetchone()
    if row is None:
        raise KeyError(turn)
    low, high = child_span(turn)
    questions = tuple(
        QuestionRow(number, number_of(values[0]), *values[1:])
        for values in connection.execute(
            f"SELECT id, {_QUESTION_COLUMNS} FROM trajectory_questions WHERE id BETWEEN ? AND ? ORDER BY id",
            (low, high),
        )
    )
    messages: list[AgentText] = []
    answers: dict[str, Answer] = {}
    keys = {question.step_key for question in questions if question.step_key}
    for step, kind, key, start, end, at, output, status in connection.execute(
        "SELECT id, kind, key, text_start, text_end, started_at, output_preview, status FROM steps "
        "WHERE id BETWEEN ? AND ? ORDER BY id",
        (low, high),
    ):
        if kind == "message" and start is not None and end is not None:
            messages.append(AgentText(step, start, end, at))
        elif key in keys:
            answers[key] = Answer(step, output, status)
    origin, scored_by, response, has_text, ended_at = row
    return StoredTurn(
        number=number,
        origin=origin,
        scored_by=scored_by,
        response=response,
        has_text=bool(has_text),
        ended_at=ended_at,
        questions=questions,
        messages=tuple(messages),
        answers=answers,
    )


def next_prompt(connection: sqlite3.Connection, trajectory_id: int, number: int) -> str:
    """Return what the user, or the program in their place, wrote next; '' if nothing yet."""
    row = connection.execute(
        "SELECT prompt FROM trajectory_turns WHERE id BETWEEN ? AND ? AND prompt <> '' "
        "AND origin IN ('typed', 'queued', 'sdk', 'logged') ORDER BY id LIMIT 1",
        (turn_id(trajectory_id, number) + 1, child_span(trajectory_id)[1]),
    ).fetchone()
    return "" if row is None else str(row[0])


def prompts_before(connection: sqlite3.Connection, trajectory_id: int, number: int, limit: int) -> list[str]:
    """Return the last `limit` prompts up to a turn, its own included."""
    rows: Sequence[Any] = connection.execute(
        f"SELECT substr(prompt, 1, {MAX_CONTEXT_PROMPT_CHARS}) FROM trajectory_turns WHERE id BETWEEN ? AND ? "
        "ORDER BY id DESC LIMIT ?",
        (child_span(trajectory_id)[0], turn_id(trajectory_id, number), limit),
    ).fetchall()
    return [row[0] for row in rows]
