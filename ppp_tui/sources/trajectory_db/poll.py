"""Emits what a trajectory database gained: facts, turns, questions and violations."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from ppp_tui.model import event as e
from ppp_tui.model.clock import parse_stored_time
from ppp_tui.model.ids import MAX_CHILD
from ppp_tui.model.question import Effort, Severity
from ppp_tui.sources.source import ParsedChunk, TablesRead, word_of
from ppp_tui.sources.trajectory_db import news
from ppp_tui.sources.trajectory_db.artifacts import Artifacts
from ppp_tui.sources.trajectory_db.connect import opened
from ppp_tui.sources.trajectory_db.tables import (
    COLUMNS,
    QUESTIONS,
    TRAJECTORIES,
    TURNS,
    VIOLATIONS,
    ForeignTable,
    Key,
    among,
    as_text,
    find_tables,
)

_EFFORTS: dict[str, Effort] = {"low": "low", "medium": "medium", "high": "high"}
_SEVERITIES: dict[str, Severity] = {"minor": "minor", "major": "major", "critical": "critical"}
_FACTS: tuple[e.FactName, ...] = ("spec_id", "agent_name", "run_id", "stage")

_MAX_COUNT = 2**53
"""Maximum of durations in milliseconds and of numbers of tokens."""

_Row = tuple[Any, ...]
_Value = TypeVar("_Value")


def poll(path: Path, state: bytes, limit: int) -> TablesRead:
    """Read about `limit` new rows of each table. Raises OSError with a sentence if the database cannot be read."""
    with opened(path) as connection:
        return _read(connection, news.decode(state), limit)


def _read(connection: sqlite3.Connection, state: news.State, limit: int) -> TablesRead:
    reading = ParsedChunk()
    tables = find_tables(connection, state.named, reading)
    changes = news.find_news(connection, tables, state, limit)
    if changes.trajectories:
        _add_newest(connection, tables, changes)
        reading.events += _EventMaker(connection, tables, reading).events_of(changes.trajectories)
    artifacts = Artifacts(connection, tables)
    specs = artifacts.specs_of(changes.artifacts, changes.described)
    reading.artifacts = artifacts.of_specs(specs, state.seen)
    for name, stage in artifacts.stages(reading.artifacts).items():
        reading.events += (e.TrajectorySwitched(name), e.MetadataLearned(0, "stage", stage))
    return TablesRead(reading, news.encode(state), changes.is_more)


def _add_newest(connection: sqlite3.Connection, tables: dict[str, ForeignTable], changes: news.RowChanges) -> None:
    """Add the newest turn after an earlier one that is emitted again, so that live facts end with the newest."""
    if not changes.late or "turn_number" not in tables[TURNS].columns:
        return
    rows = connection.execute(
        f"SELECT {tables[TURNS].key}, trajectory_id, max(turn_number) FROM {TURNS} "
        "WHERE trajectory_id IN (SELECT value FROM json_each(?)) GROUP BY trajectory_id",
        (among(changes.late),),
    )
    for turn, trajectory, _ in rows.fetchall():
        changes.trajectories[trajectory].add(turn)


class _EventMaker:
    """Converts rows to events."""

    def __init__(self, connection: sqlite3.Connection, tables: dict[str, ForeignTable], reading: ParsedChunk) -> None:
        self._connection = connection
        self._tables = tables
        self._reading = reading

    def events_of(self, trajectories: dict[Key, set[Key]]) -> Iterator[e.Event]:
        """Yield the events of these turns."""
        turns = {turn for turn_keys in trajectories.values() for turn in turn_keys}
        described = {row[0]: row[1:] for row in self._rows(TRAJECTORIES, COLUMNS[TRAJECTORIES], trajectories)}
        rows_by_trajectory = self._turns(turns)
        questions = self._by_turn(QUESTIONS, COLUMNS[QUESTIONS], turns)
        violations = self._by_turn(VIOLATIONS, COLUMNS[VIOLATIONS], turns)
        for trajectory in trajectories:
            description = described.get(trajectory, (None,) * (len(_FACTS) + 1))
            created = parse_stored_time(description[-1])
            yield e.TrajectorySwitched(str(trajectory), at=created)
            for name, value in zip(_FACTS, description, strict=False):
                if as_text(value):
                    yield e.MetadataLearned(created, name, as_text(value))
            key = ":".join(map(as_text, (*description, trajectory)))
            for turn, number, *row in rows_by_trajectory.get(trajectory, ()):
                yield from self._turn(f"{key}:{number}", number, row, questions[turn], violations[turn])

    def _turn(
        self, key: str, number: int, row: list[Any], questions: list[_Row], violations: list[_Row]
    ) -> Iterator[e.Event]:
        prompt, response, tokens, latency, timestamp = row
        at = parse_stored_time(timestamp)
        yield e.TurnStarted(at, e.NOWHERE, key, as_text(prompt), "logged", number)
        if as_text(response):
            yield e.AssistantMessage(at, e.NOWHERE, as_text(response), is_final=True)
        for text, effort, answer in questions:
            yield e.QuestionAsked(
                at,
                e.NOWHERE,
                as_text(text),
                effort=self._enumerated(effort, _EFFORTS, "effort"),
                answer=None if answer is None else as_text(answer),
            )
        for name, expected, actual, severity in violations:
            level: Severity = self._enumerated(severity, _SEVERITIES, "severity") or "minor"
            yield e.ViolationStated(at, as_text(name), as_text(expected), as_text(actual), level)
        # A turn is logged when it is over: its time is its end. Its success is not recorded.
        yield e.TurnEnded(at, "unknown", _count_of(latency), token_count=_count_of(tokens))

    def _turns(self, turns: set[Key]) -> dict[Key, list[_Row]]:
        """Return turns by trajectory, in order: id, number, prompt, response, tokens, latency and time."""
        by_trajectory: dict[Key, list[_Row]] = defaultdict(list)
        for turn, trajectory, number, *rest in self._rows(TURNS, COLUMNS[TURNS], turns):
            if isinstance(number, int) and 0 <= number <= MAX_CHILD:
                by_trajectory[trajectory].append((turn, number, *rest))
            else:
                self._reading.add_unknown({f"turn_number={word_of(as_text(number) or 'NULL')}": 1})
        for turn_rows in by_trajectory.values():
            turn_rows.sort(key=lambda row: row[1])
        return by_trajectory

    def _by_turn(self, name: str, columns: tuple[str, ...], turns: set[Key]) -> dict[Key, list[_Row]]:
        by_turn: dict[Key, list[_Row]] = defaultdict(list)
        if name in self._tables:
            rows = self._connection.execute(
                f"SELECT turn_id, {self._tables[name].select(*columns)} FROM {name} "
                "WHERE turn_id IN (SELECT value FROM json_each(?)) ORDER BY rowid",
                (among(turns),),
            )
            for turn, *rest in rows:
                by_turn[turn].append(tuple(rest))
        return by_turn

    def _rows(self, name: str, columns: tuple[str, ...], keys: set[Key] | dict[Key, set[Key]]) -> list[_Row]:
        table = self._tables.get(name)
        if table is None:
            return []
        return self._connection.execute(
            f"SELECT {table.key}, {table.select(*columns)} FROM {name} "
            f"WHERE {table.key} IN (SELECT value FROM json_each(?))",
            (among(keys),),
        ).fetchall()

    def _enumerated(self, value: object, values: dict[str, _Value], field_name: str) -> _Value | None:
        """Return the member of an enumeration, ignoring case; None for other values, which are counted as unknown."""
        # Programs in Rust may write a value with its type, `EffortLevel::Low`.
        text = as_text(value).strip().rpartition("::")[2]
        member = values.get(text.lower())
        if member is None and text:
            self._reading.add_unknown({f"{field_name}={word_of(text)}": 1})
        return member


def _count_of(value: object) -> int | None:
    """Return a duration or a number of tokens; None if it is missing or impossible."""
    return int(value) if isinstance(value, int | float) and 0 <= value < _MAX_COUNT else None
