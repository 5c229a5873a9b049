"""Trajectories in the database: found by file and name, or created, described by facts, linked to parents.

A parent may come after its children. A child waits under its parent's native id until the parent exists; what the child
has cost by then is added to the parent's tree when they are linked.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any, get_args

from ppp_tui.model.clock import UNTIMED, to_text
from ppp_tui.model.event import FactName
from ppp_tui.model.ids import MAX_TRAJECTORY_ID
from ppp_tui.model.rows import TrajectoryDelta
from ppp_tui.store.writers.files import SourceFile

COST_SUMS = (
    "requests",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost_micros",
    "unpriced_requests",
)
"""Sums that everything has that adds requests up."""

TREE_COLUMNS = (*COST_SUMS, "lower_bound_turns", "stated_tokens")
"""Sums that roll up into the parent, each with a `tree_` column beside it."""

_FACT_COLUMNS = tuple(name for name in get_args(FactName) if name != "pid")
"""Facts that are columns; a process is known by what lives now."""

REVISION_SQL = "(SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision')"
"""SQL: the number of the commit that the transaction will be."""

_ADD_TO_TREE = (
    f"UPDATE trajectory_summaries SET {', '.join(f'tree_{name} = tree_{name} + ?' for name in TREE_COLUMNS)}, "
    f"children = children + ?, revision = {REVISION_SQL} WHERE trajectory_id = ?"
)
NAMES = frozenset({"agent_name", "project"})
"""Facts that usage is summed up by."""

_LIVE_COLUMNS = ("last_at", "live", "pid", "last_turn_number", "context_tokens", "context_window", "is_window_inferred")
_NEW_SUMMARY = (
    f"INSERT INTO trajectory_summaries (trajectory_id, scored_by, {', '.join(_LIVE_COLUMNS)}) "
    f"VALUES (?, ?{', ?' * (len(_LIVE_COLUMNS) - 1)}, coalesce(?, 0))"
)

WAITING_CHILDREN = """
SELECT c.id FROM trajectories AS p JOIN trajectories AS c INDEXED BY trajectories_awaiting_parent
    ON c.parent_native_id = p.native_id AND c.parent_native_id <> '' AND c.parent_id IS NULL
    AND c.source = p.source AND c.id <> p.id
