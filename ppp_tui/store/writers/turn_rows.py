"""Writes what reads changed in trajectories: rows of many trajectories are collected and written table by table.

A statement for each table and transaction costs a fraction of one for each trajectory. Nothing is written before
`flush`, and what depends on rows (answers by what the user wrote next, the queue for search) follows them.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from ppp_tui.model.activity import AccessRow, ChainRow, ContextRow, RunRow, WorkRows
from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD
from ppp_tui.model.rows import (
    CommitRow,
    LimitRow,
    PullRequestRow,
    QuestionRow,
    RetryRow,
    StepRow,
    TimeRow,
    TrajectoryDelta,
    TurnRow,
    UsageRow,
    ViolationRow,
)
from ppp_tui.store.upkeep.clear import clear_turn
from ppp_tui.store.upkeep.rollups import USAGE_COLUMNS, UsageCounts
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas, chunks
from ppp_tui.store.writers import answers
from ppp_tui.store.writers.derived import DECISION_SQL, OLD_DECISION_SQL, OLD_SIGNAL_SQL, SIGNAL_SQL
from ppp_tui.store.writers.limits import READING_SQL
from ppp_tui.store.writers.trajectories import live_values

Row = tuple[Any, ...]
_first = itemgetter(0)

_FAILURES = RunRow._fields.index("failures")


def _upsert(table: str, columns: Sequence[str], more: str = "") -> str:
    """Return an upsert of rows by their id."""
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns) + more
    marks = ", ".join("?" * len(columns))
    return (
        f"INSERT INTO {table} (id, {', '.join(columns)}) VALUES (?, {marks}) ON CONFLICT (id) DO UPDATE SET {updates}"
    )


def _replace(table: str, columns: Sequence[str]) -> str:
    return f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _insert_counted(table: str, columns: Sequence[str]) -> str:
    """Return an insert into a table whose rows do not count in copies of turns."""
    marks = ", ".join("?" * (len(columns) + 3))
    return f"INSERT INTO {table} (id, agent_name, is_copy, {', '.join(columns)}) VALUES ({marks})"


_TURNS = _upsert("trajectory_turns", ("trajectory_id", *TurnRow._fields))
_STEPS = _upsert("steps", StepRow._fields[2:])
_LINKING_KINDS = ("", "TrajectorySwitched", "LaneEntered")
"""Last events of a read that only linked the trajectory to its parent; the last is what older versions stored."""

_USAGE = _upsert("token_usage", UsageRow._fields[2:], ", is_counted = 1")
_QUESTIONS = _upsert("trajectory_questions", ("turn_id", *QuestionRow._fields[2:]))
_VIOLATIONS = _upsert("trajectory_violations", ("turn_id", *ViolationRow._fields[2:]))
_RETRIES = _upsert("retries", RetryRow._fields[2:])
_COMMITS = _upsert("features", CommitRow._fields[2:])
_PULL_REQUESTS = _upsert("pull_requests", PullRequestRow._fields[2:])
_LIMITS = _replace("rate_limits", ("trajectory_id", *LimitRow._fields))
_TIMES = _replace("turn_times", ("id", *TimeRow._fields[1:]))
_CONTEXTS = _replace("context_use", ("id", *ContextRow._fields[1:]))
_FLAGS = "UPDATE trajectory_turns SET is_rolled_back = ? WHERE id = ?"
_QUEUE = "INSERT OR IGNORE INTO search_queue (turn_id) VALUES (?)"
_OLD_RUNS = "DELETE FROM test_runs WHERE id = ?"
_OLD_CHAINS = "DELETE FROM retry_chains WHERE id = ?"
_OLD_ACCESSES = "DELETE FROM file_accesses WHERE id = ?"
_RUNS = _insert_counted("test_runs", (*RunRow._fields[2:_FAILURES], *RunRow._fields[_FAILURES + 1 :]))
_RUN_FAILURES = "INSERT INTO test_failures (test_run_id, number, name, reason) VALUES (?, ?, ?, ?)"
_CHAINS = _insert_counted("retry_chains", ChainRow._fields[2:])
_ACCESSES = _insert_counted("file_accesses", AccessRow._fields[2:])
_CHANGES = "INSERT OR REPLACE INTO project_changes (id, is_copy, project, at) VALUES (?, ?, ?, ?)"
_RAISED_TURNS = """
UPDATE trajectory_turns SET context_window = ?
WHERE id BETWEEN ? AND ? AND is_window_inferred = 1 AND context_window = ?
"""
_RAISED_USE = """
UPDATE context_use SET window_tokens = ?
WHERE id BETWEEN ? AND ? AND is_window_inferred = 1 AND window_tokens = ?
"""
_LIVE = """
UPDATE trajectory_summaries SET last_at = ?, live = ?, pid = ?, last_turn_number = max(last_turn_number, ?),
    context_tokens = coalesce(?, context_tokens), context_window = coalesce(?, context_window),
    is_window_inferred = coalesce(?, is_window_inferred) WHERE trajectory_id = ?
