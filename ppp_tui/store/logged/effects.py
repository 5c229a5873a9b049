"""Writes what a logged agent did and used, what it delivered, and how it ended."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.model.rows import StepRow, TrajectoryDelta, UsageRow
from ppp_tui.store.logged.decisions import write_decisions, write_signals
from ppp_tui.store.logged.entries import ArtifactLogged, Entry, Finished, StepLogged, TurnLogged, UsageLogged
from ppp_tui.store.logged.live_facts import TURN_STATUS_BY_OUTCOME
from ppp_tui.store.logged.rows import MESSAGE_COLUMNS, message_row, text_of
from ppp_tui.store.logged.turns import TrajectoryBatch
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers.turn_rows import TurnRows


class Derived(NamedTuple):
    """What follows from logged entries besides their own rows."""

    rows: TrajectoryDelta
    """Work, failed requests, times, commits and contexts; other rows in it are not written."""
    state: bytes
    """State with which a later fold of the trajectory continues."""


Derive = Callable[[bytes, Mapping[str, str], Sequence[Entry], Sequence[int]], Derived]
"""Folds entries of one trajectory: its state, its facts, its entries in order, the numbers of the steps among them."""

_FACTS = ("agent_name", "project", "model")


def write_effects(
    connection: sqlite3.Connection,
    trajectory: int,
    batch: TrajectoryBatch,
    summaries: SummaryDeltas,
    state: bytes,
    derive: Derive | None,
) -> None:
    """Write what belongs to the turns, which are written already and tracked by the summaries."""
    if batch.steps or batch.usage or (state and derive is not None):
        facts = dict(
            zip(
                _FACTS,
                connection.execute(
                    f"SELECT {', '.join(_FACTS)} FROM trajectories WHERE id = ?", (trajectory,)
                ).fetchone(),
                strict=True,
            )
        )
        steps, numbers = _steps(connection, trajectory, batch.steps)
        rows = TrajectoryDelta("", steps=steps, usage=_usage(connection, trajectory, batch.usage))
        if derive is not None:
            derived = derive(state, facts, batch.order, numbers)
            _add_derived(rows, derived.rows)
            connection.execute(
                "INSERT OR REPLACE INTO logged_states (trajectory_id, state) VALUES (?, ?)",
                (trajectory, derived.state),
            )
            _fill_windows(connection, trajectory, derived.rows)
        written = TurnRows(connection, summaries)
        written.add(trajectory, facts["agent_name"], rows, is_new=False)
        written.flush()
        connection.executemany(
            "INSERT OR IGNORE INTO price_queue (usage_id) VALUES (?)",
            [
                (((trajectory << CHILD_BITS | row.turn_number) << CHILD_BITS) | row.request_number,)
                for row in rows.usage
                if row.cost_micros is None
            ],
        )
    for number, turn in batch.turns.items():
        if turn.entry is not None:
            _put_message(connection, trajectory << CHILD_BITS | number, turn.entry)
    write_decisions(connection, trajectory, batch.decisions)
    write_signals(connection, trajectory, batch.signals)
    for artifact in batch.artifacts:
        _deliver(connection, trajectory, artifact)
    if batch.finished is not None:
        _finish(connection, trajectory, batch.finished)


def _add_derived(rows: TrajectoryDelta, derived: TrajectoryDelta) -> None:
    rows.retries, rows.times, rows.commits = derived.retries, derived.times, derived.commits
    rows.pull_requests = derived.pull_requests
    rows.raised_windows, rows.work = derived.raised_windows, derived.work


def _fill_windows(connection: sqlite3.Connection, trajectory: int, rows: TrajectoryDelta) -> None:
    """Write how full the context window was, for each turn and for the trajectory."""
    filled = [row for row in rows.turns if row.context_tokens is not None]
    for row in filled:
        values = (row.context_tokens, row.context_window, row.is_window_inferred)
        connection.execute(
            "UPDATE trajectory_turns SET context_tokens = ?, context_window = ?, is_window_inferred = ? WHERE id = ?",
            (*values, trajectory << CHILD_BITS | row.turn_number),
        )
        connection.execute(
            "UPDATE trajectory_summaries SET context_tokens = ?, context_window = ?, is_window_inferred = ? "
            "WHERE trajectory_id = ?",
            (*values, trajectory),
        )


def _put_message(connection: sqlite3.Connection, turn_id: int, turn: TurnLogged) -> None:
    """Write the response as a step: after the turn's other steps, or in place of an earlier response."""
    length = text_of(turn)[1]
    if not length:
        return
    low = turn_id << CHILD_BITS
    newest, message = connection.execute(
        "SELECT max(id), max(iif(kind = 'message', id, NULL)) FROM steps WHERE id BETWEEN ? AND ?",
        (low, low | MAX_CHILD),
    ).fetchone()
    number = (message or (newest or 0) + 1) & MAX_CHILD
    marks = ", ".join("?" * len(MESSAGE_COLUMNS.split(",")))
    connection.execute(
        f"INSERT OR REPLACE INTO steps ({MESSAGE_COLUMNS}) VALUES ({marks})", message_row(turn_id, number, turn, length)
    )