WHERE p.id = ?
"""
"""SQL: the children that wait for a trajectory. Without the hint the planner scans all trajectories without parents."""

_MAX_GENERATIONS = 32
"""Generations that a tree may have; what claims more is a circle."""

_NOTHING_READ = TrajectoryDelta("")


def find_trajectory(connection: sqlite3.Connection, file_id: int, name: str) -> int | None:
    """Return the id of the trajectory of this name in a file, None if there is none."""
    row = connection.execute("SELECT id FROM trajectories WHERE file_id = ? AND lane = ?", (file_id, name)).fetchone()
    return None if row is None else int(row[0])


def ensure_trajectory(
    connection: sqlite3.Connection,
    file: SourceFile,
    agent_name: str,
    parent_native_id: str,
    rows: TrajectoryDelta,
    *,
    present: int | None,
) -> tuple[int, bool]:
    """Bring the facts of a trajectory up to date, or make it; return its id and whether it is new.

    `present` is its id as `find_trajectory` tells it.
    """
    if present is None:
        trajectory = _make(connection, file, agent_name, parent_native_id if not rows.name else "", rows)
        may_have_parent = bool(parent_native_id or rows.facts.get("parent_native_id"))
    else:
        trajectory = present
        _describe(connection, trajectory, rows)
        may_have_parent = "parent_native_id" in rows.facts
    if may_have_parent or rows.parent_name is not None:
        _link(connection, trajectory, file, rows)
    if present is None or "native_id" in rows.facts:
        link_waiting_children(connection, trajectory)
    return trajectory, present is None


def ancestors(connection: sqlite3.Connection, trajectory_id: int) -> list[int]:
    """Return parent, grandparent and so on, nearest first."""
    ids: list[int] = []
    current = trajectory_id
    while len(ids) < _MAX_GENERATIONS:
        row = connection.execute("SELECT parent_id FROM trajectories WHERE id = ?", (current,)).fetchone()
        if row is None or row[0] is None or row[0] in ids or row[0] == trajectory_id:
            break
        current = int(row[0])
        ids.append(current)
    return ids


def _make(
    connection: sqlite3.Connection, file: SourceFile, agent_name: str, parent_native_id: str, rows: TrajectoryDelta
) -> int:
    native_id = rows.name or file.native_id
    values = {
        "spec_id": "",
        "agent_name": agent_name,
        "run_id": native_id or None,
        "created_at": rows.started_at or UNTIMED,
        "source": file.source,
        "file_id": file.id,
        "lane": rows.name,
        "native_id": native_id,
        "parent_native_id": parent_native_id,
        **_facts(rows),
    }
    cursor = connection.execute(
        f"INSERT INTO trajectories ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        tuple(values.values()),
    )
    return summarize_new(connection, cursor, rows)


def summarize_new(
    connection: sqlite3.Connection, inserted: sqlite3.Cursor, rows: TrajectoryDelta = _NOTHING_READ
) -> int:
    """Give the trajectory that was just inserted a summary: how it stands after `rows`, without sums.

    Returns its id. Raises OverflowError.
    """
    trajectory = int(inserted.lastrowid or 0)
    if trajectory > MAX_TRAJECTORY_ID:
        raise OverflowError(f"a database holds at most {MAX_TRAJECTORY_ID} trajectories")
    connection.execute(_NEW_SUMMARY, (trajectory, rows.scored_by, *live_values(rows)))
    return trajectory


def live_values(rows: TrajectoryDelta) -> tuple[Any, ...]:
    """Return how a trajectory stands after what was read, by column of its summary; None for an unknown context."""
    newest, filled = 0, None
    for row in rows.turns:
        newest = max(newest, row.turn_number)
        # A turn that has just begun does not know its context yet: the one before it still tells how full it is.
        if row.context_tokens is not None and (filled is None or row.turn_number > filled.turn_number):
            filled = row
    context: tuple[int | None, int | None, int | None] = (None, None, None)
    if filled is not None:
        context = (filled.context_tokens, filled.context_window, filled.is_window_inferred)
    live = rows.live
    if live is None:
        return (None, "", 0, newest, *context)
    last_at = to_text(live.last_at) if live.last_at else None
    return (last_at, json.dumps(live, ensure_ascii=False), live.pid, newest, *context)


def _describe(connection: sqlite3.Connection, trajectory_id: int, rows: TrajectoryDelta) -> None:
    if rows.started_at:
        connection.execute(
            "UPDATE trajectories SET created_at = ? WHERE id = ? AND created_at = ?",
            (rows.started_at, trajectory_id, UNTIMED),
        )
    facts = _facts(rows)
    if facts:
        assignments = ", ".join(f"{name} = :{name}" for name in facts)
        connection.execute(
            f"UPDATE trajectories SET {assignments} WHERE id = :id",
            {**facts, "id": trajectory_id},
        )


def _facts(rows: TrajectoryDelta) -> dict[str, object]:
    """Return what was learned of a trajectory by column."""
    return {name: value for name, value in rows.facts.items() if name in _FACT_COLUMNS} if rows.facts else {}


def _link(connection: sqlite3.Connection, trajectory_id: int, file: SourceFile, rows: TrajectoryDelta) -> None:
    parent = find_trajectory(connection, file.id, rows.parent_name) if rows.parent_name is not None else None
    if parent is None:
        parent = named_parent(connection, trajectory_id)
    if parent is not None:
        set_parent(connection, trajectory_id, parent)


def named_parent(connection: sqlite3.Connection, trajectory_id: int) -> int | None:
    """Return the trajectory of the same source that has the native id under which this one waits."""
    row = connection.execute(
        "SELECT p.id FROM trajectories AS t JOIN trajectories AS p ON p.native_id = t.parent_native_id "
        "AND p.source = t.source AND p.id <> t.id WHERE t.id = ? AND t.parent_native_id <> '' "
        "ORDER BY p.created_at, p.file_id LIMIT 1",
        (trajectory_id,),
    ).fetchone()
    return None if row is None else int(row[0])


def link_waiting_children(connection: sqlite3.Connection, trajectory_id: int) -> None:
    """Link the children that waited for this trajectory."""
    waiting = connection.execute(WAITING_CHILDREN, (trajectory_id,)).fetchall()
    for (child,) in waiting:
        set_parent(connection, int(child), trajectory_id)


def set_parent(connection: sqlite3.Connection, child: int, parent: int) -> None:
    """Link a trajectory with all its sums below another, unless that made a cycle."""
    old = connection.execute("SELECT parent_id FROM trajectories WHERE id = ?", (child,)).fetchone()[0]
    if old == parent or parent == child or child in ancestors(connection, parent):
        return
    if old is not None:
        _roll_up(connection, child, sign=-1)
    connection.execute("UPDATE trajectories SET parent_id = ? WHERE id = ?", (parent, child))
    _roll_up(connection, child, sign=1)
    _root(connection, child)


def unlink_parent(connection: sqlite3.Connection, child: int) -> None:
    """Take a trajectory with all its sums from below its parent."""
    if connection.execute("SELECT parent_id FROM trajectories WHERE id = ?", (child,)).fetchone()[0] is not None:
        _roll_up(connection, child, sign=-1)
        connection.execute("UPDATE trajectories SET parent_id = NULL WHERE id = ?", (child,))


def _root(connection: sqlite3.Connection, child: int) -> None:
    """Move the usage of a trajectory that got a parent, and of all below it, to the session at the top."""
    root = ancestors(connection, child)[-1]
    for table in ("session_hours", "session_days"):
        connection.execute(
            "WITH RECURSIVE tree (id, depth) AS (SELECT :child, 0 UNION ALL SELECT c.id, tree.depth + 1 FROM tree "
            "JOIN trajectories AS c ON c.parent_id = tree.id WHERE tree.depth < :deepest) "
            f"UPDATE {table} SET root_id = :root WHERE trajectory_id IN (SELECT id FROM tree)",
            {"child": child, "root": root, "deepest": _MAX_GENERATIONS},
        )


def _roll_up(connection: sqlite3.Connection, child: int, sign: int) -> None:
    columns = ", ".join(f"tree_{name}" for name in TREE_COLUMNS)
    sums = connection.execute(
        f"SELECT {columns} FROM trajectory_summaries WHERE trajectory_id = ?",
        (child,),
    ).fetchone()
    above = ancestors(connection, child)
    for position, ancestor in enumerate(above):
        add_to_tree(connection, ancestor, [sign * value for value in sums], children=sign if position == 0 else 0)


def add_to_tree(connection: sqlite3.Connection, trajectory_id: int, sums: list[int], children: int = 0) -> None:
    """Add to the tree sums of one trajectory, in the order of `TREE_COLUMNS`."""
    connection.execute(_ADD_TO_TREE, (*sums, children, trajectory_id))