"""
_SCORED = "UPDATE trajectory_summaries SET scored_by = iif(scored_by = ?1, ?1, '') WHERE trajectory_id = ?2"

_ORDER = (
    _TURNS,
    _STEPS,
    _USAGE,
    _QUESTIONS,
    _VIOLATIONS,
    _RETRIES,
    _LIMITS,
    READING_SQL,
    _TIMES,
    _COMMITS,
    _PULL_REQUESTS,
    _FLAGS,
    _QUEUE,
    _OLD_RUNS,
    _RUNS,
    _RUN_FAILURES,
    _OLD_CHAINS,
    _CHAINS,
    _OLD_ACCESSES,
    _ACCESSES,
    _CHANGES,
    _CONTEXTS,
    OLD_DECISION_SQL,
    DECISION_SQL,
    OLD_SIGNAL_SQL,
    SIGNAL_SQL,
    _RAISED_TURNS,
    _RAISED_USE,
    _LIVE,
    _SCORED,
)
"""Statements in the order in which they run: rows of a turn after it, new rows after those that they replace."""


class TurnRows:
    """Rows of trajectories on their way into the database, within one transaction."""

    def __init__(self, connection: sqlite3.Connection, summaries: SummaryDeltas) -> None:
        """Collect for a transaction on this connection."""
        self._connection = connection
        self._summaries = summaries
        self._rows: defaultdict[str, list[Row]] = defaultdict(list)
        """Rows by the statement that takes them."""
        self._trajectories: set[int] = set()
        self._replies: list[tuple[int, int]] = []

    def add(self, trajectory_id: int, agent_name: str, rows: TrajectoryDelta, *, is_new: bool) -> None:
        """Collect what one read changed in one trajectory. `is_new`: none of its rows is in the database."""
        # What is written of it depends on what stands there.
        self.flush_if_pending(trajectory_id)
        self._trajectories.add(trajectory_id)
        base, collected = trajectory_id << CHILD_BITS, self._rows
        self._summaries.track_turns([base | number for number in _turn_numbers(rows)], is_new=is_new)
        for number in [] if is_new else rows.rewritten:
            clear_turn(self._connection, base | number)
        if rows.turns:
            collected[_TURNS] += [(base | row[0], trajectory_id, *row) for row in rows.turns]
            collected[_QUEUE] += [(base | row[0],) for row in rows.turns if row.prompt or row.response]
        if rows.usage:
            self._add_usage(trajectory_id, rows.usage, is_new=is_new)
        for statement, kind in (
            (_STEPS, rows.steps),
            (_RETRIES, rows.retries),
            (_COMMITS, rows.commits),
            (_PULL_REQUESTS, rows.pull_requests),
        ):
            if kind:
                collected[statement] += _numbered(base, kind)
        for statement, rows_of_kind in ((_QUESTIONS, rows.questions), (_VIOLATIONS, rows.violations)):
            if rows_of_kind:
                collected[statement] += _numbered_in_turn(base, rows_of_kind)
        if rows.times:
            collected[_TIMES] += [(base | row[0], *row[1:]) for row in rows.times]
        if rows.limits:
            collected[_LIMITS] += [(trajectory_id, *row) for row in rows.limits]
            collected[READING_SQL] += [(agent_name, *row, "recorded") for row in rows.limits]
        self._add_flags(trajectory_id, rows)
        self._add_work(base, agent_name, rows, is_new=is_new)
        for before, window in rows.raised_windows:
            for statement in (_RAISED_TURNS, _RAISED_USE):
                collected[statement].append((window, base, base | MAX_CHILD, before))
        if not is_new:
            self._add_live(trajectory_id, rows)
            collected[_SCORED].append((rows.scored_by, trajectory_id))

    def flush_if_pending(self, trajectory_id: int) -> None:
        """Write what was collected if any of it is of this trajectory: its rows are about to be read."""
        if trajectory_id in self._trajectories:
            self.flush()

    def flush(self) -> None:
        """Write what was collected, and what follows from it."""
        collected, self._rows = self._rows, defaultdict(list)
        executemany: Callable[[str, list[Row]], object] = self._connection.executemany
        for statement in _ORDER:
            rows = collected.get(statement)
            if rows:
                executemany(statement, rows)
        self._trajectories.clear()
        for trajectory_id, first_turn in self._replies:
            answers.update_replies(self._connection, trajectory_id, first_turn)
        self._replies.clear()

    def _add_usage(self, trajectory_id: int, rows: list[UsageRow], *, is_new: bool) -> None:
        numbered = _numbered(trajectory_id << CHILD_BITS, rows)
        if not is_new:
            for piece in chunks(list(map(_first, numbered))):
                marks = ", ".join("?" * len(piece))
                for usage in self._connection.execute(
                    f"SELECT {USAGE_COLUMNS} FROM token_usage WHERE id IN ({marks}) AND is_counted = 1", piece
                ).fetchall():
                    self._summaries.count_usage(trajectory_id, UsageCounts(*usage), -1)
        self._rows[_USAGE] += numbered
        for row in rows:
            self._summaries.count_usage(trajectory_id, UsageCounts.of(row), 1)

    def _add_flags(self, trajectory_id: int, rows: TrajectoryDelta) -> None:
        """Add turns that were taken back or restored, and from where on answers may belong to other questions."""
        base = trajectory_id << CHILD_BITS
        if rows.rolled_back or rows.restored:
            self._rows[_FLAGS] += [(1, base | number) for number in rows.rolled_back]
            self._rows[_FLAGS] += [(0, base | number) for number in rows.restored]
        changed_turns = [*rows.prompted, *rows.rolled_back, *rows.restored, *rows.rewritten]
        if rows.questions:
            changed_turns += [row.turn_number for row in rows.questions]
        if changed_turns:
            self._replies.append((trajectory_id, min(changed_turns)))

    def _add_work(self, base: int, agent_name: str, rows: TrajectoryDelta, *, is_new: bool) -> None:
        """Add rows that triggers sum up, after removing their earlier versions from rows and sums."""
        work, collected = rows.work, self._rows
        # None of a new trajectory's turns was compared with others yet.
        copies = set() if is_new else self._copies(base, work)
        if work.runs:
            runs = [
                _counted(base, agent_name, copies, row, (*row[2:_FAILURES], *row[_FAILURES + 1 :])) for row in work.runs
            ]
            self._replace(_OLD_RUNS, _RUNS, runs, is_new=is_new)
            collected[_RUN_FAILURES] += [
                (run[0], number, *names)
                for run, row in zip(runs, work.runs, strict=True)
                for number, names in enumerate(row.failures, 1)
            ]
        if work.chains:
            chains = [_counted(base, agent_name, copies, row, row[2:]) for row in work.chains]
            self._replace(_OLD_CHAINS, _CHAINS, chains, is_new=is_new)
        if work.accesses:
            accesses = [_counted(base, agent_name, copies, row, row[2:]) for row in work.accesses]
            self._replace(_OLD_ACCESSES, _ACCESSES, accesses, is_new=is_new)
        if work.changes:
            collected[_CHANGES] += [
                (((base | row[0]) << CHILD_BITS) | row[1], row[0] in copies, *row[2:]) for row in work.changes
            ]
        if work.decisions:
            self._replace(OLD_DECISION_SQL, DECISION_SQL, _derived(base, copies, work.decisions), is_new=is_new)
        if work.signals:
            self._replace(OLD_SIGNAL_SQL, SIGNAL_SQL, _derived(base, copies, work.signals), is_new=is_new)
        if work.contexts:
            collected[_CONTEXTS] += [(base | row[0], *row[1:]) for row in work.contexts]

    def _copies(self, base: int, work: WorkRows) -> set[int]:
        """Return the numbers of the turns with such rows that are copies."""
        kinds: tuple[Sequence[Row], ...] = (
            work.runs,
            work.chains,
            work.accesses,
            work.changes,
            work.decisions,
            work.signals,
        )
        turns = list({base | row[0] for kind in kinds for row in kind})
        return {
            row[0] & MAX_CHILD
            for piece in chunks(turns)
            for row in self._connection.execute(
                f"SELECT id FROM trajectory_turns WHERE id IN ({', '.join('?' * len(piece))}) AND is_copy = 1", piece
            )
        }

    def _replace(self, delete: str, insert: str, rows: list[Row], *, is_new: bool) -> None:
        """Delete rows of the same ids before these are inserted; a new trajectory has none."""
        if not is_new:
            self._rows[delete] += zip(map(_first, rows))
        self._rows[insert] += rows

    def _add_live(self, trajectory_id: int, rows: TrajectoryDelta) -> None:
        live = rows.live
        if live is None:
            return
        if live.last_kind in _LINKING_KINDS and not rows.turns and self._has_live(trajectory_id):
            return
        self._rows[_LIVE].append((*live_values(rows), trajectory_id))

    def _has_live(self, trajectory_id: int) -> bool:
        """Return whether more is known than the begin of a trajectory; its state may be missing in the file's."""
        row = self._connection.execute(
            "SELECT live <> '' FROM trajectory_summaries WHERE trajectory_id = ?", (trajectory_id,)
        ).fetchone()
        return bool(row and row[0])


