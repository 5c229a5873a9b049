"""Codebases as they were counted last, and which projects there is anything to tell of."""

from __future__ import annotations

from typing import Any, Literal

from ppp_tui.query.quality.rows import CodebaseFile, CodebaseLine, CodebaseType
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import to_ms

Table = Literal["codebases", "test_suites", "file_sums", "retry_hours", "trajectories"]
"""Tables in which projects are looked up."""

_NAMES: dict[Table, str] = {
    "codebases": "codebases",
    "test_suites": "test_suites",
    "file_sums": "file_sums",
    "retry_hours": "retry_hours",
    "trajectories": "trajectories",
}
_CODEBASE = "id, project, indexed_at, build_ms, counted_files, is_whole, files, bytes, code, comments, blanks, tokens"


def codebase(project: str) -> Query[CodebaseLine | None]:
    """Query a project's codebase, None if it was never counted."""
    return Query(
        f"SELECT {_CODEBASE} FROM codebases WHERE project = :project",
        lambda rows: next(iter(_read_codebases(rows)), None),
        {"project": project},
    )


def largest_codebases(limit: int = 50) -> Query[list[CodebaseLine]]:
    """Query codebases, those with the most lines of code first."""
    return Query(
        f"SELECT {_CODEBASE} FROM codebases ORDER BY code DESC LIMIT :limit", _read_codebases, {"limit": limit}
    )


def codebase_types(codebase_id: int) -> Query[list[CodebaseType]]:
    """Query a codebase by types of files, the type with the most lines of code first."""
    return Query(
        "SELECT type, files, bytes, code, comments, blanks, tokens FROM codebase_types WHERE codebase_id = :id "
        "ORDER BY code DESC, bytes DESC, type",
        lambda rows: [CodebaseType(*row) for row in rows],
        {"id": codebase_id},
    )


def largest_files(codebase_id: int, limit: int = 10) -> Query[list[CodebaseFile]]:
    """Query the largest files of a codebase."""
    return Query(
        "SELECT path, type, bytes, code, comments, blanks FROM codebase_files WHERE codebase_id = :id "
        "ORDER BY bytes DESC, path DESC LIMIT :limit",
        lambda rows: [CodebaseFile(*row) for row in rows],
        {"id": codebase_id, "limit": limit},
    )


def projects(table: Table) -> Query[list[str]]:
    """Query the projects of which a table tells anything, by name; costs as many look-ups as there are projects."""
    name = _NAMES[table]
    return Query(
        f"WITH RECURSIVE found (project) AS (SELECT min(project) FROM {name} UNION ALL SELECT (SELECT min(n.project) "
        f"FROM {name} AS n WHERE n.project > found.project) FROM found WHERE found.project IS NOT NULL) "
        "SELECT project FROM found WHERE project <> ''",
        lambda rows: [row[0] for row in rows],
    )


def _read_codebases(rows: list[tuple[Any, ...]]) -> list[CodebaseLine]:
    return [CodebaseLine(*row)._replace(indexed_at=to_ms(row[2]) or 0, is_whole=bool(row[5])) for row in rows]