class _Numbers:
    """Numbers of new rows, after those that a turn has."""

    def __init__(self, connection: sqlite3.Connection, trajectory: int, table: str) -> None:
        self._connection = connection
        self._base = trajectory << CHILD_BITS
        self._table = table
        self._last: dict[int, int] = defaultdict(int)

    def next(self, turn: int) -> int:
        if turn not in self._last:
            low = (self._base | turn) << CHILD_BITS
            newest = self._connection.execute(
                f"SELECT max(id) FROM {self._table} WHERE id BETWEEN ? AND ?", (low, low | MAX_CHILD)
            ).fetchone()[0]
            self._last[turn] = (newest or 0) & MAX_CHILD
        self._last[turn] += 1
        return self._last[turn]


def _steps(connection: sqlite3.Connection, trajectory: int, steps: list[StepLogged]) -> tuple[list[StepRow], list[int]]:
    """Return a row for each step, and each entry's number; one of a known key keeps its number and its beginning."""
    numbers = _Numbers(connection, trajectory, "steps")
    rows: dict[tuple[int, int], StepRow] = {}
    by_key: dict[tuple[int, str], tuple[int, str | None]] = {}
    entry_numbers = []
    for step in steps:
        present = by_key.get((step.number, step.key)) or _find_step(connection, trajectory, step)
        number, began = present or (numbers.next(step.number), None)
        row = _step(step, number, began)
        rows[row.turn_number, number] = row
        entry_numbers.append(number)
        if step.key:
            by_key[step.number, step.key] = (number, row.started_at)
    return list(rows.values()), entry_numbers


def _find_step(connection: sqlite3.Connection, trajectory: int, step: StepLogged) -> tuple[int, str | None] | None:
    if not step.key:
        return None
    low = (trajectory << CHILD_BITS | step.number) << CHILD_BITS
    row = connection.execute(
        "SELECT id, started_at FROM steps WHERE id BETWEEN ? AND ? AND key = ?", (low, low | MAX_CHILD, step.key)
    ).fetchone()
    return None if row is None else (int(row[0]) & MAX_CHILD, row[1])


def _step(step: StepLogged, number: int, began: str | None) -> StepRow:
    at = to_text(step.at)
    return StepRow(
        turn_number=step.number,
        step_number=number,
        key=step.key,
        kind=step.step,
        tool=step.tool,
        target=step.target[:PREVIEW_CHARS],
        status=step.status,
        exit_code=step.exit_code,
        started_at=began or to_text(max(0, step.at - (step.duration_ms or 0))),
        ended_at=None if step.status == "running" else at,
        duration_ms=step.duration_ms,
        input_preview=step.input[:PREVIEW_CHARS],
        output_preview=step.output[:PREVIEW_CHARS],
        input_length=len(step.input),
        output_length=len(step.output),
    )


def _usage(connection: sqlite3.Connection, trajectory: int, usage: list[UsageLogged]) -> list[UsageRow]:
    numbers = _Numbers(connection, trajectory, "token_usage")
    return [
        UsageRow(
            turn_number=used.number,
            request_number=numbers.next(used.number),
            key_hash=None,
            alias_hash=None,
            at=to_text(used.at),
            model=used.model,
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            reasoning_tokens=used.reasoning_tokens,
            cache_read_tokens=used.cache_read_tokens,
            cache_write_5m_tokens=used.cache_write_tokens,
            cost_micros=used.cost_micros,
            reported_micros=used.cost_micros,
        )
        for used in usage
    ]


def _deliver(connection: sqlite3.Connection, trajectory: int, artifact: ArtifactLogged) -> None:
    connection.execute(
        "INSERT INTO consensus_artifacts (trajectory_id, spec_id, stage, agent_name, run_id, content_json, score, "
        "created_at) SELECT id, spec_id, iif(:stage = '', stage, :stage), agent_name, run_id, :content, :score, :at "
        "FROM trajectories WHERE id = :id",
        {
            "stage": artifact.stage,
            "content": artifact.content_json,
            "score": artifact.score,
            "at": to_text(artifact.at),
            "id": trajectory,
        },
    )


def _finish(connection: sqlite3.Connection, trajectory: int, finished: Finished) -> None:
    at = to_text(finished.at)
    connection.execute(
        "UPDATE trajectories SET ended_at = ?, outcome = ? WHERE id = ?", (at, finished.outcome, trajectory)
    )
    low = trajectory << CHILD_BITS
    connection.execute(
        "UPDATE trajectory_turns SET status = ?, ended_at = ? WHERE id BETWEEN ? AND ? AND status = 'open'",
        (TURN_STATUS_BY_OUTCOME[finished.outcome], at, low, low | MAX_CHILD),
    )
    connection.execute(
        "UPDATE steps SET status = 'unknown', ended_at = ? WHERE id BETWEEN ? AND ? AND status = 'running'",
        (at, low << CHILD_BITS, ((low | MAX_CHILD) << CHILD_BITS) | MAX_CHILD),
    )
