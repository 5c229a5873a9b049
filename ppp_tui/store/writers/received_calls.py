"""What agents sent of tool calls: how long each waited for the user, which the session's own file does not record.

A wait moves from the tool's time of its turn to the user's. It is computed from the turn's row without it, so that it
counts once, however often either side is written.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ppp_tui.model.clock import from_text
from ppp_tui.model.ids import CHILD_BITS, turn_of
from ppp_tui.model.rows import TrajectoryDelta
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas, chunks

_PUT_SPAN = (
    "INSERT INTO received_spans (trace_id, span_id, file_id, parent_span_id, step_key) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET file_id = excluded.file_id, parent_span_id = excluded.parent_span_id, "
    "step_key = excluded.step_key"
)
_PUT_WAIT = (
    "INSERT INTO received_waits (file_id, step_key, began_at, ended_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
    # A decision records only when the wait ended; a span also when it began.
    "ended_at = iif(excluded.began_at IS NULL AND began_at IS NOT NULL, ended_at, excluded.ended_at), "
    "began_at = coalesce(excluded.began_at, began_at)"
)
_SET_TIMES = "UPDATE turn_times SET tool_ms = ?, waiting_ms = ?, permission_ms = ?, permission_tool_ms = ? WHERE id = ?"

Interval = tuple[int, int]
"""Begin and end in Unix milliseconds."""


class _Wait(NamedTuple):
    """A wait with its call."""

    waited: Interval
    called: Interval
    """From the call's beginning to its end; empty where that is not known."""


def keep_calls(connection: sqlite3.Connection, file_id: int, rows: TrajectoryDelta) -> None:
    """Keep spans and waits that a receiver's file brought."""
    if rows.spans:
        connection.executemany(_PUT_SPAN, [(row[0], row[1], file_id, row[2], row[3]) for row in rows.spans])
    if rows.waits:
        connection.executemany(_PUT_WAIT, [(file_id, *row) for row in rows.waits])


def apply_waits(
    connection: sqlite3.Connection, trajectories: Sequence[int], file_id: int, summaries: SummaryDeltas
) -> None:
    """Add the waits of a receiver's file to the times of turns of a session and its sub-agents."""
    waits = connection.execute(
        "SELECT step_key, began_at, ended_at, step_id FROM received_waits WHERE file_id = ?", (file_id,)
    ).fetchall()
    if not waits:
        return
    steps = _steps(connection, [row[3] for row in waits if row[3] is not None])
    calls = {row[3]: row[0] for row in waits if row[3] in steps and steps[row[3]][1] == row[0]}
    missing = [row[0] for row in waits if row[3] not in calls]
    if missing:
        added = _find_calls(connection, trajectories, missing)
        steps |= _steps(connection, added)
        calls |= {step_id: steps[step_id][1] for step_id in added}
        connection.executemany(
            "UPDATE received_waits SET step_id = ? WHERE file_id = ? AND step_key = ?",
            [(step_id, file_id, calls[step_id]) for step_id in added],
        )
    by_key = {row[0]: row for row in waits}
    by_turn: dict[int, list[_Wait]] = defaultdict(list)
    for step_id, key in calls.items():
        wait = _wait(by_key[key], steps[step_id])
        if wait is not None:
            by_turn[turn_of(step_id)].append(wait)
    for turn, of_turn in by_turn.items():
        _set_times(connection, turn, of_turn, summaries)


def _steps(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> dict[int, tuple[int, str, str, str | None, str | None]]:
    """Return id, key, kind, begin and end of steps, by their ids."""
    steps: dict[int, tuple[int, str, str, str | None, str | None]] = {}
    for piece in chunks(ids):
        marks = ", ".join("?" * len(piece))
        rows = connection.execute(f"SELECT id, key, kind, started_at, ended_at FROM steps WHERE id IN ({marks})", piece)
        steps.update({row[0]: row for row in rows})
    return steps


def _find_calls(connection: sqlite3.Connection, trajectories: Sequence[int], keys: Sequence[str]) -> list[int]:
    """Return the newest steps with these keys in some trajectories, one for each key."""
    wanted, by_key = frozenset(keys), dict[str, int]()
    for trajectory in trajectories:
        low, high = trajectory << 2 * CHILD_BITS, (trajectory + 1 << 2 * CHILD_BITS) - 1
        rows = connection.execute("SELECT id, key FROM steps WHERE id BETWEEN ? AND ? AND key <> ''", (low, high))
        by_key.update({key: step_id for step_id, key in rows if key in wanted})
    return list(by_key.values())


def _wait(
    row: tuple[str, str | None, str, int | None], step: tuple[int, str, str, str | None, str | None]
) -> _Wait | None:
    """Return a wait; None where its length is not known, and for questions, whose own waits the turn counts."""
    _, _, kind, started_at, step_ended_at = step
    began_at, ended_at = row[1] or started_at, row[2]
    if kind == "ask" or began_at is None:
        return None
    waited = from_text(began_at), from_text(ended_at)
    if waited[1] <= waited[0]:
        return None
    started_ms = from_text(started_at) if started_at else waited[1]
    return _Wait(waited, (started_ms, from_text(step_ended_at) if step_ended_at else waited[1]))


def _set_times(connection: sqlite3.Connection, turn: int, waits: Sequence[_Wait], summaries: SummaryDeltas) -> None:
    row = connection.execute(
        "SELECT tool_ms, waiting_ms, permission_ms, permission_tool_ms, left_out_ms FROM turn_times WHERE id = ?",
        (turn,),
    ).fetchone()
    if row is None:
        # The turn was read before times were kept.
        return
    # What the agent's own clock left out was such waiting, and counts already.
    *_, left_out_ms = row
    tool_ms, waiting_ms = row[0] + row[3], row[1] - row[2]
    permission_ms = max(0, union_ms([wait.waited for wait in waits]) - left_out_ms)
    taken = [(max(wait.waited[0], wait.called[0]), min(wait.waited[1], wait.called[1])) for wait in waits]
    permission_tool_ms = min(tool_ms, max(0, union_ms(taken) - left_out_ms))
    if (permission_ms, permission_tool_ms) != row[2:4]:
        summaries.track_turns([turn])
        connection.execute(
            _SET_TIMES,
            (tool_ms - permission_tool_ms, waiting_ms + permission_ms, permission_ms, permission_tool_ms, turn),
        )


def union_ms(intervals: Iterable[Interval]) -> int:
    """Return the length of what intervals cover together; calls may wait at the same time."""
    total, until = 0, 0
    for begin, end in sorted(intervals):
        begin = max(begin, until)
        if end > begin:
            total += end - begin
            until = end
    return total
