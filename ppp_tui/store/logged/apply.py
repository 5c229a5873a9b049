"""Writes logged entries into the database, within the transaction that moves their journal's offset.

Rows of a new turn are written with their counts, so that a turn costs its own rows and nothing else; a change of an
existing turn is tracked by the summaries, which count that turn again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ppp_tui.model.clock import from_text, to_text
from ppp_tui.model.ids import CHILD_BITS, FIRST_JUDGED, MAX_CHILD
from ppp_tui.model.live import LiveFacts, stored_facts
from ppp_tui.store.logged import effects as logged_effects
from ppp_tui.store.logged import trajectories as logged_trajectories
from ppp_tui.store.logged.effects import Derive
from ppp_tui.store.logged.entries import Entry, PerformanceLogged, Started
from ppp_tui.store.logged.performance import write_events
from ppp_tui.store.logged.rows import (
    MESSAGE_COLUMNS,
    QUESTION_COLUMNS,
    TURN_COLUMNS,
    VIOLATION_COLUMNS,
    Rows,
    insert_rows,
)
from ppp_tui.store.logged.turns import TrajectoryBatch, TurnBatch
from ppp_tui.store.upkeep import tasks
from ppp_tui.store.upkeep.search_index import clear_search
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas, chunks
from ppp_tui.store.writers import answers

_TURN_UPDATE = """
UPDATE trajectory_turns SET origin = 'logged', token_count = ?, latency_ms = coalesce(?, latency_ms),
    ended_at = ?, status = ?, prompt_length = ?, response_length = ?, prompt_hash = ?, response_hash = ?, prompt = ?,
    response = ? WHERE id = ?
"""


class _StoredTrajectory(NamedTuple):
    id: int
    last_turn: int
    live: LiveFacts
    state: bytes
    """State of the fold over the trajectory's entries, b'' where there is none yet."""


def apply_entries(
    connection: sqlite3.Connection, entries: Iterable[Entry], summaries: SummaryDeltas, derive: Derive | None = None
) -> None:
    """Write entries in the order in which they were logged, and the rows that `derive` makes of them.

    Raises ValueError for a turn number beyond the limit, and for a performance event without an object of fields.
    """
    groups: dict[str, list[Entry]] = {}
    events: list[PerformanceLogged] = []
    for entry in entries:
        if isinstance(entry, PerformanceLogged):
            events.append(entry)
            continue
        if not 0 <= entry.number <= MAX_CHILD:
            raise ValueError(f"a trajectory has no turn {entry.number}")
        groups.setdefault(entry.trajectory, []).append(entry)
    for native_id, own_entries in groups.items():
        _apply_to(connection, native_id, own_entries, summaries, derive)
    if events:
        write_events(connection, events)


def _apply_to(
    connection: sqlite3.Connection,
    native_id: str,
    entries: Sequence[Entry],
    summaries: SummaryDeltas,
    derive: Derive | None,
) -> None:
    start = next((entry for entry in entries if isinstance(entry, Started)), None)
    trajectory = logged_trajectories.ensure_logged_trajectory(connection, native_id, entries[0].at, start, summaries)
    stored = _load(connection, trajectory)
    batch = TrajectoryBatch(stored.live)
    for entry in entries:
        batch.add(entry)
    _write_turns(connection, stored, batch, summaries)
    logged_effects.write_effects(connection, stored.id, batch, summaries, state=stored.state, derive=derive)
    live = batch.live
    connection.execute(
        "UPDATE trajectory_summaries SET last_at = ?, live = ?, pid = ?, last_turn_number = max(last_turn_number, ?), "
        "scored_by = '' WHERE trajectory_id = ?",
        (
            to_text(live.last_at),
            json.dumps(live, ensure_ascii=False),
            live.pid,
            batch.newest,
            stored.id,
        ),
    )
    summaries.changed.add(stored.id)


def _load(connection: sqlite3.Connection, trajectory: int) -> _StoredTrajectory:
    last_turn, live, state = connection.execute(
        "SELECT last_turn_number, live, coalesce(state, x'') FROM trajectory_summaries "
        "LEFT JOIN logged_states USING (trajectory_id) WHERE trajectory_id = ?",
        (trajectory,),
    ).fetchone()
    return _StoredTrajectory(trajectory, last_turn, stored_facts(live), state)


