"""What a transaction changes in the sums of trajectories: differences are collected by row and written once.

Every figure that spans history is a sum of differences, so that a change costs what it changes and nothing else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import add, itemgetter, sub
from typing import Concatenate, ParamSpec, TypeVar

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, child_span
from ppp_tui.store.upkeep import tasks
from ppp_tui.store.upkeep.rollups import Rollups, UsageCounts, counted
from ppp_tui.store.writers.trajectories import REVISION_SQL, TREE_COLUMNS, add_to_tree, ancestors

P = ParamSpec("P")
T = TypeVar("T")

TURN_SUMS = (
    "turns",
    "requests",
    "input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost_micros",
    "unpriced_requests",
    "lower_bound_turns",
    "wall_ms",
    "steps",
    "failed_steps",
    "retries",
    "low_questions",
    "medium_questions",
    "high_questions",
    "violations",
    "tool_ms",
    "waiting_ms",
    "retry_ms",
    "stated_tokens",
)
"""Columns of `trajectory_summaries` that are sums over columns of turns."""

_ASK_SUMS = ("low_asks", "medium_asks", "high_asks")
_SEVERITY_SUMS = ("minor_violations", "major_violations", "critical_violations")
SUMS = (*TURN_SUMS, *_ASK_SUMS, *_SEVERITY_SUMS)
"""All sums of a trajectory: those over its turns, then those over what hangs on them."""

IS_TURN = "(turn_number > 0 OR origin = 'logged')"
"""Whether a row is a turn: programs may number from 0; without one that does, 0 is what precedes the first prompt."""

_TURN_SUMS_SQL = f"""
SELECT t.trajectory_id, sum(is_copy = 0 AND {IS_TURN}), sum(requests), sum(coalesce(input_tokens, 0)),
       sum(coalesce(output_tokens, 0)), sum(coalesce(reasoning_tokens, 0)), sum(coalesce(cache_read_tokens, 0)),
       sum(coalesce(cache_write_tokens, 0)), sum(coalesce(cost_micros, 0)), sum(unpriced_requests),
       sum(is_lower_bound), sum(iif(is_copy, 0, coalesce(latency_ms, 0))), sum(iif(is_copy, 0, steps)),
       sum(iif(is_copy, 0, failed_steps)), sum(iif(is_copy, 0, retries)), sum(iif(is_copy, 0, low_questions)),
       sum(iif(is_copy, 0, medium_questions)), sum(iif(is_copy, 0, high_questions)), sum(iif(is_copy, 0, violations)),
       sum(iif(is_copy, 0, coalesce(x.tool_ms, 0))), sum(iif(is_copy, 0, coalesce(x.waiting_ms, 0))),
       sum(iif(is_copy, 0, coalesce(x.retry_ms, 0))),
       sum(iif(is_copy OR requests > 0, 0, coalesce(token_count, 0)))
FROM trajectory_turns AS t LEFT JOIN turn_times AS x ON x.id = t.id WHERE t.id IN ({{marks}}) GROUP BY t.trajectory_id
"""

_ASK_SUMS_SQL = """
SELECT a.turn_id >> 20, sum(a.effort = 1), sum(a.effort = 2), sum(a.effort = 3) FROM (
    SELECT q.turn_id, max(CASE q.effort_level WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END) AS effort
    FROM trajectory_turns AS t CROSS JOIN trajectory_questions AS q
    WHERE t.id IN ({marks}) AND t.is_copy = 0 AND q.id BETWEEN t.id << 20 AND (t.id << 20) + 1048575
    GROUP BY q.turn_id, q.step_key) AS a GROUP BY 1
