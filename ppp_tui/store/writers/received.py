"""Joins what an agent sent by OpenTelemetry with the session's own file: one trajectory, and nothing counts twice.

The trajectory is that of the own file. What was sent of its requests and failures is kept beside it: a request of both
gets what its own record lacks, a failure that the file does not record is added, and the rest is there to be compared.
Without an own file, what was sent is a trajectory like any other, until that file comes.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import NamedTuple

from ppp_tui.model.clock import from_text, to_text
from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, row_id, turn_of
from ppp_tui.model.rows import TrajectoryDelta
from ppp_tui.store.upkeep import dedup
from ppp_tui.store.upkeep.rollups import USAGE_COLUMNS, UsageCounts
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers.files import SourceFile
from ppp_tui.store.writers.received_calls import apply_waits, keep_calls
from ppp_tui.store.writers.received_failures import FAILURE_COLUMNS, add_failures
from ppp_tui.store.writers.traced_children import link_children_of

OTEL = "otel"
"""The source of the receiver's files."""

SAME_REQUEST_MS = 120_000
"""Milliseconds that the times of a request may be apart, which each side takes by its own rules."""

MAX_COMPARED = 500
"""Newest requests of a trajectory that are compared with what was just sent."""

_PLACE = f"id >> {CHILD_BITS} & {MAX_CHILD}, id & {MAX_CHILD}"
"""SQL: the number of a row's turn, and its own."""

