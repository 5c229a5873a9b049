"""Finds or creates logged trajectories by the id that the program gave, and links them to their parents.

A parent is named, or it is the trajectory of the same run whose path a path lies below, or else that of the tool call
which started the program; either may come first.
"""

from __future__ import annotations

import sqlite3

from ppp_tui.model.clock import to_text
from ppp_tui.model.thread import TRACEPARENT_NAME, parse_traceparent
from ppp_tui.store.logged.entries import Started
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers.traced_children import link_to_caller
from ppp_tui.store.writers.trajectories import link_waiting_children, named_parent, set_parent, summarize_new

UNKNOWN_AGENT = "unknown"
"""The agent of a trajectory whose start was lost with a journal that was kept in memory."""

_ABOVE = """
SELECT p.id FROM trajectories AS t JOIN trajectories AS p ON p.run_id = t.run_id AND p.source = t.source
    AND p.path <> '' AND substr(t.path, 1, length(p.path) + 1) = p.path || '/'
WHERE t.id = ? ORDER BY length(p.path) DESC, p.id LIMIT 1
"""
_BELOW = """
SELECT c.id FROM trajectories AS t JOIN trajectories AS c ON c.run_id = t.run_id AND c.source = t.source
    AND substr(c.path, 1, length(t.path) + 1) = t.path || '/'
WHERE t.id = ? AND t.path <> '' AND c.parent_native_id = ''
"""


def ensure_logged_trajectory(
    connection: sqlite3.Connection, native_id: str, at: int, start: Started | None, summaries: SummaryDeltas
) -> int:
    """Return the row id of a trajectory, inserted if it is new; its start, if given, describes it."""
    row = connection.execute(
        "SELECT id FROM trajectories WHERE native_id = ? AND source = 'logger'", (native_id,)
    ).fetchone()
    trajectory = int(row[0]) if row else _make(connection, native_id, at)
    if start is not None:
        with summaries.renaming(trajectory):
            _describe(connection, trajectory, start)
        _link(connection, trajectory, start)
        parent = parse_traceparent(dict(start.metadata).get(TRACEPARENT_NAME, ""))
        if parent is not None and not start.parent:
            link_to_caller(connection, trajectory, parent, summaries)
    return trajectory


def _make(connection: sqlite3.Connection, native_id: str, at: int) -> int:
    cursor = connection.execute(
        "INSERT INTO trajectories (spec_id, agent_name, created_at, source, native_id) VALUES ('', ?, ?, 'logger', ?)",
        (UNKNOWN_AGENT, to_text(at), native_id),
    )
    return summarize_new(connection, cursor)


def _describe(connection: sqlite3.Connection, trajectory: int, start: Started) -> None:
    connection.execute(
        "UPDATE trajectories SET spec_id = ?, agent_name = ?, run_id = ?, stage = ?, attempt = ?, "
        "parent_native_id = ?, path = ?, project = ?, title = ?, model = ?, agent_version = ?, entrypoint = 'logger', "
        "created_at = ? WHERE id = ?",
        (
            start.spec_id,
            start.agent_name,
            start.run_id,
            start.stage,
            start.attempt,
            start.parent,
            start.path,
            start.project,
            start.title,
            start.model,
            start.agent_version,
            to_text(start.at),
            trajectory,
        ),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO trajectory_metadata (trajectory_id, name, value) VALUES (?, ?, ?)",
        [(trajectory, name, value) for name, value in start.metadata],
    )


def _link(connection: sqlite3.Connection, trajectory: int, start: Started) -> None:
    if start.parent:
        parent = named_parent(connection, trajectory)
        if parent is not None:
            set_parent(connection, trajectory, parent)
    link_waiting_children(connection, trajectory)
    if start.path and start.run_id is not None:
        if not start.parent:
            _hang_by_path(connection, trajectory)
        for (child,) in connection.execute(_BELOW, (trajectory,)).fetchall():
            _hang_by_path(connection, int(child))


def _hang_by_path(connection: sqlite3.Connection, trajectory: int) -> None:
    row = connection.execute(_ABOVE, (trajectory,)).fetchone()
    if row is not None:
        set_parent(connection, trajectory, int(row[0]))