"""

_SEVERITY_SUMS_SQL = """
SELECT v.turn_id >> 20, sum(v.severity = 'minor'), sum(v.severity = 'major'), sum(v.severity = 'critical')
FROM trajectory_turns AS t CROSS JOIN trajectory_violations AS v
WHERE t.id IN ({marks}) AND t.is_copy = 0 AND v.id BETWEEN t.id << 20 AND (t.id << 20) + 1048575 GROUP BY 1
"""

_FIRST_QUESTIONS, _VIOLATIONS = TURN_SUMS.index("low_questions"), TURN_SUMS.index("violations")

_RECOUNT_SQL = """
UPDATE trajectory_turns SET
    (requests, input_tokens, output_tokens, reasoning_tokens, cache_read_tokens, cache_write_tokens, cost_micros,
     unpriced_requests, is_lower_bound) = (
        SELECT count(*), sum(u.input_tokens), sum(u.output_tokens), sum(u.reasoning_tokens), sum(u.cache_read_tokens),
               sum(u.cache_write_5m_tokens + u.cache_write_1h_tokens), sum(u.cost_micros),
               count(*) - count(u.cost_micros), coalesce(max(u.is_lower_bound), 0)
        FROM token_usage AS u WHERE u.id BETWEEN :low AND :high AND u.is_counted = 1),
    (steps, failed_steps) = (
        SELECT count(*), coalesce(sum(s.status = 'failed'), 0) FROM steps AS s
        WHERE s.id BETWEEN :low AND :high AND s.kind NOT IN ('message', 'thinking', 'note', 'error')),
    retries = (SELECT count(*) FROM retries AS r WHERE r.id BETWEEN :low AND :high),
    (low_questions, medium_questions, high_questions) = (
        SELECT coalesce(sum(q.effort_level = 'low'), 0), coalesce(sum(q.effort_level = 'medium'), 0),
               coalesce(sum(q.effort_level = 'high'), 0)
        FROM trajectory_questions AS q WHERE q.id BETWEEN :low AND :high),
    violations = (SELECT count(*) FROM trajectory_violations AS v WHERE v.id BETWEEN :low AND :high),
    token_count = coalesce(
        (SELECT sum(u.output_tokens) FROM token_usage AS u WHERE u.id BETWEEN :low AND :high),
        iif(origin = 'logged', token_count, NULL))
