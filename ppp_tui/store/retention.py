"""Forgets sessions without a sign of life for long, sub-agents with the session that started them."""

from __future__ import annotations

import sqlite3

from ppp_tui.model.clock import to_text
from ppp_tui.store import lanes
from ppp_tui.store.ledger import Ledger

_OLD = """
SELECT f.id FROM source_files AS f
WHERE EXISTS (SELECT 1 FROM trajectories AS t WHERE t.file_id = f.id)
  AND NOT EXISTS (
    SELECT 1 FROM trajectories AS t
    JOIN trajectories AS k ON k.id = coalesce(t.parent_id, t.id) OR k.parent_id = coalesce(t.parent_id, t.id)
    JOIN trajectory_summaries AS s ON s.trajectory_id = k.id
    WHERE t.file_id = f.id AND (s.last_at IS NULL OR s.last_at >= :before))
ORDER BY f.id LIMIT :most
"""


_COUNTED_UNTIL = """
UPDATE source_files SET counted_until = max(counted_until, coalesce((
    SELECT max(u.at) FROM trajectories AS t
    JOIN token_usage AS u ON u.id BETWEEN t.id << 40 AND (t.id << 40) + 0xffffffffff
    WHERE t.file_id = source_files.id), '')) WHERE id = ?
"""


def forget_before(
    connection: sqlite3.Connection, before_ms: int, ledger: Ledger, most: int = 50, *, keeps_sums: bool = True
) -> int:
    """Forget the rows of at most so many files that have been quiet since `before_ms`; returns how many there were.

    The file's own row stays, with how far it was read, so that it is not read again unless it grows. With `keeps_sums`
    its usage stays in the sums by hour and day, and is not counted again should the file be read from its beginning.
    """
    ledger.rollups.is_forgetting = keeps_sums
    found = connection.execute(_OLD, {"before": to_text(max(0, before_ms)), "most": most}).fetchall()
    for (file_id,) in found:
        offset = connection.execute(
            "SELECT offset, parser_state, fold_state, anchor_hash FROM source_files WHERE id = ?", (file_id,)
        ).fetchone()
        if keeps_sums:
            connection.execute(_COUNTED_UNTIL, (file_id,))
        lanes.clear_file(connection, file_id, ledger)
        connection.execute(
            "UPDATE source_files SET offset = ?, parser_state = ?, fold_state = ?, anchor_hash = ? WHERE id = ?",
            (*offset, file_id),
        )
        connection.execute("DELETE FROM raw_chunks WHERE file_id = ?", (file_id,))
    ids = [(file_id,) for (file_id,) in found]
    ledger.settle()
    connection.executemany("DELETE FROM trajectories WHERE file_id = ?", ids)
    return len(found)
