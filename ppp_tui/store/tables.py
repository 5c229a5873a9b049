"""The tables of the database: which there are, and what the rows of each belong to.

Whatever treats all tables alike (dump, archive file, restore, clearing) goes by this list: a new table is one entry.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Owner = Literal["file", "session", "trajectory", "turn", "row", "run", "codebase", ""]
"""What a row belongs to: a session file, a session by its agent's name for it, a trajectory, a turn of one, a numbered
row of a turn, a test run, the count of a folder; '' where rows of many trajectories are summed up in it."""


class Table(NamedTuple):
    """A table whose rows tell of sessions."""

    name: str
    owner: Owner
    key: str = ""
    """The column that names the owner; for rows of turns, that holds the owner's number."""
    is_sum: bool = False
    """Its rows follow from those of other tables."""
    is_counted: bool = False
    """Rows of turns that are copies do not count: the column `is_copy` says so, and sums follow by triggers."""


TABLES: tuple[Table, ...] = (
    Table("source_files", "file", "id"),
    Table("source_news", "file", "file_id"),
    Table("unknown_records", "file", "file_id"),
    Table("raw_chunks", "file", "file_id"),
    Table("trajectories", "trajectory", "id"),
    Table("trajectory_summaries", "trajectory", "trajectory_id"),
    Table("rate_limits", "trajectory", "trajectory_id"),
    Table("preference_verdicts", "trajectory", "trajectory_id"),
    Table("consensus_artifacts", "trajectory", "trajectory_id"),
    Table("session_hours", "trajectory", "trajectory_id", is_sum=True),
    Table("session_days", "trajectory", "trajectory_id", is_sum=True),
    Table("trajectory_turns", "turn", "id"),
    Table("turn_times", "turn", "id"),
    Table("context_use", "turn", "id"),
    Table("turn_verdicts", "turn", "turn_id"),
    Table("trajectory_questions", "row", "id"),
    Table("trajectory_violations", "row", "id"),
    Table("steps", "row", "id"),
    Table("token_usage", "row", "id"),
    Table("retries", "row", "id"),
    Table("features", "row", "id"),
    Table("test_runs", "row", "id", is_counted=True),
    Table("project_changes", "row", "id", is_counted=True),
    Table("retry_chains", "row", "id", is_counted=True),
    Table("file_accesses", "row", "id", is_counted=True),
    Table("test_failures", "run", "test_run_id"),
    Table("session_reports", "session"),
    Table("usage_minutes", "", is_sum=True),
    Table("usage_hours", "", is_sum=True),
    Table("usage_days", "", is_sum=True),
    Table("total_hours", "", is_sum=True),
    Table("project_hours", "", is_sum=True),
    Table("project_days", "", is_sum=True),
    Table("folder_days", "", is_sum=True),
    Table("folder_months", "", is_sum=True),
    Table("test_suites", "", is_sum=True),
    Table("test_days", "", is_sum=True),
    Table("retry_hours", "", is_sum=True),
    Table("file_sums", "", is_sum=True),
    Table("codebases", "codebase", "id"),
    Table("codebase_types", "codebase", "codebase_id"),
    Table("codebase_files", "codebase", "codebase_id"),
)
"""All of them, each after those that its rows belong to. Left out are queues, facts, the search index, and what ingest
says of itself."""


def tables_of(*owners: Owner, sums: bool = False) -> tuple[Table, ...]:
    """Return the tables whose rows belong to such owners; those that are sums only if asked for."""
    return tuple(table for table in TABLES if table.owner in owners and (sums or not table.is_sum))


COUNTED = tuple(table.name for table in TABLES if table.is_counted)
"""Tables whose rows are summed up by triggers as they come and go."""
