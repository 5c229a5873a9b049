"""What changed in the database since a revision."""

from __future__ import annotations

from typing import Any, NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.model.ingest_status import IngestStatus
from ppp_tui.query.ingest_status import ingest_status
from ppp_tui.query.query import Query
from ppp_tui.query.rows import Moved, SessionRow, Totals
from ppp_tui.query.sessions.live import ROOTS, ROOTS_SELECT
from ppp_tui.query.sessions.session_columns import WIDTH, read_sessions
from ppp_tui.query.usage.totals import totals

MAX_CHANGES = 200
"""Changed trajectories that are listed; of more, `Moved.is_everything` says so."""


class Changes(NamedTuple):
    """What changed, with all that every screen shows."""

    moved: Moved
    sessions: list[SessionRow]
    """The sessions that the moved trajectories belong to, or are."""
    totals: Totals
    ingest: IngestStatus | None


def revision() -> Query[int]:
    """Query the number of the newest commit that changed a session, 0 for an empty database."""
    return Query(
        "SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision'",
        lambda rows: int(rows[0][0]) if rows else 0,
    )


def moved_since(revision: int, limit: int = MAX_CHANGES) -> Query[Moved]:
    """Query the newest revision and the trajectories that changed after `revision`, those that changed last first."""
    return Query(
        "SELECT CAST(value AS INTEGER), NULL FROM archive_facts WHERE name = 'revision' UNION ALL "
        "SELECT * FROM (SELECT revision, trajectory_id FROM trajectory_summaries WHERE revision > :revision "
        "ORDER BY revision DESC, trajectory_id DESC LIMIT :most) AS m",
        lambda rows: _read_moved(rows, limit),
        {"revision": revision, "most": limit + 1},
    )


def _part(name: str, columns: int, sql: str) -> str:
    """Return a SELECT whose rows have another shape than sessions, marked by their first column."""
    return f"SELECT '{name}', p.*{', NULL' * (WIDTH - columns)} FROM ({sql}) AS p"


_TOTALS, _STATUS = totals(0, 0), ingest_status()
_RECENT = (
    "SELECT trajectory_id, last_at, revision FROM trajectory_summaries WHERE revision > :revision "
    "ORDER BY revision DESC, trajectory_id DESC LIMIT :most"
)
_SESSIONS = (
    f"WITH RECURSIVE recent (id, at, revision) AS ({_RECENT}), {ROOTS} SELECT 'session', c.* FROM ({ROOTS_SELECT}) AS c"
)
_CHANGES = " UNION ALL ".join(
    (
        _SESSIONS,
        _part("moved", 2, "SELECT CAST(value AS INTEGER), NULL FROM archive_facts WHERE name = 'revision'"),
        _part("moved", 2, "SELECT revision, id FROM recent ORDER BY revision DESC, id DESC"),
        _part("totals", 10, _TOTALS.sql),
        _part("status", len(IngestStatus._fields), _STATUS.sql),
    )
)


def changes_since(revision: int, now_ms: int, midnight_ms: int, limit: int = MAX_CHANGES) -> Query[Changes]:
    """Query what changed after `revision`, the sessions that it belongs to, current sums, and the state of ingest."""

    def read(rows: list[tuple[Any, ...]]) -> Changes:
        parts: dict[str, list[tuple[Any, ...]]] = {"session": [], "moved": [], "totals": [], "status": []}
        for row in rows:
            parts[row[0]].append(row[1:])
        return Changes(
            _read_moved(parts["moved"], limit),
            read_sessions(parts["session"]),
            _TOTALS.build(parts["totals"]),
            _STATUS.build([row[: len(IngestStatus._fields)] for row in parts["status"]]),
        )

    return Query(
        _CHANGES,
        read,
        {"revision": revision, "most": limit + 1, "limit": limit, **totals(now_ms, midnight_ms).parameters},
    )


def _read_moved(rows: list[tuple[Any, ...]], limit: int) -> Moved:
    changed = [row[1] for row in rows if row[1] is not None]
    return Moved(max([row[0] for row in rows]), tuple(changed[:limit]), len(changed) > limit)


class ChangedSession(NamedTuple):
    """A session that changed, itself or a sub-agent of it."""

    id: int
    revision: int
    """The newest of its commits after the given revision."""


def changed_sessions(after_revision: int, since_ms: int, limit: int) -> Query[list[ChangedSession]]:
    """Return sessions that changed after a revision, each once, in that order, if alive since `since_ms`."""
    return Query(
        "WITH RECURSIVE changed (id, revision) AS MATERIALIZED ("
        "SELECT trajectory_id, revision FROM trajectory_summaries INDEXED BY summaries_by_revision "
        "WHERE revision > :revision AND last_at >= :since ORDER BY revision, trajectory_id LIMIT :limit), "
        "up (root, revision) AS (SELECT id, revision FROM changed UNION ALL "
        "SELECT t.parent_id, up.revision FROM up JOIN trajectories AS t ON t.id = up.root "
        "WHERE t.parent_id IS NOT NULL) SELECT up.root, max(up.revision) FROM up JOIN trajectories AS t "
        "ON t.id = up.root WHERE t.parent_id IS NULL GROUP BY up.root ORDER BY 2, 1",
        lambda rows: [ChangedSession._make(row) for row in rows],
        {"revision": after_revision, "since": to_text(max(0, since_ms)), "limit": limit},
    )
