"""Files that agents use: the most used of a project, and those that one session came back to."""

from __future__ import annotations

from typing import Any, Literal

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.query.projects import folders_of, path_in_repository
from ppp_tui.query.quality.rows import HotFile
from ppp_tui.query.query import Query
from ppp_tui.query.scope import Scope, where
from ppp_tui.query.sql_helpers import strip_surrogates, to_ms

Order = Literal["uses", "reads", "edits"]
"""What makes a file hot."""

MOST_LOOKED_AT = 20_000
"""The newest accesses that a report on a span of time, an agent or a session looks at."""

_SUMS = (
    "path, sum(action = 'read') AS reads, sum(action = 'edit') AS edits, sum(iif(action = 'read', tokens, 0)), "
    "max(iif(action = 'read', at, NULL)), max(iif(action = 'edit', at, NULL)), count(*) AS uses"
)
_PATH = path_in_repository("a.path", "g.sub_folder")


def hot_files(project: str, order: Order = "uses", limit: int = 50) -> Query[list[HotFile]]:
    """Query the most used files of a project over all of its history."""
    column = {"uses": "uses", "reads": "reads", "edits": "edits"}[order]
    return Query(
        f"SELECT :project, {_PATH} AS shown, sum(a.reads) AS reads, sum(a.edits) AS edits, sum(a.read_tokens), "
        f"max(a.last_read_at), max(a.last_edit_at), sum(a.uses) AS uses FROM {folders_of()} AS g "
        f"CROSS JOIN file_sums AS a WHERE a.project = g.folder AND a.{column} > 0 GROUP BY shown "
        f"ORDER BY {column} DESC, shown LIMIT :limit",
        _read_files,
        {"project": strip_surrogates(project), "limit": limit},
    )


def hot_files_within(scope: Scope, order: Order = "uses", limit: int = 50) -> Query[list[HotFile]]:
    """Query the most used files of a project within bounds, out of the newest `MOST_LOOKED_AT` accesses."""
    times, time_parameters = scope.times("a.at")
    names, name_parameters = scope.names("agent_name")
    column = {"uses": "uses", "reads": "reads", "edits": "edits"}[order]
    return Query(
        f"SELECT :project, {_SUMS} FROM (SELECT {_PATH} AS path, a.action, a.at, a.tokens, a.agent_name "
        f"FROM {folders_of()} AS g CROSS JOIN file_accesses AS a "
        f"{where('a.project = g.folder', 'a.is_copy = 0', *times)} ORDER BY a.at DESC LIMIT {MOST_LOOKED_AT}) "
        f"{where(*names)} GROUP BY path ORDER BY {column} DESC, path LIMIT :limit",
        _read_files,
        {**time_parameters, **name_parameters, "project": strip_surrogates(scope.project or ""), "limit": limit},
    )


def session_files(trajectory_id: int, limit: int = 50) -> Query[list[HotFile]]:
    """Query the files that a session used most, out of its newest `MOST_LOOKED_AT` accesses."""
    low = trajectory_id << (2 * CHILD_BITS)
    return Query(
        f"SELECT project, {_SUMS} FROM (SELECT project, path, action, at, tokens FROM file_accesses "
        f"WHERE id BETWEEN :low AND :high ORDER BY id DESC LIMIT {MOST_LOOKED_AT}) "
        "GROUP BY project, path ORDER BY uses DESC, path LIMIT :limit",
        _read_files,
        {"low": low, "high": low + (1 << (2 * CHILD_BITS)) - 1, "limit": limit},
    )


def _read_files(rows: list[tuple[Any, ...]]) -> list[HotFile]:
    files = []
    for project, path, reads, edits, tokens, last_read, last_edit, *_ in rows:
        read_at, edit_at = to_ms(last_read) or 0, to_ms(last_edit) or 0
        action: Literal["read", "edit"] = "edit" if edit_at >= read_at else "read"
        files.append(
            HotFile(
                project=project,
                path=path,
                reads=reads,
                edits=edits,
                read_tokens=tokens,
                last_at=max(read_at, edit_at),
                last_action=action,
            )
        )
    return files
