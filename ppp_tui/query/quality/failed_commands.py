"""Shell commands that failed in a project, and what made them succeed."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ppp_tui.model.clock import from_text, to_text
from ppp_tui.model.ids import number_of, turn_of
from ppp_tui.query.projects import is_in_repository
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import strip_surrogates

MOST_SESSIONS = 300
"""Sessions of the project that are looked at, the newest first."""

MOST_FILES = 5
"""Files that are named as changed before a command succeeded."""


class FailedCommand(NamedTuple):
    """A command that failed, and the next time that the same one succeeded in its session."""

    session: int
    turn: int
    at: int
    """Unix milliseconds, 0 for an unknown time."""
    command: str
    exit_code: int | None
    output: str
    """The beginning of what it printed."""
    fixed_in_turn: int | None
    """None where it did not succeed later in the session."""
    changed_files: tuple[str, ...]
    """Files that were edited in between, as the agent named them."""


def failed_commands(repository: str, since_ms: int, limit: int) -> Query[list[FailedCommand]]:
    """Return failed commands of a repository's sessions since a moment: fixed ones first, then the newest."""
    return Query(
        "WITH chosen AS MATERIALIZED (SELECT t.id FROM trajectories AS t JOIN trajectory_summaries AS s "
        f"ON s.trajectory_id = t.id WHERE {is_in_repository('t.project')} AND s.last_at >= :since "
        f"AND s.failed_steps > 0 ORDER BY s.last_at DESC LIMIT {MOST_SESSIONS}), "
        "failed AS MATERIALIZED (SELECT p.id, p.target, p.started_at, p.exit_code, p.output_preview, "
        "(SELECT min(q.id) FROM steps AS q WHERE q.id > p.id AND q.id < (chosen.id + 1) << 40 AND q.kind = 'shell' "
        "AND q.target = p.target AND q.status = 'ok') AS fixed_id "
        "FROM chosen CROSS JOIN steps AS p ON p.id >= chosen.id << 40 AND p.id < (chosen.id + 1) << 40 "
        "JOIN trajectory_turns AS n ON n.id = p.id >> 20 AND n.is_copy = 0 "
        "WHERE p.kind = 'shell' AND p.status = 'failed' AND p.target <> '') "
        "SELECT f.id, f.started_at, f.target, f.exit_code, f.output_preview, f.fixed_id, "
        "(SELECT json_group_array(target) FROM (SELECT e.target FROM steps AS e WHERE e.id > f.id "
        "AND e.id < f.fixed_id AND e.kind = 'edit' "
        f"AND e.status = 'ok' GROUP BY e.target ORDER BY min(e.id) LIMIT {MOST_FILES})) FROM failed AS f "
        "ORDER BY f.fixed_id IS NULL, f.started_at DESC, f.id DESC LIMIT :limit",
        lambda rows: [_read(*row) for row in rows],
        {"project": strip_surrogates(repository), "since": to_text(max(0, since_ms)), "limit": limit},
    )


def _read(step_id: int, at: str | None, command: str, exit_code: int | None, output: str, *fix: Any) -> FailedCommand:
    fixed_id, files = fix
    turn_id = turn_of(step_id)
    return FailedCommand(
        session=turn_id >> 20,
        turn=number_of(turn_id),
        at=0 if at is None else from_text(at) or 0,
        command=command,
        exit_code=exit_code,
        output=output,
        fixed_in_turn=None if fixed_id is None else number_of(turn_of(fixed_id)),
        changed_files=tuple(json.loads(files or "[]")),
    )
