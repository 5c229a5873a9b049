"""Compares what agents sent by OpenTelemetry with their own session files."""

from __future__ import annotations

from typing import Any, NamedTuple

from ppp_tui.model.clock import from_text
from ppp_tui.query.query import Query

MAX_SESSIONS = 100
"""Newest sessions that are compared."""


class ReceivedCheck(NamedTuple):
    """How a session's requests that were sent compare with those in its file."""

    trajectory_id: int
    source: str
    native_id: str
    title: str
    """'' for a session without one."""
    sent: int
    """Requests that were sent; those after the end of what was read do not count yet."""
    matched: int
    """Those that the file has, too."""
    missing_tokens: int
    """Tokens of those that it has not."""
    unsent: int
    """Requests of the file, from the first to the last that was sent, which were not sent."""
    last_at: int = 0
    """The last sign of life of the session."""


_SQL = """
WITH newest AS (
    SELECT r.source, r.native_id, r.file_id, t.id AS trajectory_id, t.title, s.last_at
    FROM received_sessions AS r JOIN trajectories AS t
        ON t.native_id = r.native_id AND t.source = r.source AND t.lane = '' AND t.parent_id IS NULL
    JOIN trajectory_summaries AS s ON s.trajectory_id = t.id
    ORDER BY s.last_at DESC, t.id DESC LIMIT :most
)
SELECT n.trajectory_id, n.source, n.native_id, coalesce(n.title, ''), count(*), count(q.usage_id),
       coalesce(sum(iif(q.usage_id IS NULL, q.input_tokens + q.output_tokens + q.cache_read_tokens
           + q.cache_write_tokens, 0)), 0),
       (SELECT count(*) FROM token_usage AS u
        WHERE u.id BETWEEN n.trajectory_id << 40 AND ((n.trajectory_id + 1) << 40) - 1
            AND u.is_counted = 1 AND u.at BETWEEN min(q.at) AND max(q.at)
           AND NOT EXISTS (SELECT 1 FROM received_requests AS m WHERE m.file_id = n.file_id AND m.usage_id = u.id)),
       n.last_at
FROM newest AS n JOIN received_requests AS q ON q.file_id = n.file_id
    AND (q.usage_id IS NOT NULL OR q.at < n.last_at)
GROUP BY n.file_id, n.trajectory_id, n.source, n.native_id, n.last_at
ORDER BY n.last_at DESC, n.trajectory_id DESC
"""


def received_checks() -> Query[list[ReceivedCheck]]:
    """Return the comparison for the newest sessions that were both read and received."""

    def build(rows: list[tuple[Any, ...]]) -> list[ReceivedCheck]:
        return [ReceivedCheck(*row)._replace(last_at=from_text(row[-1])) for row in rows]

    return Query(_SQL, build, {"most": MAX_SESSIONS})
