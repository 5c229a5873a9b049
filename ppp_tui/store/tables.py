"""The tables of the database: which there are, and what the rows of each belong to.

Whatever treats all tables alike (dump, database file, restore, clearing) goes by this list: a new table is one entry.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Owner = Literal["file", "session", "trajectory", "turn", "row", "run", "codebase", ""]
"""What a row belongs to: a session file, a session by its agent's name for it, a trajectory, a turn of one, a numbered
row of a turn, a test run, the count of a folder; '' where rows of many trajectories are summed up in it, or belong to
none."""


class DatabaseTable(NamedTuple):
    """A table whose rows tell of sessions."""

    name: str
    owner: Owner
    key: str = ""
    """The column that names the owner; for rows of turns, that holds the owner's number."""
    is_sum: bool = False
    """Its rows follow from those of other tables."""
    is_counted: bool = False
    """Rows of turns that are copies do not count: the column `is_copy` says so, and sums follow by triggers."""


DOCUMENT_TABLES = frozenset({"trajectories", "trajectory_turns", "trajectory_questions", "trajectory_violations"})
"""Tables of the trajectory documents, which tell users how to drop them: nothing works without them."""

TABLES: tuple[DatabaseTable, ...] = (
    DatabaseTable("source_files", "file", "id"),
    DatabaseTable("source_news", "file", "file_id"),
    DatabaseTable("unknown_records", "file", "file_id"),
    DatabaseTable("raw_chunks", "file", "file_id"),
    DatabaseTable("trajectories", "trajectory", "id"),
    DatabaseTable("trajectory_summaries", "trajectory", "trajectory_id"),
    DatabaseTable("rate_limits", "trajectory", "trajectory_id"),
    DatabaseTable("preference_verdicts", "trajectory", "trajectory_id"),
    DatabaseTable("consensus_artifacts", "trajectory", "trajectory_id"),
    DatabaseTable("trajectory_metadata", "trajectory", "trajectory_id"),
    DatabaseTable("session_hours", "trajectory", "trajectory_id", is_sum=True),
    DatabaseTable("session_days", "trajectory", "trajectory_id", is_sum=True),
    DatabaseTable("trajectory_turns", "turn", "id"),
    DatabaseTable("turn_times", "turn", "id"),
    DatabaseTable("context_use", "turn", "id"),
    DatabaseTable("turn_verdicts", "turn", "turn_id"),
    DatabaseTable("trajectory_questions", "row", "id"),
    DatabaseTable("trajectory_violations", "row", "id"),
    DatabaseTable("steps", "row", "id"),
    DatabaseTable("token_usage", "row", "id"),
    DatabaseTable("retries", "row", "id"),
    DatabaseTable("features", "row", "id"),
    DatabaseTable("pull_requests", "row", "id"),
    DatabaseTable("test_runs", "row", "id", is_counted=True),
    DatabaseTable("project_changes", "row", "id", is_counted=True),
    DatabaseTable("retry_chains", "row", "id", is_counted=True),
    DatabaseTable("file_accesses", "row", "id", is_counted=True),
    DatabaseTable("agent_decisions", "row", "decision_id", is_counted=True),
    DatabaseTable("agent_quality_signals", "row", "signal_id", is_counted=True),
    DatabaseTable("test_failures", "run", "test_run_id"),
    DatabaseTable("session_reports", "session"),
    DatabaseTable("decision_counts", "trajectory", "trajectory_id", is_sum=True),
    DatabaseTable("signal_counts", "trajectory", "trajectory_id", is_sum=True),
    DatabaseTable("usage_minutes", "", is_sum=True),
    DatabaseTable("usage_hours", "", is_sum=True),
    DatabaseTable("usage_days", "", is_sum=True),
    DatabaseTable("total_hours", "", is_sum=True),
    DatabaseTable("project_hours", "", is_sum=True),
    DatabaseTable("project_days", "", is_sum=True),
    DatabaseTable("folder_days", "", is_sum=True),
    DatabaseTable("folder_months", "", is_sum=True),
    DatabaseTable("test_suites", "", is_sum=True),
    DatabaseTable("test_days", "", is_sum=True),
    DatabaseTable("retry_hours", "", is_sum=True),
    DatabaseTable("file_sums", "", is_sum=True),
    DatabaseTable("codebases", "codebase", "id"),
    DatabaseTable("codebase_types", "codebase", "codebase_id"),
    DatabaseTable("codebase_files", "codebase", "codebase_id"),
    DatabaseTable("performance_events", ""),
    DatabaseTable("agents", ""),
)
"""All of them, each after those that its rows belong to. Left out are queues, facts, the search index, and the
status of ingest."""


def tables_of(*owners: Owner, sums: bool = False) -> tuple[DatabaseTable, ...]:
    """Return the tables whose rows belong to such owners; those that are sums only if asked for."""
    return tuple(table for table in TABLES if table.owner in owners and (sums or not table.is_sum))


COUNTED = tuple(table.name for table in TABLES if table.is_counted)
"""Tables whose rows are summed up by triggers as they come and go."""
