"""Scores of a trajectory: questions, violations and verdicts, read and replaced together.

Rows that a program stated itself stay as they are. Violations that scoring finds have numbers of their own, made of the
preference and the ask, so that scoring again replaces them and never meets a stated one.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ppp_tui.model.ids import CHILD_BITS, FIRST_JUDGED, child_span, number_of, row_id, turn_id, turn_of
from ppp_tui.model.preference import NAMES, PreferenceName, Verdict
from ppp_tui.model.rows import QuestionRow, ViolationRow
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers import answers, derived

_ASK_BITS = 12
_QUESTION_FIELDS = QuestionRow._fields[2:]
_VIOLATION_FIELDS = ViolationRow._fields[2:]


class ScoredTurn(NamedTuple):
    """What is now known of one turn."""

    number: int
    scored_by: str
    questions: tuple[QuestionRow, ...] | None
    """All questions of the turn, None where they stay as they are."""
    violations: tuple[ViolationRow, ...]
    """Of rules on texts."""
    tallies: Mapping[PreferenceName, tuple[int, int, int]]
    """For each rule on texts, how often it was kept, violated, not checked."""
    schema_code: str | None = None
    """How its answer fitted the JSON that the user asks for, a code of signals; None where none is asked for."""


class AskedAt(NamedTuple):
    """An ask of a trajectory: one call of a tool, or all questions in a turn's prose."""

    turn_number: int
    ordinal: int
    start: int | None
    end: int | None


class GivenVerdict(NamedTuple):
    """A verdict on a trajectory."""

    preference_name: str
    verdict: Verdict
    reward: float
    detail: str
    method: str


def violation_number(name: PreferenceName, ask: int) -> int:
    """Return the number of a violation that scoring found, of an ask that is counted from 0 in its turn."""
    return FIRST_JUDGED | NAMES.index(name) << _ASK_BITS | min(ask, (1 << _ASK_BITS) - 1)


def put_turn(connection: sqlite3.Connection, trajectory_id: int, turn: ScoredTurn, summaries: SummaryDeltas) -> None:
    """Replace the scores of a turn. Within the caller's transaction."""
    identity = turn_id(trajectory_id, turn.number)
    low, high = child_span(identity)
    summaries.track_turns([identity])
    if turn.questions is not None:
        connection.execute("DELETE FROM trajectory_questions WHERE id BETWEEN ? AND ?", (low, high))
        rows = [(row_id(identity, row.question_number), identity, *row[2:]) for row in turn.questions]
        _insert(connection, "trajectory_questions", _QUESTION_FIELDS, rows)
        if rows:
            answers.update_replies(connection, trajectory_id, turn.number)
    connection.execute("DELETE FROM trajectory_violations WHERE id BETWEEN ? AND ? AND source = 'judged'", (low, high))
    _insert_violations(connection, identity, turn.violations)
    connection.execute("DELETE FROM turn_verdicts WHERE turn_id = ?", (identity,))
    connection.executemany(
        "INSERT INTO turn_verdicts (turn_id, preference_name, kept, violated, unjudged) VALUES (?, ?, ?, ?, ?)",
        [(identity, name, *tally) for name, tally in turn.tallies.items()],
    )
    derived.put_schema_signal(connection, identity, turn.schema_code)
    connection.execute("UPDATE trajectory_turns SET scored_by = ? WHERE id = ?", (turn.scored_by, identity))
    if turn.questions or turn.violations:
        # Other words may stand where the counts are the same.
        summaries.changed.add(trajectory_id)


def put_asking(
    connection: sqlite3.Connection,
    trajectory_id: int,
    names: Sequence[PreferenceName],
    violations: Iterable[ViolationRow],
    summaries: SummaryDeltas,
) -> None:
    """Replace a trajectory's violations of these preferences that scoring found; turns without a change are left alone.

    Within the caller's transaction.
    """
    low, high = trajectory_id << 2 * CHILD_BITS, ((trajectory_id + 1) << 2 * CHILD_BITS) - 1
    marks = ", ".join("?" * len(names))
    columns = ", ".join(_VIOLATION_FIELDS)
    old: dict[int, set[tuple[Any, ...]]] = defaultdict(set)
    for identity, *values in connection.execute(
        f"SELECT id, {columns} FROM trajectory_violations WHERE id BETWEEN ? AND ? AND source = 'judged' "
        f"AND preference_name IN ({marks})",
        (low, high, *names),
    ):
        old[number_of(turn_of(identity))].add((number_of(turn_of(identity)), number_of(identity), *values))
    new: dict[int, set[tuple[Any, ...]]] = defaultdict(set)
    for violation in violations:
        new[violation.turn_number].add(tuple(violation))
    for number in old.keys() | new.keys():
        if old[number] == new[number]:
            continue
        identity = turn_id(trajectory_id, number)
        summaries.track_turns([identity])
        connection.execute(
            "DELETE FROM trajectory_violations WHERE id BETWEEN ? AND ? AND source = 'judged' "
            f"AND preference_name IN ({marks})",
            (*child_span(identity), *names),
        )
        _insert_violations(connection, identity, sorted(new[number]))


