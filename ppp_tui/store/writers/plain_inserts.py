"""Counts rows that other programs insert into this database by the plain statements of the trajectory documents.

Triggers number such rows and queue their trajectories; here their sums are made, their live facts, and their artifacts
are linked. A trajectory is counted as a whole: such trajectories are short.
"""

from __future__ import annotations

import json
import sqlite3

from ppp_tui.model.artifact import Candidate, owner_of
from ppp_tui.model.clock import UNTIMED, from_text, parse_stored_time, restored_time
from ppp_tui.model.ids import child_span
from ppp_tui.model.live import LiveFacts
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas

MAX_COUNTED_TRAJECTORIES = 50
"""Trajectories that are counted in one transaction."""

_MAX_GIVEN_IDS = 10_000
"""Newest turns whose first ids are remembered, for questions and violations that name them by those."""

_STORED_LENGTH = len(UNTIMED)
_MESSAGES = """
INSERT INTO steps (id, kind, status, started_at, ended_at, input_preview, input_length, text_start, text_end)
SELECT (t.id << 20) + 1, 'message', 'ok', t.timestamp, t.timestamp, substr(t.response, 1, 300), length(t.response), 0,
    length(t.response)
FROM trajectory_turns AS t WHERE t.id BETWEEN ? AND ? AND t.origin = 'logged' AND t.response <> ''
    AND NOT EXISTS (SELECT 1 FROM steps AS s WHERE s.id BETWEEN t.id << 20 AND (t.id << 20) + 1048575)
"""
_NEWEST = """
SELECT t.turn_number, t.timestamp, t.response <> '', (SELECT q.question_text FROM trajectory_questions AS q
    WHERE q.turn_id = t.id AND q.source = 'stated' ORDER BY q.id DESC LIMIT 1)
FROM trajectory_turns AS t WHERE t.id BETWEEN ? AND ? ORDER BY t.id DESC LIMIT 1
"""


def queued_trajectories(connection: sqlite3.Connection) -> list[int]:
    """Return trajectories whose plain rows wait to be counted, at most `MAX_COUNTED_TRAJECTORIES`."""
    rows = connection.execute("SELECT trajectory_id FROM plain_queue ORDER BY 1 LIMIT ?", (MAX_COUNTED_TRAJECTORIES,))
    return [int(row[0]) for row in rows]


def count_inserts(connection: sqlite3.Connection, trajectory_ids: list[int], summaries: SummaryDeltas) -> None:
    """Count trajectories again within the caller's transaction, and remove them from the queue."""
    for trajectory in trajectory_ids:
        row = connection.execute(
            "SELECT spec_id, entrypoint, created_at FROM trajectories WHERE id = ?", (trajectory,)
        ).fetchone()
        connection.execute("DELETE FROM plain_queue WHERE trajectory_id = ?", (trajectory,))
        if row is None:
            continue
        connection.execute("INSERT OR IGNORE INTO trajectory_summaries (trajectory_id) VALUES (?)", (trajectory,))
        _mend_times(connection, trajectory, row[2])
        turns = child_span(trajectory)
        connection.execute(_MESSAGES, turns)
        connection.execute("UPDATE trajectory_turns SET scored_by = '' WHERE id BETWEEN ? AND ?", turns)
        connection.execute("UPDATE trajectory_summaries SET scored_by = '' WHERE trajectory_id = ?", (trajectory,))
        summaries.recount(trajectory)
        if row[1] == "sql":
            _put_live(connection, trajectory)
            _link_artifacts(connection, row[0])
        summaries.task_changed.add(trajectory)
        summaries.changed.add(trajectory)
    connection.execute(
        "DELETE FROM plain_turns WHERE given_id <= (SELECT given_id FROM plain_turns ORDER BY given_id DESC "
        "LIMIT 1 OFFSET ?)",
        (_MAX_GIVEN_IDS,),
    )


def _mend_times(connection: sqlite3.Connection, trajectory: int, created_at: object) -> None:
    """Convert times to the form of this database."""
    if not isinstance(created_at, str) or len(created_at) != _STORED_LENGTH:
        connection.execute(
            "UPDATE trajectories SET created_at = ? WHERE id = ?", (restored_time(created_at), trajectory)
        )
    turns = (*child_span(trajectory), _STORED_LENGTH)
    for turn, at in connection.execute(
        "SELECT id, timestamp FROM trajectory_turns WHERE id BETWEEN ? AND ? AND length(timestamp) <> ?", turns
    ).fetchall():
        stored = restored_time(at)
        ended = None if stored == UNTIMED else stored
        connection.execute(
            "UPDATE trajectory_turns SET timestamp = ?, ended_at = ? WHERE id = ?", (stored, ended, turn)
        )
        connection.execute(
            "UPDATE trajectory_questions SET asked_at = ? WHERE turn_id = ? AND asked_at = ?", (ended, turn, at)
        )


def _put_live(connection: sqlite3.Connection, trajectory: int) -> None:
    row = connection.execute(_NEWEST, child_span(trajectory)).fetchone()
    if row is None:
        return
    number, timestamp, has_answer, question = row
    at_ms = from_text(timestamp)
    live = LiveFacts(
        last_at=at_ms,
        last_kind="TurnLogged",
        turn_number=number,
        turn_started_at=at_ms,
        turn_ended_at=at_ms,
        spoke_last=bool(has_answer) and question is None,
        question=question or "",
        is_question_structured=question is not None,
        question_at=at_ms if question is not None else 0,
    )
    connection.execute(
        "UPDATE trajectory_summaries SET live = ?, last_at = ?, last_turn_number = ? WHERE trajectory_id = ?",
        (json.dumps(live, ensure_ascii=False), timestamp if at_ms else None, number, trajectory),
    )


def _link_artifacts(connection: sqlite3.Connection, spec_id: str) -> None:
    """Give artifacts of a specification that name no trajectory to the one that they belong to, and it their stage."""
    rows = connection.execute(
        "SELECT id, agent_name, coalesce(run_id, ''), created_at, iif(entrypoint = 'sql', '', stage) FROM trajectories "
        "WHERE spec_id = ? AND source = 'logger' ORDER BY id",
        (spec_id,),
    ).fetchall()
    candidates = [
        Candidate(key, agent, run, parse_stored_time(created), stage) for key, agent, run, created, stage in rows
    ]
    plain = {candidate.key for candidate in candidates if not candidate.stage}
    for artifact, agent, run, stage, created in connection.execute(
        "SELECT id, agent_name, coalesce(run_id, ''), stage, created_at FROM consensus_artifacts "
        "WHERE spec_id = ? AND file_id IS NULL AND trajectory_id IS NULL ORDER BY created_at, id",
        (spec_id,),
    ).fetchall():
        owner = owner_of(candidates, agent, run, parse_stored_time(created))
        if owner is None or owner.key not in plain:
            continue
        connection.execute("UPDATE consensus_artifacts SET trajectory_id = ? WHERE id = ?", (owner.key, artifact))
        connection.execute("UPDATE trajectories SET stage = ? WHERE id = ? AND ? <> ''", (stage, owner.key, stage))