_REQUEST = (
    "file_id, turn_number, request_number, at, key_hash, model, input_tokens, output_tokens, cache_read_tokens, "
    "cache_write_tokens, first_token_ms, reported_micros, reasoning_effort"
)
_PUT_REQUEST = (
    f"INSERT INTO received_requests ({_REQUEST}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
    "SET first_token_ms = excluded.first_token_ms, reported_micros = excluded.reported_micros, "
    "output_tokens = excluded.output_tokens, reasoning_effort = excluded.reasoning_effort"
)
_PUT_FAILURE = (
    f"INSERT INTO received_failures ({FAILURE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


class _Request(NamedTuple):
    """A request of the session's own file."""

    id: int
    at_ms: int
    hashes: frozenset[int]
    tokens: tuple[int, int, int, int]
    is_lower_bound: int


class _Sent(NamedTuple):
    """A request that was sent."""

    turn_number: int
    request_number: int
    at_ms: int
    key_hash: int | None
    tokens: tuple[int, int, int, int]
    first_token_ms: int | None
    reported_micros: int | None
    reasoning_effort: str
    usage_id: int | None


def own_kind(file: SourceFile) -> str:
    """Return the source of the session files of the agent that sent a receiver's file."""
    return PurePath(file.path).name.partition("-")[0]


def own_trajectory(connection: sqlite3.Connection, file: SourceFile) -> int | None:
    """Return the trajectory of the session file that belongs to a receiver's file, None if there is none."""
    row = connection.execute(
        "SELECT id FROM trajectories WHERE native_id = ? AND source = ? AND lane = '' AND file_id IS NOT NULL "
        "ORDER BY created_at, id LIMIT 1",
        (file.native_id, own_kind(file)),
    ).fetchone()
    return None if row is None else int(row[0])


def keep_session(connection: sqlite3.Connection, file: SourceFile) -> None:
    """Store which session a receiver's file belongs to."""
    connection.execute(
        "INSERT OR IGNORE INTO received_sessions (source, native_id, file_id) VALUES (?, ?, ?)",
        (own_kind(file), file.native_id, file.id),
    )


def keep_sent(connection: sqlite3.Connection, file: SourceFile, rows: TrajectoryDelta) -> None:
    """Store what a receiver's file brought of a session that has its own file."""
    keep_session(connection, file)
    connection.executemany(
        _PUT_REQUEST,
        [
            (
                *(file.id, it.turn_number, it.request_number, it.at, it.key_hash, it.model),
                *(it.input_tokens, it.output_tokens, it.cache_read_tokens),
                *(it.cache_write_5m_tokens + it.cache_write_1h_tokens, it.first_token_ms, it.reported_micros),
                it.reasoning_effort,
            )
            for it in rows.usage
        ],
    )
    connection.executemany(
        _PUT_FAILURE,
        [
            (
                *(file.id, it.turn_number, it.retry_number, it.at, it.reason, it.attempt, it.max_attempts),
                *(it.wait_ms, it.status_code, it.message, it.is_final),
            )
            for it in rows.retries
        ],
    )


def sent_trajectories(connection: sqlite3.Connection, own: int, source: str) -> list[tuple[int, int]]:
    """Return trajectories of what was sent of the session whose own file was just found, with their files."""
    rows = connection.execute(
        "SELECT s.id, f.id, f.path FROM trajectories AS o JOIN trajectories AS s ON s.native_id = o.native_id "
        f"AND s.source = '{OTEL}' AND s.lane = '' JOIN source_files AS f ON f.id = s.file_id WHERE o.id = ?",
        (own,),
    )
    return [(row[0], row[1]) for row in rows if PurePath(row[2]).name.partition("-")[0] == source]


def take_over(
    connection: sqlite3.Connection, source: str, sent: Iterable[tuple[int, int]], summaries: SummaryDeltas
) -> None:
    """Turn trajectories that were only received into completions of the session whose own file was found."""
    for trajectory, file_id in sent:
        connection.execute(
            "INSERT OR IGNORE INTO received_sessions (source, native_id, file_id) "
            "SELECT ?, native_id, id FROM source_files WHERE id = ?",
            (source, file_id),
        )
        low, high = trajectory << 2 * CHILD_BITS, (trajectory + 1 << 2 * CHILD_BITS) - 1
        connection.execute(
            f"INSERT OR IGNORE INTO received_requests ({_REQUEST}) SELECT ?, {_PLACE}, at, key_hash, model, "
            "input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens + cache_write_1h_tokens, "
            "first_token_ms, reported_micros, reasoning_effort FROM token_usage WHERE id BETWEEN ? AND ?",
            (file_id, low, high),
        )
        connection.execute(
            f"INSERT OR IGNORE INTO received_failures ({FAILURE_COLUMNS}) SELECT ?, {_PLACE}, at, reason, attempt, "
            "max_attempts, wait_ms, status_code, message, is_final FROM retries WHERE id BETWEEN ? AND ?",
            (file_id, low, high),
        )
        # A trajectory that is dropped must have no children.
        link_children_of(connection, file_id, summaries)
        dedup.drop_duplicates(connection, [trajectory], summaries)


def complete_read(
    connection: sqlite3.Connection, trajectory: int, turns: Iterable[int], summaries: SummaryDeltas
) -> None:
    """Complete requests in some turns of a session's own file, or of a sub-agent's, by what was sent."""
    row = connection.execute(
        "SELECT source, native_id, parent_native_id FROM trajectories WHERE id = ?", (trajectory,)
    ).fetchone()
    source, native_id, parent = row
    for file_id in _received_files(connection, source, [it for it in (native_id, parent) if it]):
        for turn in turns:
            span = row_id(trajectory << CHILD_BITS | turn, 0), row_id(trajectory << CHILD_BITS | turn, MAX_CHILD)
            _complete_requests(connection, file_id, _requests(connection, span), summaries)
        apply_waits(connection, [trajectory], file_id, summaries)
        if not parent:
            add_failures(connection, trajectory, file_id, summaries)


def complete_sent(connection: sqlite3.Connection, own: int, file_id: int, summaries: SummaryDeltas) -> None:
    """Complete a session, and its sub-agents, by what was just sent."""
    members = [own, *(row[0] for row in connection.execute("SELECT id FROM trajectories WHERE parent_id = ?", (own,)))]
    for member in members:
        span = member << 2 * CHILD_BITS, (member + 1 << 2 * CHILD_BITS) - 1
        _complete_requests(connection, file_id, _requests(connection, span), summaries)
    apply_waits(connection, members, file_id, summaries)
    add_failures(connection, own, file_id, summaries)


class ReceivedJoin:
    """Collects in a transaction which sessions are to be completed, and completes them once its rows are written."""

    def __init__(self, connection: sqlite3.Connection, summaries: SummaryDeltas) -> None:
        """Begin with nothing to complete."""
        self._connection = connection
        self._summaries = summaries
        self._sent: dict[tuple[int, int], None] = {}
        self._read: list[tuple[int, list[int]]] = []
        self._new_sessions: list[int] = []
        self._alone: dict[tuple[int, int], None] = {}
        self._traced: dict[int, None] = {}

    def keep_sent(self, file: SourceFile, rows: TrajectoryDelta) -> bool:
        """Keep what a receiver's file brought if its session has an own one; return whether it has."""
        if rows.spans or rows.waits:
            keep_calls(self._connection, file.id, rows)
            # An own file may come later, and these make no trajectory that it could take over.
            keep_session(self._connection, file)
            self._traced[file.id] = None
        own = own_trajectory(self._connection, file)
        if own is None:
            return False
        keep_sent(self._connection, file, rows)
        self._sent[own, file.id] = None
        return True

    def note_alone(self, trajectory: int, file: SourceFile, *, is_new: bool) -> None:
        """Remember a session that has no own file."""
        self._alone[trajectory, file.id] = None
        if is_new:
            self._traced[file.id] = None

    def note_read(self, trajectory: int, rows: TrajectoryDelta, *, is_new: bool) -> None:
        """Remember the turns of a session's own file in which requests were read."""
        if is_new:
            self._new_sessions.append(trajectory)
        if rows.usage or rows.turns or rows.times:
            self._read.append((trajectory, sorted({row.turn_number for row in rows.usage})))

    def finish(self) -> None:
        """Complete what was read by what was sent before, and the other way round."""
        if self._read and has_received(self._connection):
            for trajectory, turns in self._read:
                complete_read(self._connection, trajectory, turns, self._summaries)
            for trajectory in self._new_sessions:
                self._traced.update(dict.fromkeys(_own_received_files(self._connection, trajectory)))
        for own, file_id in self._sent:
            complete_sent(self._connection, own, file_id, self._summaries)
        for trajectory, file_id in self._alone:
            apply_waits(self._connection, [trajectory], file_id, self._summaries)
        for file_id in self._traced:
            link_children_of(self._connection, file_id, self._summaries)


def has_received(connection: sqlite3.Connection) -> bool:
    """Return whether anything was received that may complete a session's own file."""
    return connection.execute("SELECT 1 FROM received_sessions LIMIT 1").fetchone() is not None


def clear_sent(connection: sqlite3.Connection, file_id: int) -> None:
    """Delete what a receiver's file brought; values that it completed stay until those rows are written again."""
    for table in ("received_sessions", "received_requests", "received_failures", "received_spans", "received_waits"):
        connection.execute(f"DELETE FROM {table} WHERE file_id = ?", (file_id,))


def _own_received_files(connection: sqlite3.Connection, trajectory: int) -> list[int]:
    """Return the receiver's files of the session that a trajectory is."""
    source, native_id = connection.execute(
        "SELECT source, native_id FROM trajectories WHERE id = ?", (trajectory,)
    ).fetchone()
    return _received_files(connection, source, [native_id])


def _received_files(connection: sqlite3.Connection, source: str, native_ids: Sequence[str]) -> list[int]:
    marks = ", ".join("?" * len(native_ids))
    rows = connection.execute(
        f"SELECT DISTINCT file_id FROM received_sessions WHERE source = ? AND native_id IN ({marks})",
        (source, *native_ids),
    )
    return [row[0] for row in rows]


def _requests(connection: sqlite3.Connection, span: tuple[int, int]) -> list[_Request]:
    """Return the newest requests among rows."""
    rows = connection.execute(
        "SELECT id, at, key_hash, alias_hash, input_tokens, output_tokens, cache_read_tokens, "
        "cache_write_5m_tokens + cache_write_1h_tokens, is_lower_bound FROM token_usage WHERE id BETWEEN ? AND ? "
        "ORDER BY id DESC LIMIT ?",
        (*span, MAX_COMPARED),
    )
    return [
        _Request(
            id=row[0],
            at_ms=from_text(row[1]),
            hashes=frozenset(value for value in row[2:4] if value is not None),
            tokens=row[4:8],
            is_lower_bound=row[8],
        )
        for row in reversed(rows.fetchall())
    ]


def _complete_requests(
    connection: sqlite3.Connection, file_id: int, requests: Sequence[_Request], summaries: SummaryDeltas
) -> None:
    if not requests:
        return
    times = [request.at_ms for request in requests]
    rows = connection.execute(
        "SELECT turn_number, request_number, at, key_hash, input_tokens, output_tokens, cache_read_tokens, "
        "cache_write_tokens, first_token_ms, reported_micros, reasoning_effort, "
        "(SELECT u.id FROM token_usage AS u WHERE u.id = r.usage_id) FROM received_requests AS r "
        "WHERE file_id = ? AND at BETWEEN ? AND ?",
        (file_id, to_text(max(0, min(times) - SAME_REQUEST_MS)), to_text(max(times) + SAME_REQUEST_MS)),
    )
    by_prompt: dict[tuple[int, int, int], list[_Sent]] = defaultdict(list)
    by_key: dict[int, _Sent] = {}
    for row in rows:
        sent = _Sent(row[0], row[1], from_text(row[2]), row[3], row[4:8], *row[8:])
        by_prompt[_prompt(sent.tokens)].append(sent)
        if sent.key_hash is not None:
            by_key[sent.key_hash] = sent
    taken: set[tuple[int, int]] = set()
    for request in requests:
        same_key = next((by_key[value] for value in request.hashes if value in by_key), None)
        candidates = [same_key] if same_key else by_prompt.get(_prompt(request.tokens), [])
        fitting = [
            sent
            for sent in candidates
            if sent[:2] not in taken
            and sent.usage_id in (None, request.id)
            and abs(sent.at_ms - request.at_ms) <= SAME_REQUEST_MS
            and (sent is same_key or sent.tokens == request.tokens or request.is_lower_bound)
        ]
        if fitting:
            nearest = min(fitting, key=lambda sent: (abs(sent.at_ms - request.at_ms), sent[:2]))
            taken.add(nearest[:2])
            _complete_request(connection, file_id, request.id, nearest, summaries)


def _prompt(tokens: tuple[int, int, int, int]) -> tuple[int, int, int]:
    return tokens[0], tokens[2], tokens[3]


def _complete_request(
    connection: sqlite3.Connection, file_id: int, usage_id: int, sent: _Sent, summaries: SummaryDeltas
) -> None:
    """Give a request what its own record lacks: time to the first token, cost as reported, effort."""
    row = connection.execute(
        f"SELECT is_counted, first_token_ms, {USAGE_COLUMNS} FROM token_usage WHERE id = ?", (usage_id,)
    ).fetchone()
    is_counted, first_token_ms, before = row[0], row[1], UsageCounts(*row[2:])
    after = before._replace(
        reported_micros=sent.reported_micros if before.reported_micros is None else before.reported_micros,
        reasoning_effort=before.reasoning_effort or sent.reasoning_effort,
    )
    if first_token_ms is None and sent.first_token_ms is not None:
        connection.execute("UPDATE token_usage SET first_token_ms = ? WHERE id = ?", (sent.first_token_ms, usage_id))
        connection.execute(
            "UPDATE trajectory_turns SET first_token_ms = ? WHERE id = ? AND first_token_ms IS NULL",
            (sent.first_token_ms, turn_of(usage_id)),
        )
        summaries.changed.add(_trajectory(usage_id))
    if after != before:
        if is_counted:
            summaries.count_usage(_trajectory(usage_id), before, -1)
            summaries.count_usage(_trajectory(usage_id), after, 1)
        connection.execute(
            "UPDATE token_usage SET reported_micros = ?, reasoning_effort = ? WHERE id = ?",
            (after.reported_micros, after.reasoning_effort, usage_id),
        )
        summaries.changed.add(_trajectory(usage_id))
    if sent.usage_id != usage_id:
        connection.execute(
            "UPDATE received_requests SET usage_id = ? WHERE file_id = ? AND turn_number = ? AND request_number = ?",
            (usage_id, file_id, *sent[:2]),
        )


def _trajectory(usage_id: int) -> int:
    return usage_id >> 2 * CHILD_BITS
