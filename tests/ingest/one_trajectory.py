"""A database with one trajectory, for the jobs that look at what a commit changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.store.write import Writer


class OneTrajectory:
    """A database with one trajectory, number 1, which is Codex's and has no turn."""

    def __init__(self, path: Path) -> None:
        self.writer = Writer(path)
        self.ask("INSERT INTO trajectories (id, spec_id, agent_name) VALUES (1, '', 'codex')")
        self.ask("INSERT OR IGNORE INTO trajectory_summaries (trajectory_id) VALUES (1)")

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        return self.writer._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Close the database."""
        self.writer.close()
