"""Rows of logged turns with their questions and violations, in the order of their columns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from ppp_tui.model import clock
from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.model.question import MAX_ANSWER_CHARS
from ppp_tui.store.logged.entries import (
    HIDDEN_ANSWER,
    QuestionEntry,
    QuestionLogged,
    TurnLogged,
    ViolationEntry,
    ViolationLogged,
)

TURN_COLUMNS = (
    "id, trajectory_id, turn_number, token_count, latency_ms, timestamp, ended_at, origin, status, low_questions, "
    "medium_questions, high_questions, violations, prompt_length, response_length, prompt_hash, response_hash, prompt, "
    "response"
)
QUESTION_COLUMNS = (
    "id, turn_id, question_text, effort_level, method, rule, source, options, asked_at, answered_at, answer, "
    "answer_status"
)
VIOLATION_COLUMNS = "id, turn_id, preference_name, expected, actual, severity, method, source"

MESSAGE_COLUMNS = "id, kind, status, started_at, ended_at, input_preview, input_length, text_start, text_end"
"""Columns of `steps` of a message: the agent's response is a step like its tool calls."""

UNJUDGED = "medium"
"""The effort, without a method, of a question whose program states none, until it is rated."""

to_text = lru_cache(maxsize=4096)(clock.to_text)
"""`clock.to_text`; entries of one batch share their milliseconds."""


_SUMS = (
    "turns",
    "wall_ms",
    "low_questions",
    "medium_questions",
    "high_questions",
    "violations",
    "low_asks",
    "medium_asks",
    "high_asks",
    "minor_violations",
    "major_violations",
    "critical_violations",
    "stated_tokens",
)


class Rows:
    """Rows to insert for one trajectory, and what they add to its sums."""

    def __init__(self, trajectory: int) -> None:
        """Collect rows of this trajectory."""
        self.turns: list[tuple[Any, ...]] = []
        self.questions: list[tuple[Any, ...]] = []
        self.violations: list[tuple[Any, ...]] = []
        self.messages: list[tuple[Any, ...]] = []
        self.texts: list[tuple[int]] = []
        """Turns whose text is to be indexed for search."""
        self._trajectory = trajectory
        self._base = trajectory << CHILD_BITS
        self._counts = dict.fromkeys(_SUMS, 0)

    def add_simple(self, turn: TurnLogged) -> None:
        """Add a new turn without separate entries, with its counts."""
        number, at, questions, violations = turn.number, to_text(turn.at), turn.questions, turn.violations
        turn_id = self._base | number
        latency = turn.latency_ms
        low = medium = high = 0
        if questions:
            low, medium, high = efforts(questions)
            for place, question in enumerate(questions, 1):
                self.questions.append(question_row(turn_id, place, question, at))
        for place, violation in enumerate(violations, 1):
            self.violations.append(violation_row(turn_id, place, violation))
        text = text_of(turn)
        if text[1]:
            self.messages.append(message_row(turn_id, 1, turn, text[1]))
        if turn.prompt or turn.response:
            self.texts.append((turn_id,))
        self.turns.append(
            (
                turn_id,
                self._trajectory,
                number,
                turn.token_count,
                latency,
                to_text(max(0, turn.at - latency)) if latency else at,
                None if turn.status == "open" else at,
                "logged",
                turn.status,
                low,
                medium,
                high,
                len(violations),
                *text,
            )
        )
        counts = self._counts
        counts["turns"] += 1
        counts["wall_ms"] += latency or 0
        counts["stated_tokens"] += turn.token_count or 0
        if questions:
            counts["low_questions"] += low
            counts["medium_questions"] += medium
            counts["high_questions"] += high
            # All questions of a turn are asked at once: one ask, with the effort of its hardest question.
            counts["high_asks" if high else "medium_asks" if medium else "low_asks"] += 1
        for violation in violations:
            counts["violations"] += 1
            counts[f"{violation.severity}_violations"] += 1

    def sums(self) -> dict[str, int]:
        """Return what the simple turns add to the sums of their trajectory."""
        return self._counts


def question_row(turn_id: int, number: int, question: QuestionEntry | QuestionLogged, asked_at: str) -> tuple[Any, ...]:
    """Return the row of a question; what the program stated is kept as stated."""
    stated = "stated" if question.effort else ""
    options = json.dumps(question.options, ensure_ascii=False) if question.options else "[]"
    status = None if question.answer is None else "given" if question.answer else "empty"
    answer = None if question.answer == HIDDEN_ANSWER else (question.answer or "")[:MAX_ANSWER_CHARS] or None
    return (
        turn_id << CHILD_BITS | number,
        turn_id,
        question.text,
        question.effort or UNJUDGED,
        stated,
        stated,
        "stated",
        options,
        asked_at,
        asked_at if status == "given" else None,
        answer,
        status,
    )


def violation_row(turn_id: int, number: int, violation: ViolationEntry | ViolationLogged) -> tuple[Any, ...]:
    """Return the row of a violation."""
    return (
        turn_id << CHILD_BITS | number,
        turn_id,
        violation.preference_name,
        violation.expected,
        violation.actual,
        violation.severity,
        "stated",
        "stated",
    )


def message_row(turn_id: int, number: int, turn: TurnLogged, length: int) -> tuple[Any, ...]:
    """Return the row of the step in which the agent gave its response, of `length` characters."""
    at = to_text(turn.at)
    return turn_id << CHILD_BITS | number, "message", "ok", at, at, turn.response[:PREVIEW_CHARS], length, 0, length


def efforts(questions: Sequence[QuestionEntry | QuestionLogged]) -> tuple[int, int, int]:
    """Return how many questions ask low, medium and high effort."""
    low = high = 0
    for question in questions:
        low += question.effort == "low"
        high += question.effort == "high"
    return low, len(questions) - low - high, high


def latency_of(turn: TurnLogged, began: int) -> int | None:
    """Return the stated latency; without one, the time from the turn's first entry to its end; None if unknown."""
    if turn.latency_ms is not None or turn.status == "open" or began >= turn.at:
        return turn.latency_ms
    return turn.at - began


def text_of(turn: TurnLogged) -> tuple[Any, ...]:
    """Return lengths, hashes and text of a turn."""
    hidden = turn.hidden
    if hidden is None:
        return len(turn.prompt), len(turn.response), None, None, turn.prompt, turn.response
    return hidden.prompt_length, hidden.response_length, hidden.prompt_hash, hidden.response_hash, "", ""


_SIZES = (64, 16, 4, 1)
"""Rows of one statement: few sizes, so that each statement is prepared once."""


def insert_rows(
    connection: sqlite3.Connection, table: str, columns: str, rows: Sequence[Sequence[Any]], *, or_ignore: bool = False
) -> None:
    """Insert rows, their values in the order of the columns.

    One statement inserts many: its work is done outside the interpreter's lock.
    """
    at = 0
    for size in _SIZES:
        while len(rows) - at >= size:
            sql = _statement(table, columns, size, or_ignore)
            connection.execute(sql, tuple(chain.from_iterable(rows[at : at + size])))
            at += size


@cache
def _statement(table: str, columns: str, rows: int, or_ignore: bool) -> str:
    marks = f"({', '.join('?' * (columns.count(',') + 1))})"
    return f"INSERT {'OR IGNORE ' if or_ignore else ''}INTO {table} ({columns}) VALUES {', '.join([marks] * rows)}"
