"""Reads the threads of Codex's paginated history that changed since the last poll and have no rollout.

Such a thread is told as a whole: its rows are put into the form of a rollout's lines and go through the parser of
rollouts, so that both mean the same. Columns that a database lacks are not known.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ppp_tui.model.clock import to_text
from ppp_tui.model.event import NOWHERE, Event, TrajectorySwitched, TurnStarted
from ppp_tui.sources.codex import SOURCE as CODEX
from ppp_tui.sources.codex import discovery
from ppp_tui.sources.codex.parser import CodexParser
from ppp_tui.sources.plain.made_lines import unix_ms, without_place
from ppp_tui.sources.session_tables import is_being_made
from ppp_tui.sources.source import ParsedChunk, TablesRead
from ppp_tui.sources.trajectory_db.connect import columns_of, connect, opened

_KEYS = frozenset({"thread_id", "rollout_ordinal"})
"""Columns without which a table cannot be read."""

_PROJECTION = "thread_history_projection_state"
"""Table with the line up to which each thread's rollout is projected."""

HAS_ROLLOUT = -1
"""Marks a thread in the state that is read from its rollout."""

_STATE_NAME = re.compile(r"state_(\d+)\.sqlite\Z")
_HUMP = re.compile(r"(?<=[a-z])([A-Z])")
_TURN = ("turn_id", "rollout_ordinal", "status", "error_json", "started_at", "completed_at", "duration_ms")
_ITEM = ("turn_id", "rollout_ordinal", "item_json", "created_at_ms")
_THREAD = ("cwd", "name", "title", "model", "cli_version", "git_branch", "parent_thread_id", "source")
_ENDS = {"completed": "task_complete", "failed": "task_complete", "interrupted": "turn_aborted"}

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, int])


class _Rows(NamedTuple):
    """The rows of a thread."""

    turns: list[dict[str, Any]]
    items: list[dict[str, Any]]


def poll(path: Path, state: bytes, limit: int) -> TablesRead:
    """Read threads that changed, until about `limit` rows are read. Raises OSError with a sentence."""
    with opened(path) as connection:
        return _read(connection, path, state, limit)


def _read(connection: sqlite3.Connection, path: Path, state: bytes, limit: int) -> TablesRead:
    reading = ParsedChunk()
    seen = _decode(state)
    marks = _change_numbers(connection, reading)
    changed = [(thread, mark) for thread, mark in marks.items() if seen.get(thread) not in (mark, HAS_ROLLOUT)]
    rollouts = _threads_with_rollouts(path) if changed else set()
    read = 0
    for thread, mark in changed:
        if thread in rollouts:
            seen[thread] = HAS_ROLLOUT
            continue
        if read >= limit:
            return TablesRead(reading, _encoder.encode(seen), True)
        turns = _select(connection, "thread_turns", _TURN, thread)
        rows = _Rows(turns, _select(connection, "thread_items", _ITEM, thread))
        read += len(rows.turns) + len(rows.items)
        _add_thread_events(thread, rows, _index_entry(path, thread), reading)
        seen[thread] = mark
    return TablesRead(reading, _encoder.encode(seen), False)


def _decode(state: bytes) -> dict[str, int]:
    try:
        return _decoder.decode(state) if state else {}
    except msgspec.MsgspecError:
        return {}


def _change_numbers(connection: sqlite3.Connection, reading: ParsedChunk) -> dict[str, int]:
    """Return every thread with a number that changes whenever its rows do."""
    marks: dict[str, int] = {}
    if is_being_made(connection):
        return marks
    if {"thread_id", "next_rollout_ordinal"} <= columns_of(connection, _PROJECTION):
        rows = connection.execute(f"SELECT thread_id, next_rollout_ordinal FROM {_PROJECTION}")
        marks = {thread: mark for thread, mark in rows if isinstance(thread, str) and isinstance(mark, int)}
    for table in ("thread_turns", "thread_items"):
        if not columns_of(connection, table) >= _KEYS:
            reading.unknown[f"{table} without its columns"] = 1
            continue
        threads = connection.execute(f"SELECT DISTINCT thread_id FROM {table}").fetchall()
        for (thread,) in threads:
            if isinstance(thread, str) and thread not in marks:
                marks[thread] = _change_number(connection, thread)
    return marks


def _change_number(connection: sqlite3.Connection, thread: str) -> int:
    """Return such a number for a thread without a projection, made of its rows."""
    mark = 0
    for table in ("thread_turns", "thread_items"):
        columns = columns_of(connection, table)
        if columns >= _KEYS:
            # An item that changes keeps its place and gets a later ordinal of update; a turn gets its end.
            names = [name for name in ("rollout_ordinal", "updated_at_ordinal", "completed_at") if name in columns]
            sums = " + ".join(["count(*)", *(f"coalesce(sum({name}), 0)" for name in names)])
            sql = f"SELECT {sums} FROM {table} WHERE thread_id = ?"
            mark += int(connection.execute(sql, (thread,)).fetchone()[0])
    return mark


def _select(connection: sqlite3.Connection, table: str, wanted: Sequence[str], thread: str) -> list[dict[str, Any]]:
    columns = columns_of(connection, table)
    names = [name for name in wanted if name in columns]
    if not columns >= _KEYS:
        return []
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM {table} WHERE thread_id = ? ORDER BY rollout_ordinal",
        (thread,),
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _threads_with_rollouts(path: Path) -> set[str]:
    roots = discovery.roots({"CODEX_HOME": str(path.parent)}, path.parent)
    paths = (path for root in roots for path in CODEX.find(root))
    return {discovery.identify(path).native_id.partition(discovery.BRANCH)[0] for path in paths}


