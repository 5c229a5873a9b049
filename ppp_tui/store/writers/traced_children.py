"""Links what a program logged below the tool call that started it: the program was told a span, an agent sent it.

Either may come first. A trajectory that names no parent keeps the span that it was told in its metadata.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.model.thread import TRACEPARENT_NAME, TraceParent, parse_traceparent
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers.trajectories import set_parent

MAX_DEPTH = 32
"""Spans around each other that are looked at for the one that names a call."""

_WAITING = f"""
SELECT m.trajectory_id, m.value FROM trajectory_metadata AS m JOIN trajectories AS t ON t.id = m.trajectory_id
WHERE m.name = '{TRACEPARENT_NAME}' AND m.value BETWEEN '00-' || :trace || '-' AND '00-' || :trace || '-g'
    AND t.source = 'logger' AND t.parent_native_id = ''
"""


class CallingStep(NamedTuple):
    """Where a program was started."""

    trajectory: int
    step_key: str
    """'' where only the session is known."""


def link_to_caller(connection: sqlite3.Connection, child: int, parent: TraceParent, summaries: SummaryDeltas) -> None:
    """Link a trajectory below the call whose span it was told, if an agent sent that or another of the trace."""
    caller = _caller(connection, parent)
    if caller is None or caller.trajectory == child:
        return
    set_parent(connection, child, caller.trajectory)
    connection.execute("UPDATE trajectories SET parent_step = ? WHERE id = ?", (caller.step_key, child))
    summaries.changed.add(child)


def link_children_of(connection: sqlite3.Connection, file_id: int, summaries: SummaryDeltas) -> None:
    """Link trajectories that were told a span of a trace which a receiver's file tells of."""
    traces = connection.execute("SELECT DISTINCT trace_id FROM received_spans WHERE file_id = ?", (file_id,)).fetchall()
    for (trace,) in traces:
        for child, traceparent in connection.execute(_WAITING, {"trace": trace}).fetchall():
            parent = parse_traceparent(traceparent)
            if parent is not None:
                link_to_caller(connection, child, parent, summaries)


def _caller(connection: sqlite3.Connection, parent: TraceParent) -> CallingStep | None:
    span, key, file_id = parent.span_id, "", None
    for _ in range(MAX_DEPTH):
        row = connection.execute(
            "SELECT file_id, parent_span_id, step_key FROM received_spans WHERE trace_id = ? AND span_id = ?",
            (parent.trace_id, span),
        ).fetchone()
        if row is None:
            break
        file_id, span, key = row
        if key:
            break
    if file_id is None:
        row = connection.execute(
            "SELECT file_id FROM received_spans WHERE trace_id = ? LIMIT 1", (parent.trace_id,)
        ).fetchone()
        if row is None:
            return None
        file_id = row[0]
    session = _session_of(connection, file_id)
    return None if session is None else CallingStep(_trajectory_with(connection, session, key), key)


def _session_of(connection: sqlite3.Connection, file_id: int) -> int | None:
    """Return the trajectory that a receiver's file completes, or is."""
    row = connection.execute(
        "SELECT t.id FROM received_sessions AS r JOIN trajectories AS t ON t.native_id = r.native_id "
        "AND t.source = r.source AND t.lane = '' AND t.file_id IS NOT NULL WHERE r.file_id = :file "
        "UNION ALL SELECT id FROM trajectories WHERE file_id = :file AND lane = '' LIMIT 1",
        {"file": file_id},
    ).fetchone()
    return None if row is None else int(row[0])


def _trajectory_with(connection: sqlite3.Connection, session: int, key: str) -> int:
    """Return which of a session and its sub-agents has a call, the session if none has."""
    if not key:
        return session
    members = [
        session,
        *(row[0] for row in connection.execute("SELECT id FROM trajectories WHERE parent_id = ?", (session,))),
    ]
    for member in members:
        low, high = member << 2 * CHILD_BITS, (member + 1 << 2 * CHILD_BITS) - 1
        if connection.execute("SELECT 1 FROM steps WHERE id BETWEEN ? AND ? AND key = ?", (low, high, key)).fetchone():
            return int(member)
    return session
