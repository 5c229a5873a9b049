"""Reads what a trajectory database gained since the last poll.

New rows of any of the four tables name turns; each such turn is told again as a whole, because a question or violation
may be written long after its turn.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from ppp_tui.model.clock import from_text
from ppp_tui.model.event import (
    NOWHERE,
    AgentSpoke,
    Event,
    FactName,
    LaneEntered,
    Noted,
    QuestionAsked,
    TurnEnded,
    TurnStarted,
    ViolationStated,
)
from ppp_tui.model.question import Effort, Severity
from ppp_tui.sources.source import Reading, TablesRead

BUSY_S = 0.2
"""How long a poll waits for a writer, in seconds; the next one tries again."""

_TABLES = ("trajectories", "trajectory_turns", "trajectory_questions", "trajectory_violations")
_OTHERS = ("consensus_artifacts", "consensus_runs", "agent_outputs", "consensus_synthesis", "agent_executions")
_EFFORTS: dict[str, Effort] = {"low": "low", "medium": "medium", "high": "high"}
_SEVERITIES: dict[str, Severity] = {"minor": "minor", "major": "major", "critical": "critical"}


class State(msgspec.Struct, array_like=True):
    """The greatest row numbers that were read, by table."""

    seen: dict[str, int] = {}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(State)


class _Table(NamedTuple):
    name: str
    columns: frozenset[str]

    def select(self, *wanted: str) -> str:
        """Columns, NULL for those that this database lacks."""
        return ", ".join(f'"{name}"' if name in self.columns else f"NULL AS {name}" for name in wanted)


def poll(path: Path, state: bytes, limit: int) -> TablesRead:
    """Read about `limit` new rows. Raises OSError with a sentence if the database cannot be read."""
    try:
        before = _decoder.decode(state) if state else State()
    except msgspec.MsgspecError:
        before = State()
    try:
        with closing(_open(path)) as connection:
            return _read(connection, before, limit)
    except sqlite3.Error as error:
        raise OSError(f"the database cannot be read ({error})") from error


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=BUSY_S)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.execute("PRAGMA query_only=1")
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def _read(connection: sqlite3.Connection, before: State, limit: int) -> TablesRead:
    reading = Reading()
    tables = _tables(connection, reading)
    state = State(dict(before.seen))
    touched, is_more = _touched(connection, tables, state, limit)
    if "trajectories" in tables and "trajectory_turns" in tables:
        for trajectory, turns in touched.items():
            reading.events += _trajectory(connection, tables, trajectory, sorted(turns), reading)
    return TablesRead(reading, _encoder.encode(state), is_more)


def _tables(connection: sqlite3.Connection, reading: Reading) -> dict[str, _Table]:
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name in _OTHERS:
        if name in names:
            reading.unknown[name] = 1
    found: dict[str, _Table] = {}
    for name in _TABLES:
        if name in names:
            columns = frozenset(row[1] for row in connection.execute(f"PRAGMA table_info({name})"))
            found[name] = _Table(name, columns)
    return found


def _touched(
    connection: sqlite3.Connection, tables: dict[str, _Table], state: State, limit: int
) -> tuple[dict[int, set[int]], bool]:
    """Turn ids by trajectory id that have new rows; whether more are waiting."""
    touched: dict[int, set[int]] = {}
    is_more = False
    for name in _TABLES:
        if name not in tables:
            continue
        seen = state.seen.get(name, 0)
        rows = connection.execute(
            f"SELECT rowid, {_owner(name)} FROM {name} WHERE rowid > ? ORDER BY rowid LIMIT ?",  # noqa: S608
            (seen, limit),
        ).fetchall()
        is_more = is_more or len(rows) == limit
        for row, owner in rows:
            state.seen[name] = int(row)
            if name == "trajectories":
                touched.setdefault(int(row), set())
            elif owner is not None and "trajectory_turns" in tables:
                _touch(connection, touched, name, int(row), owner)
    return touched, is_more


def _owner(name: str) -> str:
    return {"trajectories": "rowid", "trajectory_turns": "trajectory_id"}.get(name, "turn_id")


def _touch(connection: sqlite3.Connection, touched: dict[int, set[int]], name: str, row: int, owner: Any) -> None:
    if name == "trajectory_turns":
        touched.setdefault(int(owner), set()).add(row)
        return
    turn = connection.execute("SELECT trajectory_id FROM trajectory_turns WHERE id = ?", (owner,)).fetchone()
    if turn is not None and turn[0] is not None:
        touched.setdefault(int(turn[0]), set()).add(int(owner))


def _trajectory(
    connection: sqlite3.Connection, tables: dict[str, _Table], trajectory: int, turns: list[int], reading: Reading
) -> Iterator[Event]:
    table = tables["trajectories"]
    row = connection.execute(
        f"SELECT {table.select('spec_id', 'agent_name', 'run_id', 'stage', 'created_at')} "  # noqa: S608
        "FROM trajectories WHERE id = ?",
        (trajectory,),
    ).fetchone()
    if row is None:
        return
    created = _time(row[4])
    yield LaneEntered(str(trajectory))
    names: tuple[FactName, ...] = ("spec_id", "agent_name", "run_id", "stage")
    for name, value in zip(names, row[:4], strict=True):
        if value is not None and str(value):
            yield Noted(created, name, str(value))
    for turn in turns:
        yield from _turn(connection, tables, trajectory, turn, reading)


def _turn(
    connection: sqlite3.Connection, tables: dict[str, _Table], trajectory: int, turn: int, reading: Reading
) -> Iterator[Event]:
    table = tables["trajectory_turns"]
    row = connection.execute(
        f"SELECT {table.select('turn_number', 'prompt', 'response', 'latency_ms', 'timestamp')} "  # noqa: S608
        "FROM trajectory_turns WHERE id = ?",
        (turn,),
    ).fetchone()
    if row is None:
        return
    number, prompt, response, latency, timestamp = row
    began = _time(timestamp)
    number = number if isinstance(number, int) and 0 <= number < 1 << 20 else 0
    yield TurnStarted(began, NOWHERE, f"{trajectory}:{number}", _text(prompt), "logged", number)
    if response is not None and _text(response):
        yield AgentSpoke(began, NOWHERE, _text(response), "", True)
    for question, effort in _rows(connection, tables, "trajectory_questions", ("question_text", "effort_level"), turn):
        yield QuestionAsked(began, NOWHERE, _text(question), effort=_enum(effort, _EFFORTS, "effort", reading))
    columns = ("preference_name", "expected", "actual", "severity")
    for name, expected, actual, severity in _rows(connection, tables, "trajectory_violations", columns, turn):
        level: Severity = _enum(severity, _SEVERITIES, "severity", reading) or "minor"
        yield ViolationStated(began, _text(name), _text(expected), _text(actual), level)
    took = int(latency) if isinstance(latency, int | float) and latency >= 0 else None
    yield TurnEnded(began + (took or 0), "completed", took)


def _rows(
    connection: sqlite3.Connection, tables: dict[str, _Table], name: str, columns: tuple[str, ...], turn: int
) -> list[tuple[Any, ...]]:
    if name not in tables or "turn_id" not in tables[name].columns:
        return []
    return connection.execute(
        f"SELECT {tables[name].select(*columns)} FROM {name} WHERE turn_id = ? ORDER BY rowid",  # noqa: S608
        (turn,),
    ).fetchall()


def _enum(value: object, known: dict[str, Any], what: str, reading: Reading) -> Any:
    """A value of an enumeration, whatever its case; one that is none of it counts as not stated, and is told."""
    if value is None:
        return None
    found = known.get(str(value).strip().lower())
    if found is None:
        name = f"{what}={str(value)[:40]}"
        reading.unknown[name] = reading.unknown.get(name, 0) + 1
    return found


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def _time(value: object) -> int:
    if isinstance(value, int | float):
        # Some programs store Unix seconds, others milliseconds.
        return int(value) if value > 1e11 else int(value * 1000)
    try:
        return from_text(str(value)) if value else 0
    except ValueError:
        return 0
