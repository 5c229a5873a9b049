"""Names that a user may write: agents, models and projects of the database, as the shell completes them."""

from __future__ import annotations

from ppp_tui.query.query import Query

MAX_NAMES = 200
"""Most names that are offered."""


def agent_names() -> Query[list[str]]:
    """Return the agents of all trajectories, by name."""
    return _names("SELECT DISTINCT agent_name FROM trajectories WHERE agent_name <> '' ORDER BY 1")


def model_names() -> Query[list[str]]:
    """Return the last models of all trajectories, by name."""
    return _names("SELECT DISTINCT model FROM trajectories WHERE model <> '' ORDER BY 1")


def project_names() -> Query[list[str]]:
    """Return the projects' names as lists show them, sorted, each once."""
    return _names("SELECT DISTINCT label FROM project_folders WHERE label <> '' ORDER BY 1")


def trajectory_sources() -> Query[list[str]]:
    """Return the sources of all trajectories, each looked up in an index: there are few of them."""
    return Query(
        "WITH RECURSIVE named (source) AS (SELECT min(source) FROM trajectories UNION ALL "
        "SELECT (SELECT min(t.source) FROM trajectories AS t WHERE t.source > named.source) FROM named "
        "WHERE named.source IS NOT NULL) SELECT source FROM named WHERE source <> ''",
        lambda rows: [str(row[0]) for row in rows],
    )


def _names(sql: str) -> Query[list[str]]:
    return Query(f"{sql} LIMIT {MAX_NAMES}", lambda rows: [str(row[0]) for row in rows])
