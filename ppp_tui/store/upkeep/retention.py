"""Forgets sessions without a sign of life for long, sub-agents with the session that started them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ppp_tui.model.clock import to_text
from ppp_tui.store.upkeep.clear import clear_file
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas

_OLD = """
SELECT f.id FROM source_files AS f
WHERE EXISTS (SELECT 1 FROM trajectories AS t WHERE t.file_id = f.id)
  AND NOT EXISTS (
    SELECT 1 FROM trajectories AS t
    JOIN trajectories AS k ON k.id = coalesce(t.parent_id, t.id) OR k.parent_id = coalesce(t.parent_id, t.id)
    JOIN trajectory_summaries AS s ON s.trajectory_id = k.id
    WHERE t.file_id = f.id AND (s.last_at IS NULL OR s.last_at >= :before))
ORDER BY f.id LIMIT :limit
"""


_COUNTED_UNTIL = """
UPDATE source_files SET counted_until = max(counted_until, coalesce((
    SELECT max(u.at) FROM trajectories AS t
    JOIN token_usage AS u ON u.id BETWEEN t.id << 40 AND (t.id << 40) + 0xffffffffff
    WHERE t.file_id = source_files.id), '')) WHERE id = ?
"""
_EVENTS = """
DELETE FROM performance_events WHERE id IN (
    SELECT id FROM performance_events INDEXED BY performance_by_time WHERE at < :before ORDER BY at LIMIT :limit)
"""
_SESSIONS = "SELECT DISTINCT source, native_id FROM trajectories WHERE file_id = ?"
_FORGET_REPORT = """
DELETE FROM session_reports WHERE (source, native_id) = (?1, ?2)
    AND NOT EXISTS (SELECT 1 FROM trajectories AS t WHERE t.native_id = ?2 AND t.source = ?1)
"""


def quiet_files(connection: sqlite3.Connection, before_ms: int, limit: int) -> list[int]:
    """Return the ids of at most `limit` files whose sessions and sub-agents are quiet since `before_ms`."""
    rows = connection.execute(_OLD, {"before": to_text(max(0, before_ms)), "limit": limit}).fetchall()
    return [file_id for (file_id,) in rows]


def forget_before(
    connection: sqlite3.Connection,
    before_ms: int,
    summaries: SummaryDeltas,
    limit: int = 50,
    *,
    keeps_sums: bool = True,
) -> int:
    """Forget the rows of at most `limit` files that have been quiet since `before_ms`; return how many there were."""
    file_ids = quiet_files(connection, before_ms, limit)
    forget_files(connection, file_ids, summaries, keeps_sums=keeps_sums)
    return len(file_ids)


def forget_events(connection: sqlite3.Connection, before_ms: int, limit: int) -> int:
    """Forget at most `limit` performance events from before `before_ms`; return how many there were."""
    return connection.execute(_EVENTS, {"before": to_text(max(0, before_ms)), "limit": limit}).rowcount


def forget_files(
    connection: sqlite3.Connection, file_ids: Sequence[int], summaries: SummaryDeltas, *, keeps_sums: bool
) -> None:
    """Forget the rows of these files, within the caller's transaction.

    The file's own row stays, with how far it was read, so that it is not read again unless it grows. With `keeps_sums`
    its usage stays in the sums by hour and day, and is not counted again should the file be read from its beginning.
    """
    summaries.rollups.is_forgetting = keeps_sums
    sessions = [session for file_id in file_ids for session in connection.execute(_SESSIONS, (file_id,))]
    for file_id in file_ids:
        offset = connection.execute(
            "SELECT offset, parser_state, fold_state, anchor_hash FROM source_files WHERE id = ?", (file_id,)
        ).fetchone()
        if keeps_sums:
            connection.execute(_COUNTED_UNTIL, (file_id,))
        clear_file(connection, file_id, summaries)
        connection.execute(
            "UPDATE source_files SET offset = ?, parser_state = ?, fold_state = ?, anchor_hash = ? WHERE id = ?",
            (*offset, file_id),
        )
        connection.execute("DELETE FROM raw_chunks WHERE file_id = ?", (file_id,))
    summaries.flush_and_reset()
    connection.executemany("DELETE FROM trajectories WHERE file_id = ?", [(file_id,) for file_id in file_ids])
    connection.executemany(_FORGET_REPORT, sessions)