def _turn_numbers(rows: TrajectoryDelta) -> set[int]:
    numbers = {*rows.rolled_back, *rows.restored}
    kinds: tuple[Sequence[Row], ...] = (
        rows.turns,
        rows.steps,
        rows.usage,
        rows.questions,
        rows.violations,
        rows.retries,
    )
    for kind in kinds:
        numbers.update(map(_first, kind))
    if numbers and max(numbers) > MAX_CHILD:
        raise OverflowError(f"a trajectory holds at most {MAX_CHILD} turns")
    return numbers


def _numbered(base: int, rows: Sequence[Row]) -> list[Row]:
    """Return rows with their id in place of the turn's number and the number in the turn."""
    return [(((base | row[0]) << CHILD_BITS) | row[1], *row[2:]) for row in rows]


def _numbered_in_turn(base: int, rows: Sequence[Row]) -> list[Row]:
    """Return rows with the turn's id after the row's."""
    return [(((base | row[0]) << CHILD_BITS) | row[1], base | row[0], *row[2:]) for row in rows]


def _counted(base: int, agent_name: str, copies: set[int], row: Row, columns: Row) -> Row:
    return (((base | row[0]) << CHILD_BITS) | row[1], agent_name, row[0] in copies, *columns)


def _derived(base: int, copies: set[int], rows: Sequence[Row]) -> list[Row]:
    return [(((base | row[0]) << CHILD_BITS) | row[1], *row[2:], row[0] in copies) for row in rows]
