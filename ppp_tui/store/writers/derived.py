"""Writes decisions and quality signals that rules derive; rows of one id replace each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from ppp_tui.model.agent_codes import RULES_VERSION, SignalType
from ppp_tui.model.clock import UNTIMED
from ppp_tui.model.ids import CHILD_BITS, FIRST_JUDGED, MAX_CHILD
from ppp_tui.store.meta import fact, put_fact

OLD_DECISION_SQL = "DELETE FROM agent_decisions WHERE decision_id = ?"
OLD_SIGNAL_SQL = "DELETE FROM agent_quality_signals WHERE signal_id = ?"
DECISION_SQL = f"""
INSERT INTO agent_decisions (decision_id, step_number, decision_type, selected, reason_code, recorded_at, source, rules,
    is_copy) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'derived', {RULES_VERSION}, ?7)
"""
SIGNAL_SQL = f"""
INSERT INTO agent_quality_signals (signal_id, step_number, signal_type, signal_code, value, recorded_at, source, rules,
    is_copy) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'derived', {RULES_VERSION}, ?7)
"""
"""Inserts of a row: id, number of the step, type, what was chosen and why (code and value), time, and whether its turn
is a copy."""

_SCHEMA_PLACE = 8
"""Place of the signal on answers that had to be JSON, behind those of turns."""

MAX_COMPARED_TRAJECTORIES = 5_000
MAX_COMPARED_TURNS = 2_000
"""Baselines are computed from at most this many newest turns of this many newest trajectories."""

MAX_LOOKED_AT = 5_000
"""Newest turns of a trajectory among which those without signals are searched."""

_TOKENS = "u.input_tokens + u.output_tokens + u.cache_read_tokens + u.cache_write_tokens"
_NEWEST_TURNS = f"""
SELECT u.latency_ms, {_TOKENS} FROM (
    SELECT s.trajectory_id AS id, s.last_at FROM trajectory_summaries AS s ORDER BY s.last_at DESC
    LIMIT {MAX_COMPARED_TRAJECTORIES}) AS n CROSS JOIN trajectories AS t ON t.id = n.id
CROSS JOIN trajectory_turns AS u ON u.id BETWEEN n.id << 20 AND (n.id << 20) + {MAX_CHILD}
WHERE t.agent_name = ? AND u.is_copy = 0 AND u.status = 'completed' LIMIT {MAX_COMPARED_TURNS}
"""
_UNJUDGED = f"""
SELECT t.agent_name, u.id, u.latency_ms, {_TOKENS}, u.context_tokens, u.context_window,
    coalesce(u.ended_at, u.timestamp), u.is_copy, u.status = 'completed',
    EXISTS (SELECT 1 FROM agent_quality_signals AS q
        WHERE q.signal_id BETWEEN (u.id << 20) + {FIRST_JUDGED} AND (u.id << 20) + {FIRST_JUDGED + 3}
        AND q.rules = {RULES_VERSION})
FROM trajectories AS t CROSS JOIN trajectory_turns AS u ON u.id BETWEEN t.id << 20 AND (t.id << 20) + {MAX_CHILD}
WHERE t.id = ? ORDER BY u.id DESC LIMIT {MAX_LOOKED_AT}
"""
# Without the hint SQLite would read every trajectory in the order of time, for each commit.
_CHANGED = (
    "SELECT trajectory_id FROM trajectory_summaries INDEXED BY summaries_by_revision WHERE revision > ? "
    "ORDER BY last_at DESC, trajectory_id DESC"
)
_PROGRESS = "turn_signals"
"""The fact that says up to which revision turns are compared, after the version of the rules."""


class UnjudgedTurn(NamedTuple):
    """A completed turn without signals; None for what is unknown."""

    agent_name: str
    id: int
    latency_ms: int | None
    tokens: int | None
    context_tokens: int | None
    context_window: int | None
    at: str
    is_copy: int


class JudgedTurn(NamedTuple):
    """A signal of a turn: its number among the turn's signals, type, code and value."""

    turn_id: int
    place: int
    signal_type: str
    signal_code: str
    is_so: bool
    at: str
    is_copy: int


def newest_turns(connection: sqlite3.Connection, agent_name: str) -> list[tuple[int | None, int | None]]:
    """Return durations and tokens of an agent's newest completed turns."""
    return connection.execute(_NEWEST_TURNS, (agent_name,)).fetchall()


def compared_until(connection: sqlite3.Connection) -> int:
    """Return the revision up to which turns were compared by the current rules; 0 for none."""
    version, _, revision = fact(connection, _PROGRESS).partition(" ")
    return int(revision) if version == str(RULES_VERSION) and revision.isdigit() else 0


def put_compared_until(connection: sqlite3.Connection, revision: int) -> None:
    """Remember up to which revision turns were compared."""
    put_fact(connection, _PROGRESS, f"{RULES_VERSION} {revision}")


def changed_since(connection: sqlite3.Connection, revision: int) -> list[int]:
    """Return trajectories that changed after a revision, the newest first."""
    return [row[0] for row in connection.execute(_CHANGED, (revision,))]


def unjudged_turns(connection: sqlite3.Connection, trajectory_id: int) -> list[UnjudgedTurn]:
    """Return a trajectory's completed turns after the newest one that has signals, the oldest first."""
    turns = []
    for row in connection.execute(_UNJUDGED, (trajectory_id,)):
        if row[-1]:
            break
        if row[-2]:
            turns.append(UnjudgedTurn(*row[:-2]))
    return turns[::-1]


def put_turn_signals(connection: sqlite3.Connection, judged: Sequence[JudgedTurn]) -> None:
    """Write signals of turns, in place of older ones."""
    rows = [
        (
            _judged_id(turn.turn_id, turn.place),
            None,
            turn.signal_type,
            turn.signal_code,
            int(turn.is_so),
            turn.at,
            turn.is_copy,
        )
        for turn in judged
    ]
    connection.executemany(OLD_SIGNAL_SQL, [row[:1] for row in rows])
    connection.executemany(SIGNAL_SQL, rows)


def put_schema_signal(connection: sqlite3.Connection, turn_id: int, code: str | None) -> None:
    """Write whether a turn's answer was the JSON that the user asks for; None removes an older signal."""
    identity = _judged_id(turn_id, _SCHEMA_PLACE)
    connection.execute(OLD_SIGNAL_SQL, (identity,))
    if code is not None:
        row = connection.execute(
            "SELECT coalesce(ended_at, timestamp), is_copy FROM trajectory_turns WHERE id = ?", (turn_id,)
        ).fetchone()
        at, is_copy = row or (UNTIMED, 0)
        connection.execute(SIGNAL_SQL, (identity, None, SignalType.SCHEMA_VALID.value, code, 1, at, is_copy))


def _judged_id(turn_id: int, place: int) -> int:
    return (turn_id << CHILD_BITS) | FIRST_JUDGED | place