def _index_entry(path: Path, thread: str) -> dict[str, Any]:
    """Return what Codex's own index holds of a thread; empty if there is none or it cannot be read."""
    named = ((_STATE_NAME.match(entry.name), entry) for entry in path.parent.iterdir())
    indexes = sorted((int(matched[1]), entry) for matched, entry in named if matched)
    if not indexes:
        return {}
    try:
        with closing(connect(indexes[-1][1])) as connection:
            names = [name for name in _THREAD if name in columns_of(connection, "threads")]
            row = connection.execute(
                f"SELECT {', '.join(names) or 'NULL'} FROM threads WHERE id = ?",
                (thread,),
            ).fetchone()
            return dict(zip(names, row, strict=False)) if row else {}
    except (sqlite3.Error, OSError):
        return {}


def _add_thread_events(thread: str, rows: _Rows, described: dict[str, Any], reading: ParsedChunk) -> None:
    """Add the events of a whole thread."""
    lines = b"".join(json.dumps(line).encode() + b"\n" for line in _lines(thread, rows, described))
    result = CodexParser(Path(f"rollout-{thread}.jsonl")).feed(lines, 0)
    numbers = {row.get("turn_id"): number for number, row in enumerate(rows.turns, 1)}
    reading.events.append(TrajectorySwitched(thread))
    reading.events += (_without_place(event, numbers) for event in result.events)
    reading.add_unknown(result.unknown)


def _without_place(event: Event, numbers: dict[Any, int]) -> Event:
    """Return an event without a place in a file; a turn with its number, so that it is written again."""
    if isinstance(event, TurnStarted):
        return event._replace(ref=NOWHERE, number=numbers.get(event.key))
    return without_place(event)


def _lines(thread: str, rows: _Rows, described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    began = next((row["started_at"] for row in rows.turns if isinstance(row.get("started_at"), int)), 0)
    source = described.get("source")
    meta = {
        "id": thread,
        "cwd": described.get("cwd"),
        "cli_version": described.get("cli_version"),
        "source": source,
        "git": {"branch": described.get("git_branch")},
        "parent_thread_id": described.get("parent_thread_id"),
    }
    yield _line("session_meta", meta, began * 1000)
    title = described.get("name") or described.get("title")
    if isinstance(title, str) and title:
        yield _line("event_msg", {"type": "thread_name_updated", "thread_name": title}, began * 1000)
    items: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for item in rows.items:
        items[item.get("turn_id")].append(item)
    for turn in rows.turns:
        yield from _turn_lines(turn, items.get(turn.get("turn_id"), []), described)


def _turn_lines(
    turn: dict[str, Any], items: list[dict[str, Any]], described: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    turn_id = turn.get("turn_id")
    began, ended = unix_ms(turn.get("started_at")), unix_ms(turn.get("completed_at"))
    yield _line("event_msg", {"type": "task_started", "turn_id": turn_id}, began)
    yield _line("turn_context", {"turn_id": turn_id, "model": described.get("model")}, began)
    last = began
    for row in items:
        item = _item(row.get("item_json"))
        created = row.get("created_at_ms")
        last = created if isinstance(created, int) else last
        if item is not None:
            yield _line("event_msg", {"type": "item_completed", "turn_id": turn_id, "item": item}, last)
    kind = _ENDS.get(str(turn.get("status")))
    if kind is None:
        return
    end: dict[str, Any] = {
        "type": kind,
        "turn_id": turn_id,
        "duration_ms": turn.get("duration_ms"),
        "root_turn_id": turn_id,
    }
    if turn.get("status") == "failed":
        error = _object(turn.get("error_json"))
        end["error"] = {"message": str(error.get("message") or "")}
    yield _line("event_msg", end, ended or last)


def _item(stored: object) -> dict[str, Any] | None:
    """Return an item in the form of a rollout, with its type and fields spelled that way; None if it is no item."""
    fields = _object(stored)
    kind = fields.get("type")
    if not isinstance(kind, str) or not kind:
        return None
    item = {_HUMP.sub(r"_\1", name).lower(): value for name, value in fields.items()}
    item["type"] = kind[0].upper() + kind[1:]
    if kind == "agentMessage":
        item["content"] = [{"type": "Text", "text": str(fields.get("text") or "")}]
    elif kind == "reasoning":
        item["summary_text"], item["raw_content"] = fields.get("summary"), fields.pop("content", None)
        item.pop("content", None)
    elif kind == "commandExecution" and isinstance(fields.get("command"), str):
        item["command"] = ["bash", "-lc", fields["command"]]
    elif kind == "fileChange" and isinstance(fields.get("changes"), list):
        item["changes"] = dict(map(_change, fields["changes"]))
    took = fields.get("durationMs")
    if isinstance(took, int) and took >= 0:
        item["duration"] = {"secs": took // 1000, "nanos": took % 1000 * 1_000_000}
    return item


def _change(change: object) -> tuple[str, dict[str, Any]]:
    fields = change if isinstance(change, dict) else {}
    kind = fields.get("kind")
    name = kind.get("type") if isinstance(kind, dict) else kind
    return str(fields.get("path", "")), {"type": name or "update", "unified_diff": fields.get("diff") or ""}


def _object(stored: object) -> dict[str, Any]:
    try:
        decoded = json.loads(stored) if isinstance(stored, str | bytes) else None
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _line(kind: str, payload: dict[str, Any], at_ms: int) -> dict[str, Any]:
    stamp = f"{to_text(at_ms).replace(' ', 'T')}Z" if 0 < at_ms < 253_402_300_799_999 else ""
    return {"timestamp": stamp, "type": kind, "payload": payload}