def asks(connection: sqlite3.Connection, trajectory_id: int) -> list[AskedAt]:
    """Return all asks of a trajectory, in order, without turns that are copies."""
    rows = connection.execute(
        "SELECT q.turn_id, q.step_key, min(q.text_start), max(q.text_end) FROM trajectory_questions AS q "
        "JOIN trajectory_turns AS t ON t.id = q.turn_id WHERE q.id BETWEEN ? AND ? AND t.is_copy = 0 "
        "GROUP BY q.turn_id, q.step_key ORDER BY min(q.id)",
        (trajectory_id << 2 * CHILD_BITS, ((trajectory_id + 1) << 2 * CHILD_BITS) - 1),
    ).fetchall()
    placed_asks: list[AskedAt] = []
    for turn, _, start, end in rows:
        number = number_of(turn)
        ordinal = placed_asks[-1].ordinal + 1 if placed_asks and placed_asks[-1].turn_number == number else 0
        placed_asks.append(AskedAt(number, ordinal, start, end))
    return placed_asks


def tallies(connection: sqlite3.Connection, trajectory_id: int) -> dict[str, tuple[int, int, int]]:
    """Return how often each rule on texts was kept, violated, not checked, without turns that are copies."""
    low, high = child_span(trajectory_id)
    rows = connection.execute(
        "SELECT v.preference_name, sum(v.kept), sum(v.violated), sum(v.unjudged) FROM turn_verdicts AS v "
        "JOIN trajectory_turns AS t ON t.id = v.turn_id WHERE v.turn_id BETWEEN ? AND ? AND t.is_copy = 0 "
        "GROUP BY v.preference_name",
        (low, high),
    )
    return {name: (kept, violated, unjudged) for name, kept, violated, unjudged in rows}


def has_verdicts(connection: sqlite3.Connection, trajectory_id: int) -> bool:
    """Return whether a trajectory has verdicts on preferences."""
    rows = connection.execute("SELECT 1 FROM preference_verdicts WHERE trajectory_id = ? LIMIT 1", (trajectory_id,))
    return rows.fetchone() is not None


def put_verdicts(
    connection: sqlite3.Connection, trajectory_id: int, verdicts: Iterable[GivenVerdict], summaries: SummaryDeltas
) -> None:
    """Replace the verdicts on a trajectory. Within the caller's transaction."""
    columns = ", ".join(GivenVerdict._fields)
    before = connection.execute(
        f"SELECT {columns} FROM preference_verdicts WHERE trajectory_id = ?", (trajectory_id,)
    ).fetchall()
    after = [tuple(verdict) for verdict in verdicts]
    if sorted(before) == sorted(after):
        return
    connection.execute("DELETE FROM preference_verdicts WHERE trajectory_id = ?", (trajectory_id,))
    connection.executemany(
        f"INSERT INTO preference_verdicts (trajectory_id, {columns}) VALUES (?, ?, ?, ?, ?, ?)",
        [(trajectory_id, *values) for values in after],
    )
    summaries.changed.add(trajectory_id)


def put_scorer(connection: sqlite3.Connection, trajectory_id: int, scorer: str) -> None:
    """Mark all turns of the trajectory as scored with these settings. Within the caller's transaction."""
    connection.execute("UPDATE trajectory_summaries SET scored_by = ? WHERE trajectory_id = ?", (scorer, trajectory_id))


def cached_efforts(connection: sqlite3.Connection, hashes: Sequence[int], method: str) -> dict[int, str]:
    """Return a model's earlier ratings of questions, by their hashes."""
    rows = connection.execute(
        "SELECT question_hash, effort_level FROM judged_efforts "
        "WHERE question_hash IN (SELECT value FROM json_each(?)) AND method = ?",
        (json.dumps(list(hashes)), method),
    )
    return dict(rows.fetchall())


def cache_efforts(connection: sqlite3.Connection, efforts: Mapping[int, str], method: str) -> None:
    """Store a model's ratings of questions, by their hashes. Within the caller's transaction."""
    connection.executemany(
        "INSERT OR REPLACE INTO judged_efforts (question_hash, method, effort_level) VALUES (?, ?, ?)",
        [(value, method, level) for value, level in efforts.items()],
    )


def _insert_violations(connection: sqlite3.Connection, turn: int, violations: Iterable[Sequence[Any]]) -> None:
    """Insert violations that scoring found; where a stated one has the number of one, the next free number is used."""
    low, high = child_span(turn)
    used_ids = {
        row[0]
        for row in connection.execute("SELECT id FROM trajectory_violations WHERE id BETWEEN ? AND ?", (low, high))
    }
    for violation in violations:
        identity = row_id(turn, violation[1])
        while identity in used_ids:
            identity += 1
        used_ids.add(identity)
        _insert(connection, "trajectory_violations", _VIOLATION_FIELDS, [(identity, turn, *violation[2:])])


def _insert(connection: sqlite3.Connection, table: str, fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows with their ids and their turns' ids."""
    marks = ", ".join("?" * len(fields))
    connection.executemany(f"INSERT INTO {table} (id, turn_id, {', '.join(fields)}) VALUES (?, ?, {marks})", rows)
