"""Keys of tasks: trajectories with the same project and the same first prompt were given the same task.

Worktrees of one repository are one project here, folders below its root are different ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ppp_tui.model.ids import hash64
from ppp_tui.store.transaction import write_transaction

MAX_FIRST_PROMPT_TURN = 3
"""The greatest number of a turn that may hold a trajectory's first prompt."""

_BLANK = "' ' || char(9) || char(10) || char(13)"
IS_TASK = f"""(p.turn_number > 0 OR p.origin = 'logged') AND p.origin NOT IN ('command', 'system')
        AND iif(p.prompt_hash IS NULL, trim(p.prompt, {_BLANK}) <> '' AND NOT (p.prompt GLOB '/[A-Za-z]*'
            AND instr(substr(p.prompt, 2, instr(p.prompt || ' ', ' ') - 2), '/') = 0), p.prompt_length > 0)"""
"""Whether a turn's prompt (alias `p`) gives the agent something to do: SQL that is false for what is empty, injected,
before the first prompt or a slash command such as ``/model``; a path such as ``/etc/hosts`` is none."""

_TASK = f"""
SELECT coalesce((SELECT rtrim(f.repository || '/' || f.sub_folder, '/') FROM project_folders AS f
    WHERE f.folder = t.project), t.project), coalesce(u.prompt_hash, u.prompt)
FROM trajectories AS t JOIN trajectory_turns AS u ON u.id = (
    SELECT p.id FROM trajectory_turns AS p WHERE p.id >= t.id << 20 AND p.id <= (t.id << 20) + {MAX_FIRST_PROMPT_TURN}
        AND {IS_TASK} ORDER BY p.id LIMIT 1)
WHERE t.id = ? AND t.parent_id IS NULL AND t.parent_native_id = '' AND t.project <> '' AND u.is_copy = 0
"""


def fill_task_keys(connection: sqlite3.Connection) -> None:
    """Fill in the task keys of a database that was written before they existed."""
    if not connection.execute("SELECT 1 FROM archive_facts WHERE name = 'tasks'").fetchone():
        return
    with write_transaction(connection):
        update_task_keys(connection, [row[0] for row in connection.execute("SELECT id FROM trajectories").fetchall()])
        connection.execute("DELETE FROM archive_facts WHERE name = 'tasks'")


def update_task_keys(connection: sqlite3.Connection, trajectories: Iterable[int]) -> None:
    """Set the task keys of these trajectories, within the caller's transaction.

    A sub-agent's prompt was written by an agent, and a resumed or forked session repeats the prompt of another: neither
    has a task of its own.
    """
    keys: list[tuple[int | None, int, int | None]] = []
    for trajectory in trajectories:
        row = connection.execute(_TASK, (trajectory,)).fetchone()
        key = None if row is None else hash64("\0".join(row))
        keys.append((key, trajectory, key))
    connection.executemany(
        "UPDATE trajectory_summaries SET task_key = ? WHERE trajectory_id = ? AND task_key IS NOT ?", keys
    )
