"""Artifacts that another program's database holds: a row of it that is written twice replaces itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ppp_tui.model.rows import ArtifactRow
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers.trajectories import find_trajectory

_COLUMNS = (
    "trajectory_id",
    "spec_id",
    "stage",
    "agent_name",
    "run_id",
    "content_json",
    "response_text",
    "created_at",
    "score",
)
_PUT = f"""
INSERT INTO consensus_artifacts (file_id, file_row, {", ".join(_COLUMNS)}) VALUES (?, ?{", ?" * len(_COLUMNS)})
ON CONFLICT (file_id, file_row) WHERE file_id IS NOT NULL DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}
WHERE ({", ".join(_COLUMNS)}) IS NOT ({", ".join(f"excluded.{name}" for name in _COLUMNS)})
"""


def put_artifacts(
    connection: sqlite3.Connection, file_id: int, rows: Iterable[ArtifactRow], summaries: SummaryDeltas
) -> None:
    """Write artifacts of a file within the caller's transaction."""
    for row in rows:
        trajectory = None if row.trajectory is None else find_trajectory(connection, file_id, row.trajectory)
        cursor = connection.execute(_PUT, (file_id, row.file_row, trajectory, *row[2:]))
        if cursor.rowcount > 0 and trajectory is not None:
            summaries.changed.add(trajectory)


def clear_file(connection: sqlite3.Connection, file_id: int) -> None:
    """Remove the artifacts of a file that is to be read again."""
    connection.execute("DELETE FROM consensus_artifacts WHERE file_id = ?", (file_id,))