WHERE id = :id
"""

_ZERO = [0] * len(SUMS)
_NO_PARTS = (0,) * (len(SUMS) - len(TURN_SUMS))
_ADDED = (*SUMS, *(f"tree_{name}" for name in TREE_COLUMNS))
_ADD_SUMS_SQL = (
    f"UPDATE trajectory_summaries SET {', '.join(f'{name} = {name} + ?' for name in _ADDED)}, "
    f"revision = {REVISION_SQL} WHERE trajectory_id = ?"
)
_tree_of = itemgetter(*[TURN_SUMS.index(name) for name in TREE_COLUMNS])

MAX_PARAMETERS = 500
"""Bound parameters in one statement: enough to make the call cheap, few enough for every SQLite."""


def chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    """Return the values in pieces that one statement can bind."""
    for start in range(0, len(values), MAX_PARAMETERS):
        yield values[start : start + MAX_PARAMETERS]


class SummaryDeltas:
    """The differences of one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Collect for a transaction on this connection."""
        self._connection = connection
        self._turns: dict[int, None] = {}
        self._before: dict[int, list[int]] = {}
        self._added: dict[int, list[int]] = {}
        self.rollups = Rollups(connection)
        """Counted usage by time and group."""
        self.changed: set[int] = set()
        """Trajectories whose summary changed."""
        self.stamped: set[int] = set()
        """Those of them that have the new revision: it was written with their sums."""
        self.task_changed: set[int] = set()
        """Trajectories with a new fact that their task depends on."""

    def call(
        self, change: Callable[Concatenate[sqlite3.Connection, P], T], /, *args: P.args, **keywords: P.kwargs
    ) -> T:
        """Call a function of this room within the transaction, with its connection before the arguments."""
        return change(self._connection, *args, **keywords)

    def track_turns(self, turn_ids: Iterable[int], *, is_new: bool = False) -> None:
        """Remember the sums of turns that are about to change; call before they do. New turns have none."""
        fresh = [turn for turn in turn_ids if turn not in self._turns]
        if fresh:
            self._turns.update(dict.fromkeys(fresh))
            if not is_new:
                self._sum(fresh, self._before)

    def recount(self, trajectory_id: int) -> None:
        """Count all turns of a trajectory again in `flush`, whatever its sums are; none of its turns may be tracked."""
        turns = self._connection.execute(
            "SELECT id FROM trajectory_turns WHERE id BETWEEN ? AND ?", child_span(trajectory_id)
        )
        self.track_turns([row[0] for row in turns.fetchall()], is_new=True)
        row = self._connection.execute(
            f"SELECT {', '.join(SUMS)} FROM trajectory_summaries WHERE trajectory_id = ?", (trajectory_id,)
        ).fetchone()
        self._before[trajectory_id] = list(row)

    def add_turns(self, trajectory: int, sums: Mapping[str, int]) -> None:
        """Add new turns of a trajectory to its sums, whose names are those of `SUMS`."""
        added = self._added.setdefault(trajectory, [0] * len(SUMS))
        for name, value in sums.items():
            added[SUMS.index(name)] += value

    def count_usage(self, trajectory_id: int, usage: UsageCounts, sign: int) -> None:
        """Add (1) or subtract (-1) a usage row of a trajectory."""
        self.rollups.count(trajectory_id, usage, sign)

    @contextmanager
    def renaming(self, trajectory_id: int) -> Iterator[None]:
        """Move a trajectory's usage to its agent and project as they are after the block."""
        usage = counted(self._connection, trajectory_id)
        for row in usage:
            self.count_usage(trajectory_id, row, -1)
        yield
        self.rollups.rename(trajectory_id)
        for row in usage:
            self.count_usage(trajectory_id, row, 1)

    def flush_and_reset(self) -> None:
        """Apply what was collected and track nothing any more: the tracked turns are about to be deleted."""
        self.flush()
        self._turns.clear()
        self._before.clear()
        self._added.clear()

    def flush(self) -> None:
        """Count the tracked turns again, and add every difference to the summaries."""
        connection = self._connection
        if self._turns:
            connection.executemany(
                _RECOUNT_SQL,
                [
                    {"id": turn, "low": turn << CHILD_BITS, "high": turn << CHILD_BITS | MAX_CHILD}
                    for turn in self._turns
                ],
            )
        after: dict[int, list[int]] = {}
        self._sum(list(self._turns), after)
        begun = {turn >> CHILD_BITS for turn in self._turns if turn & MAX_CHILD <= tasks.MAX_FIRST_PROMPT_TURN}
        begun |= self.task_changed
        if begun:
            tasks.update_task_keys(connection, sorted(begun))
        for trajectory, sums in self._added.items():
            _add_sums(after, trajectory, sums)
        for trajectory in self._before.keys() | after.keys():
            new, old = after.get(trajectory, _ZERO), self._before.get(trajectory, _ZERO)
            if new != old:
                self._flush_trajectory(trajectory, list(map(sub, new, old)))
        self.rollups.flush()

    def _flush_trajectory(self, trajectory: int, difference: list[int]) -> None:
        tree = list(_tree_of(difference))
        self._connection.execute(_ADD_SUMS_SQL, (*difference, *tree, trajectory))
        self.changed.add(trajectory)
        self.stamped.add(trajectory)
        if any(tree):
            for member in ancestors(self._connection, trajectory):
                add_to_tree(self._connection, member, tree)
                self.changed.add(member)

    def _sum(self, turns: Sequence[int], into: dict[int, list[int]]) -> None:
        for piece in chunks(turns):
            questions = violations = 0
            for row in self._connection.execute(_for(_TURN_SUMS_SQL, len(piece)), piece):
                sums = row[1:]
                _add_sums(into, row[0], (*sums, *_NO_PARTS))
                questions += sum(sums[_FIRST_QUESTIONS:_VIOLATIONS])
                violations += sums[_VIOLATIONS]
            if questions:
                self._sum_parts(_ASK_SUMS_SQL, piece, into, len(TURN_SUMS))
            if violations:
                self._sum_parts(_SEVERITY_SUMS_SQL, piece, into, len(TURN_SUMS) + len(_ASK_SUMS))

    def _sum_parts(self, sql: str, turns: Sequence[int], into: dict[int, list[int]], first: int) -> None:
        """Add sums over rows of turns to the list, from index `first` on."""
        for trajectory, *sums in self._connection.execute(_for(sql, len(turns)), turns):
            totals = into[trajectory]
            for index, value in enumerate(sums, first):
                totals[index] += value


@cache
def _for(sql: str, count: int) -> str:
    """Return a statement over `count` turns."""
    return sql.format(marks=", ".join("?" * count))


def _add_sums(into: dict[int, list[int]], trajectory: int, sums: Sequence[int]) -> None:
    totals = into.get(trajectory)
    into[trajectory] = list(sums) if totals is None else list(map(add, totals, sums))
