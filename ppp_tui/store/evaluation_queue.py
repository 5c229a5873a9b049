"""What is still to be evaluated, and what an evaluation must see of a session: its newest turns and steps."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Generator
from typing import Any, NamedTuple

from ppp_tui.model.clock import parse_stored_time, to_text
from ppp_tui.model.evaluation import EvaluatedSession, EvaluatedStep, EvaluatedTurn
from ppp_tui.model.ids import CHILD_BITS, number_of, turn_of

MAX_TURNS = 200
"""The newest turns of a session that are looked at."""

MAX_STEPS = 5_000
"""The newest steps of a session that are looked at."""

PROMPT_CHARS, RESPONSE_CHARS, PREVIEW_CHARS = 1_000, 2_000, 200
"""Characters of a prompt's beginning, of either end of a response, and of a step's input."""

_NEXT = (
    "SELECT s.trajectory_id, s.revision, s.last_at FROM trajectory_summaries AS s INDEXED BY summaries_by_revision "
    "WHERE (s.revision, s.trajectory_id) > (?, ?) ORDER BY s.revision, s.trajectory_id LIMIT ?"
)
_TURNS = (
    "SELECT id, origin, status, substr(prompt, 1, :prompt), "
    "iif(length(response) <= 2 * :response, response, substr(response, 1, :response) || ' … ' "
    "|| substr(response, -:response)), max(response_length, length(response)) FROM trajectory_turns "
    "WHERE id >= :low AND id < :beyond AND is_copy = 0 ORDER BY id DESC LIMIT :turns"
)
_STEPS = (
    "SELECT id, kind, tool, target, status, substr(input_preview, 1, :preview) FROM steps "
    "WHERE id >= :first AND id < :last AND kind NOT IN ('thinking', 'note') ORDER BY id DESC LIMIT :steps"
)
_TURN_TABLES = (
    ("test_runs", "NOT is_red"),
    ("features", "1"),
    ("trajectory_violations", "preference_name"),
    ("trajectory_questions", "question_text"),
)
"""Tables whose rows belong to turns, each with the value that is looked at."""

_SELECTS = [
    f"SELECT {kind} AS kind, id, {value} FROM {table} NOT INDEXED WHERE id >= ?1 AND id < ?2"
    for kind, (table, value) in enumerate(_TURN_TABLES)
]
_TURN_TABLES_SQL = f"{' UNION ALL '.join(_SELECTS)} ORDER BY kind, id"

_UNJUDGED = (
    "SELECT s.trajectory_id FROM trajectory_summaries AS s INDEXED BY sessions_by_time WHERE s.is_child = 0 "
    "AND s.last_at >= :since AND s.last_at < :until AND s.turns > 0 AND NOT EXISTS (SELECT 1 FROM evaluations AS e "
    "WHERE e.trajectory_id = s.trajectory_id AND e.name = 'goal' AND e.method = :method "
    "AND json_extract(e.evidence, '$[0][0]') >= s.last_turn_number) ORDER BY s.last_at DESC LIMIT 1"
)


class PendingSession(NamedTuple):
    """A trajectory that changed after it was evaluated."""

    id: int
    revision: int
    last_at: int
    """Unix milliseconds of its last sign of life; 0 where unknown."""


def pending_sessions(
    connection: sqlite3.Connection, after: tuple[int, int], limit: int
) -> Generator[PendingSession, None, None]:
    """Yield trajectories in the order of their last change, after the one with this revision and id.

    A commit may have changed many.
    """
    for row in connection.execute(_NEXT, (*after, limit)):
        yield PendingSession(row[0], row[1], parse_stored_time(row[2]) if row[2] else 0)


def unjudged_sessions(connection: sqlite3.Connection, method: str, since_ms: int, until_ms: int) -> list[int]:
    """Return the id of the newest session of a span that a model has not judged up to its last turn, [] for none."""
    values = {"method": method, "since": to_text(max(0, since_ms)), "until": to_text(max(0, until_ms))}
    return [row[0] for row in connection.execute(_UNJUDGED, values)]


def load_session(connection: sqlite3.Connection, trajectory_id: int) -> EvaluatedSession | None:
    """Return a trajectory as evaluations see it; None if it is gone."""
    row = connection.execute(
        "SELECT agent_name, project, outcome, parent_id IS NOT NULL OR parent_native_id <> '' FROM trajectories "
        "WHERE id = ?",
        (trajectory_id,),
    ).fetchone()
    if row is None:
        return None
    low = trajectory_id << CHILD_BITS
    sizes = {"prompt": PROMPT_CHARS, "response": RESPONSE_CHARS, "turns": MAX_TURNS}
    turns = connection.execute(_TURNS, {**sizes, "low": low, "beyond": low + (1 << CHILD_BITS)}).fetchall()[::-1]
    if not turns:
        return EvaluatedSession(row[0], row[1], row[2], bool(row[3]), ())
    bounds = (turns[0][0] << CHILD_BITS, (turns[-1][0] + 1) << CHILD_BITS)
    steps = _steps_by_turn(connection, bounds)
    runs, commits, violations, questions = _by_turn(connection, bounds)
    return EvaluatedSession(
        agent_name=row[0],
        project=row[1],
        outcome=row[2],
        is_child=bool(row[3]),
        turns=tuple(
            EvaluatedTurn(
                number=number_of(turn[0]),
                origin=turn[1],
                status=turn[2],
                prompt=turn[3],
                response=turn[4],
                response_length=turn[5],
                steps=tuple(steps.get(turn[0], ())),
                test_runs=tuple(map(bool, runs.get(turn[0], ()))),
                commits=len(commits.get(turn[0], ())),
                violations=tuple(violations.get(turn[0], ())),
                questions=tuple(questions.get(turn[0], ())),
            )
            for turn in turns
        ),
    )


def _steps_by_turn(connection: sqlite3.Connection, bounds: tuple[int, int]) -> dict[int, list[EvaluatedStep]]:
    values = {"first": bounds[0], "last": bounds[1], "steps": MAX_STEPS, "preview": PREVIEW_CHARS}
    steps: dict[int, list[EvaluatedStep]] = defaultdict(list)
    for identity, *fields in reversed(connection.execute(_STEPS, values).fetchall()):
        steps[turn_of(identity)].append(EvaluatedStep._make((number_of(identity), *fields)))
    return steps


def _by_turn(connection: sqlite3.Connection, bounds: tuple[int, int]) -> tuple[dict[int, list[Any]], ...]:
    """Return for each kind of rows in `_OF_TURNS` their values by the turn's id, in order."""
    values: tuple[dict[int, list[Any]], ...] = tuple(defaultdict(list) for _ in _TURN_TABLES)
    for kind, identity, value in connection.execute(_TURN_TABLES_SQL, bounds):
        values[kind][turn_of(identity)].append(value)
    return values
