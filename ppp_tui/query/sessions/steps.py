"""What lies inside a turn: steps, questions, violations, model requests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, child_span, number_of, turn_of
from ppp_tui.query.query import Query
from ppp_tui.query.rows import QuestionLine, StepLine, Tokens, UsageLine, ViolationLine
from ppp_tui.query.sql_helpers import to_ms

_CHILD = (
    "CASE WHEN x.child_native_id <> '' THEN (SELECT c.id FROM trajectories AS c WHERE c.parent_id = x.id >> 40 "
    "AND c.native_id = x.child_native_id LIMIT 1) WHEN x.key <> '' THEN (SELECT c.id FROM trajectories AS c "
    "WHERE c.parent_id = x.id >> 40 AND c.parent_step = x.key AND c.parent_step <> '' ORDER BY c.id LIMIT 1) END"
)
"""The sub-agent that a step is, or what a program logged that a step started."""

STEP_COLUMNS = (
    "x.id, x.key, x.kind, x.tool, x.target, x.status, x.exit_code, x.started_at, x.ended_at, x.duration_ms, "
    "x.input_preview, x.output_preview, x.input_length, x.output_length, x.input_offset, x.input_bytes, "
    f"x.output_offset, x.output_bytes, x.text_start, x.text_end, {_CHILD}, x.request_number"
)
"""What `read_steps` reads, over the alias `x`."""

QUESTION_COLUMNS = (
    "q.id, q.question_text, q.effort_level, q.method, q.rule, q.source, q.options, q.asked_at, q.answered_at, "
    "q.text_start, q.text_end, q.answer, q.answer_status"
)
"""What `read_questions` reads, over the alias `q`."""

VIOLATION_COLUMNS = (
    "v.id, v.preference_name, v.expected, v.actual, v.severity, v.method, v.source, v.text_start, v.text_end"
)
"""What `read_violations` reads, over the alias `v`."""


def step_lines(turn_id: int, after: int = 0, limit: int = 2000) -> Query[list[StepLine]]:
    """Query steps of a turn with numbers beyond `after`, in order."""
    low, high = child_span(turn_id)
    return Query(
        f"SELECT {STEP_COLUMNS} FROM steps AS x WHERE x.id BETWEEN :low AND :high ORDER BY x.id LIMIT :limit",
        read_steps,
        {"low": low + after + 1, "high": high, "limit": limit},
    )


def step(step_id: int) -> Query[StepLine | None]:
    """Query one step."""
    return Query(
        f"SELECT {STEP_COLUMNS} FROM steps AS x WHERE x.id = :id",
        lambda rows: next(iter(read_steps(rows)), None),
        {"id": step_id},
    )


def latest_steps(
    trajectory_id: int, limit: int, before_id: int | None = None, after_id: int | None = None
) -> Query[list[StepLine]]:
    """Query the last steps of a trajectory over all its turns, in order; before or after a step, if one is named."""
    low = trajectory_id << (2 * CHILD_BITS)
    high = low + (1 << (2 * CHILD_BITS)) - 1
    if before_id is not None:
        high = min(high, before_id - 1)
    if after_id is not None:
        low = max(low, after_id + 1)
    return Query(
        f"SELECT {STEP_COLUMNS} FROM steps AS x WHERE x.id BETWEEN :low AND :high ORDER BY x.id DESC LIMIT :limit",
        lambda rows: read_steps(rows)[::-1],
        {"low": low, "high": high, "limit": limit},
    )


NEAR_TURNS = 300
"""Turns on either side of a step in which calls like it are looked for."""


def same_calls(step: StepLine, limit: int) -> Query[list[StepLine]]:
    """Query the calls of a session that ran the same command or concern the same file as a step, in order.

    They include the step itself. Of more than `limit` within `NEAR_TURNS` turns the newest are returned.
    """
    turn_id = turn_of(step.id)
    first = turn_id & ~MAX_CHILD
    low, high = max(first, turn_id - NEAR_TURNS), min(first | MAX_CHILD, turn_id + NEAR_TURNS)
    return Query(
        f"SELECT {STEP_COLUMNS} FROM steps AS x WHERE x.id BETWEEN :low AND :high AND x.target = :target "
        "AND x.kind = :kind ORDER BY x.id DESC LIMIT :limit",
        lambda rows: read_steps(rows)[::-1],
        {
            "low": low << CHILD_BITS,
            "high": (high << CHILD_BITS) | MAX_CHILD,
            "target": step.target,
            "kind": step.kind,
            "limit": limit,
        },
    )


def question_lines(turn_id: int) -> Query[list[QuestionLine]]:
    """Query questions of a turn, in order."""
    low, high = child_span(turn_id)
    return Query(
        f"SELECT {QUESTION_COLUMNS} FROM trajectory_questions AS q WHERE q.id BETWEEN :low AND :high ORDER BY q.id",
        read_questions,
        {"low": low, "high": high},
    )


MAX_SESSION_QUESTIONS = 1000
"""Questions of one session that are read, the newest ones."""


def session_questions(trajectory_id: int) -> Query[list[QuestionLine]]:
    """Query the questions of all turns of a trajectory, in order; of very many the newest."""
    low = trajectory_id << (2 * CHILD_BITS)
    return Query(
        f"SELECT {QUESTION_COLUMNS} FROM trajectory_questions AS q WHERE q.id BETWEEN :low AND :high "
        f"ORDER BY q.id DESC LIMIT {MAX_SESSION_QUESTIONS}",
        lambda rows: read_questions(rows)[::-1],
        {"low": low, "high": low + (1 << (2 * CHILD_BITS)) - 1},
    )


def violation_lines(turn_id: int) -> Query[list[ViolationLine]]:
    """Query violations of a turn, in order."""
    low, high = child_span(turn_id)
    return Query(
        f"SELECT {VIOLATION_COLUMNS} FROM trajectory_violations AS v WHERE v.id BETWEEN :low AND :high ORDER BY v.id",
        read_violations,
        {"low": low, "high": high},
    )


def usage_lines(turn_id: int) -> Query[list[UsageLine]]:
    """Query model requests of a turn, in order."""
    low, high = child_span(turn_id)
    return Query(
        "SELECT id, at, model, input_tokens, output_tokens, cache_read_tokens, "
        "cache_write_5m_tokens + cache_write_1h_tokens, reasoning_tokens, cost_micros, is_lower_bound, is_counted, "
        "stop_reason, speed FROM token_usage WHERE id BETWEEN :low AND :high ORDER BY id",
        _read_usage,
        {"low": low, "high": high},
    )


def read_steps(rows: Sequence[Sequence[Any]]) -> list[StepLine]:
    """Return steps from `STEP_COLUMNS`."""
    return [
        StepLine(
            id=row[0],
            turn_number=(row[0] >> CHILD_BITS) & MAX_CHILD,
            number=row[0] & MAX_CHILD,
            key=row[1],
            kind=row[2],
            tool=row[3],
            target=row[4],
            status=row[5],
            exit_code=row[6],
            started_at=to_ms(row[7]),
            ended_at=to_ms(row[8]),
            duration_ms=row[9],
            input_preview=row[10],
            output_preview=row[11],
            input_length=row[12],
            output_length=row[13],
            input_offset=row[14],
            input_bytes=row[15],
            output_offset=row[16],
            output_bytes=row[17],
            text_start=row[18],
            text_end=row[19],
            child_id=row[20],
            request_number=row[21],
        )
        for row in rows
    ]


def read_violations(rows: Sequence[Sequence[Any]]) -> list[ViolationLine]:
    """Return violations from `VIOLATION_COLUMNS`."""
    return [ViolationLine(row[0], number_of(turn_of(row[0])), *row[1:]) for row in rows]


def read_questions(rows: Sequence[Sequence[Any]]) -> list[QuestionLine]:
    """Return questions from `QUESTION_COLUMNS`."""
    return [
        QuestionLine(
            id=row[0],
            turn_number=number_of(turn_of(row[0])),
            text=row[1],
            effort=row[2],
            method=row[3],
            rule=row[4],
            source=row[5],
            options=stored_options(row[6]),
            asked_at=to_ms(row[7]),
            answered_at=to_ms(row[8]),
            text_start=row[9],
            text_end=row[10],
            answer=row[11],
            answer_status=row[12],
        )
        for row in rows
    ]


def stored_options(stored: str) -> tuple[str, ...]:
    """Return the answers that a question offers, out of their JSON; none where that cannot be read."""
    try:
        values = json.loads(stored)
    except (ValueError, RecursionError):
        return ()
    return tuple(map(str, values)) if isinstance(values, list) else ()


def _read_usage(rows: Sequence[Sequence[Any]]) -> list[UsageLine]:
    return [
        UsageLine(
            id=row[0],
            turn_number=number_of(turn_of(row[0])),
            at=to_ms(row[1]) or 0,
            model=row[2],
            tokens=Tokens(row[3], row[4], row[5], row[6]),
            reasoning_tokens=row[7],
            cost_micros=row[8],
            is_lower_bound=bool(row[9]),
            is_counted=bool(row[10]),
            stop_reason=row[11],
            speed=row[12],
        )
        for row in rows
    ]