def _write_turns(
    connection: sqlite3.Connection, stored: _StoredTrajectory, batch: TrajectoryBatch, summaries: SummaryDeltas
) -> None:
    """Write turns, questions and violations."""
    base = stored.id << CHILD_BITS
    for number in [number for number in batch.simple_turns if number <= stored.last_turn]:
        batch.promote(number, 0)
    rows = Rows(stored.id)
    _add_others(connection, base, stored, batch, rows, summaries)
    for turn in batch.simple_turns.values():
        rows.add_simple(turn)
    insert_rows(connection, "trajectory_turns", TURN_COLUMNS, rows.turns)
    insert_rows(connection, "trajectory_questions", QUESTION_COLUMNS, rows.questions)
    insert_rows(connection, "trajectory_violations", VIOLATION_COLUMNS, rows.violations)
    insert_rows(connection, "steps", MESSAGE_COLUMNS, rows.messages)
    insert_rows(connection, "search_queue", "turn_id", rows.texts, or_ignore=True)
    summaries.add_turns(stored.id, rows.sums())
    numbers = [*batch.simple_turns, *batch.turns]
    if numbers:
        answers.update_replies(connection, stored.id, min(numbers))
    if any(number <= tasks.MAX_FIRST_PROMPT_TURN for number in batch.simple_turns):
        summaries.task_changed.add(stored.id)


def _add_others(
    connection: sqlite3.Connection,
    base: int,
    stored: _StoredTrajectory,
    batch: TrajectoryBatch,
    rows: Rows,
    summaries: SummaryDeltas,
) -> None:
    """Collect the rows of turns with separate entries or an earlier row; the summaries count them."""
    present = _present(connection, base, [number for number in batch.turns if number <= stored.last_turn])
    summaries.track_turns([base | number for number in batch.turns])
    for number, turn in batch.turns.items():
        turn_id = base | number
        first_question = first_violation = 1
        if number in present:
            _change(connection, turn_id, turn, present[number])
            first_question = _next(connection, "trajectory_questions", turn_id) if turn.questions else 1
            first_violation = _next(connection, "trajectory_violations", turn_id) if turn.violations else 1
        else:
            rows.turns.append(turn.row(turn_id, stored.id, number))
        rows.questions += turn.question_rows(turn_id, first_question)
        rows.violations += turn.violation_rows(turn_id, first_violation)
        if turn.has_text:
            rows.texts.append((turn_id,))


def _present(connection: sqlite3.Connection, base: int, numbers: list[int]) -> dict[int, str]:
    """Return the timestamps of those of these turns that are in the database, by number."""
    began_by_number: dict[int, str] = {}
    for piece in chunks([base | number for number in numbers]):
        marks = ", ".join("?" * len(piece))
        for turn_id, began in connection.execute(
            f"SELECT id, timestamp FROM trajectory_turns WHERE id IN ({marks})", piece
        ):
            began_by_number[turn_id & MAX_CHILD] = began
    return began_by_number


def _change(connection: sqlite3.Connection, turn_id: int, turn: TurnBatch, began: str) -> None:
    """Update an existing turn, and mark it as not scored."""
    connection.execute("UPDATE trajectory_turns SET scored_by = '' WHERE id = ?", (turn_id,))
    if turn.entry is not None:
        clear_search(connection, turn_id)
        connection.execute(_TURN_UPDATE, (*turn.changes(from_text(began)), turn_id))


def _next(connection: sqlite3.Connection, table: str, turn_id: int) -> int:
    """Return the first free number among a turn's rows that scoring did not write."""
    newest = connection.execute(
        f"SELECT max(id) FROM {table} WHERE id >= ? AND id < ?",
        (turn_id << CHILD_BITS, (turn_id << CHILD_BITS) | FIRST_JUDGED),
    ).fetchone()[0]
    return 1 if newest is None else (newest & MAX_CHILD) + 1
