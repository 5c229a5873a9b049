"""Writes counted codebases a piece at a time, so that no transaction keeps others waiting."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ppp_tui.model.clock import to_text
from ppp_tui.model.rows import FileRow, FolderCount

if TYPE_CHECKING:
    from ppp_tui.store.write import Writer

CountedFiles = dict[str, tuple[int, int]]
"""Size and time of modification (ns) of files, by the path as it is kept."""

FILES_PER_TRANSACTION = 2000
"""Files that share a transaction."""

_FILE_SQL = (
    "INSERT OR REPLACE INTO codebase_files (codebase_id, path, type, bytes, modified_ns, code, comments, blanks) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_TOKENS = "sum(iif(type <> '', (bytes + 3) / 4, 0))"
_TYPES_SQL = (
    "INSERT INTO codebase_types (codebase_id, type, files, bytes, code, comments, blanks, tokens) "
    f"SELECT codebase_id, type, count(*), sum(bytes), sum(code), sum(comments), sum(blanks), {_TOKENS} "
    "FROM codebase_files WHERE codebase_id = ? GROUP BY type"
)
_SUMS_SQL = (
    "UPDATE codebases SET indexed_at = :at, build_ms = :build_ms, counted_files = :counted, is_whole = :is_whole, "
    "(files, bytes, code, comments, blanks, tokens) = (SELECT coalesce(sum(files), 0), coalesce(sum(bytes), 0), "
    "coalesce(sum(code), 0), coalesce(sum(comments), 0), coalesce(sum(blanks), 0), coalesce(sum(tokens), 0) "
    "FROM codebase_types WHERE codebase_id = :id) WHERE id = :id"
)
_DUE_SQL = (
    "SELECT f.repository FROM (SELECT trajectory_id, last_at FROM trajectory_summaries WHERE last_at >= :since "
    "ORDER BY last_at DESC LIMIT 200) AS s JOIN trajectories AS t ON t.id = s.trajectory_id "
    "JOIN project_folders AS f ON f.folder = t.project WHERE NOT EXISTS (SELECT 1 FROM codebases AS c "
    "WHERE c.project = f.repository AND c.indexed_at >= :before) GROUP BY f.repository ORDER BY max(s.last_at) DESC"
)


def known_files(connection: sqlite3.Connection, project: str) -> CountedFiles:
    """Return size and time of every file of a project as they were counted last."""
    rows = connection.execute(
        "SELECT f.path, f.bytes, f.modified_ns FROM codebases AS c JOIN codebase_files AS f ON f.codebase_id = c.id "
        "WHERE c.project = ?",
        (project,),
    )
    return {path: (size, modified_ns) for path, size, modified_ns in rows}


def due_projects(connection: sqlite3.Connection, since_ms: int, before_ms: int) -> list[str]:
    """Return projects with activity since `since_ms` that were not counted since `before_ms`, newest first."""
    moments = {"since": to_text(max(0, since_ms)), "before": to_text(max(0, before_ms))}
    return [row[0] for row in connection.execute(_DUE_SQL, moments)]


def write_count(writer: Writer, counted: FolderCount, now_ms: int) -> Iterator[None]:
    """Write a folder's count, one transaction for every step of the iteration; the sums come with the last one.

    Raises DatabaseError. A count that was written in part is completed by the next one.
    """
    with writer.transaction() as summaries:
        codebase = summaries.call(_ensure, counted.project, now_ms)
    for start in range(0, len(counted.changed), FILES_PER_TRANSACTION):
        with writer.transaction() as summaries:
            summaries.call(_put_files, codebase, counted.changed[start : start + FILES_PER_TRANSACTION])
        yield
    for start in range(0, len(counted.gone), FILES_PER_TRANSACTION):
        with writer.transaction() as summaries:
            summaries.call(_drop_files, codebase, counted.gone[start : start + FILES_PER_TRANSACTION])
        yield
    with writer.transaction() as summaries:
        summaries.call(_sum, codebase, counted, now_ms)
    yield


def _put_files(connection: sqlite3.Connection, codebase: int, rows: Sequence[FileRow]) -> None:
    connection.executemany(_FILE_SQL, [(codebase, *row) for row in rows])


def _drop_files(connection: sqlite3.Connection, codebase: int, paths: Sequence[str]) -> None:
    connection.executemany(
        "DELETE FROM codebase_files WHERE codebase_id = ? AND path = ?", [(codebase, path) for path in paths]
    )


def _ensure(connection: sqlite3.Connection, project: str, now_ms: int) -> int:
    connection.execute(
        "INSERT OR IGNORE INTO codebases (project, indexed_at, build_ms, counted_files, is_whole, files, bytes, code, "
        "comments, blanks, tokens) VALUES (?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
        (project, to_text(now_ms)),
    )
    codebase: int = connection.execute("SELECT id FROM codebases WHERE project = ?", (project,)).fetchone()[0]
    return codebase


def _sum(connection: sqlite3.Connection, codebase: int, counted: FolderCount, now_ms: int) -> None:
    connection.execute("DELETE FROM codebase_types WHERE codebase_id = ?", (codebase,))
    connection.execute(_TYPES_SQL, (codebase,))
    connection.execute(
        _SUMS_SQL,
        {
            "at": to_text(now_ms),
            "build_ms": counted.build_ms,
            "counted": len(counted.changed),
            "is_whole": int(counted.is_whole),
            "id": codebase,
        },
    )
