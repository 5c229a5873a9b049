"""Deduplicates sessions: resumed, forked and handed-over files repeat the records of the file that they began from.

Every copy stays in the database, since it is part of what that session's agent saw; one of them counts. The owner is
the trajectory that began first (then: whose file was born first, whose path sorts first), whatever order the files were
read in, and a session before its sub-agents, which may begin with a copy of it; of the records of a model request the
one with the greatest output has the tokens, among equals one that names the model. A sub-agent that a session's file
contains is not kept if it has a file of its own.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ppp_tui.model.ids import trajectory_of, turn_of
from ppp_tui.store.upkeep.clear import clear_trajectory, flip_copy
from ppp_tui.store.upkeep.rollups import UsageCounts
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas, chunks
from ppp_tui.store.writers import trajectories
from ppp_tui.store.writers.files import SourceFile

MAX_COMPARED_ROWS = 256
"""Rows of one alias that are compared with each other: a relay that gives all its answers one id has more."""

_Order = tuple[int, str, int, int, str, str]


class _Copy(NamedTuple):
    id: int
    key_hash: int | None
    is_counted: int
    is_aside: int
    native_id: str
    usage: UsageCounts
    order: tuple[int, str, int, int, str, str, int]

    @property
    def output(self) -> int:
        return self.usage.output_tokens

    @property
    def prompt(self) -> tuple[int, int, int]:
        usage = self.usage
        return usage.input_tokens, usage.cache_read_tokens, usage.cache_write_5m_tokens + usage.cache_write_1h_tokens


_ORDER = (
    "t.parent_native_id <> '' OR t.lane <> '', t.created_at, t.lane <> '', coalesce(f.born_ns, 0), "
    "coalesce(f.path, ''), t.lane"
)
_USAGE = ", ".join(f"u.{column}" for column in UsageCounts._fields)


_PUT_USAGE = (
    "UPDATE token_usage SET is_counted = ?, "
    + ", ".join(f"{column} = ?" for column in UsageCounts._fields[1:])
    + " WHERE id = ?"
)


def recompute_canonical_usage(
    connection: sqlite3.Connection, rows: Iterable[tuple[int | None, int | None]], summaries: SummaryDeltas
) -> None:
    """Recompute which usage rows count, among those that share a key or alias with these pairs."""
    keys: set[int] = set()
    keys_by_alias: dict[int, set[int]] = defaultdict(set)
    for key, alias in rows:
        if alias is not None:
            keys_by_alias[alias].update(() if key is None else (key,))
        elif key is not None:
            keys.add(key)
    # The index for keys holds rows without an alias only.
    for _, ids in _groups(connection, "token_usage", "key_hash", "alias_hash IS NULL", sorted(keys)):
        _choose_canonical([_usage_copy(connection, row_id) for row_id in ids], connection, summaries)
    for alias, ids in _groups(connection, "token_usage", "alias_hash", "alias_hash IS NOT NULL", sorted(keys_by_alias)):
        compared = ids if len(ids) <= MAX_COMPARED_ROWS else _alike(connection, alias, sorted(keys_by_alias[alias]))
        for request in _same_requests([_usage_copy(connection, row_id) for row_id in compared]):
            _choose_canonical(request, connection, summaries)


def _alike(connection: sqlite3.Connection, alias: int, keys: Sequence[int]) -> list[int]:
    """Return rows of an alias with one of the keys, or with the prompt of such a row."""
    row_ids: set[int] = set()
    for piece in chunks(keys):
        marks = ", ".join("?" * len(piece))
        row_ids.update(
            row_id
            for (row_id,) in connection.execute(
                "WITH alike AS MATERIALIZED (SELECT id, key_hash, input_tokens, cache_read_tokens, "
                "cache_write_5m_tokens + cache_write_1h_tokens AS written FROM token_usage WHERE alias_hash = ?) "
                "SELECT id FROM alike WHERE (input_tokens, cache_read_tokens, written) IN (SELECT input_tokens, "
                f"cache_read_tokens, written FROM alike WHERE key_hash IN ({marks}))",
                (alias, *piece),
            )
        )
    return sorted(row_ids)


def has_own_file(connection: sqlite3.Connection, file: SourceFile, name: str) -> bool:
    """Return whether a trajectory of a file also has a file of its own: a sub-agent's of this session."""
    return (
        connection.execute(
            "SELECT 1 FROM trajectories WHERE native_id = ? AND lane = '' AND source = ? AND parent_native_id = ?",
            (name, file.source, file.native_id),
        ).fetchone()
        is not None
    )


def parent_duplicates(connection: sqlite3.Connection, trajectory_id: int) -> list[int]:
    """Return trajectories in the parent's file that repeat this one, which has a fuller file of its own."""
    duplicates = connection.execute(
        "SELECT e.id FROM trajectories AS t JOIN trajectories AS e "
        "ON e.native_id = t.native_id AND e.source = t.source AND e.lane = t.native_id "
        "JOIN source_files AS f ON f.id = e.file_id AND f.native_id = t.parent_native_id "
        "WHERE t.id = ? AND t.parent_native_id <> '' AND t.lane = ''",
        (trajectory_id,),
    ).fetchall()
    return [row[0] for row in duplicates]


def drop_duplicates(connection: sqlite3.Connection, duplicates: Sequence[int], summaries: SummaryDeltas) -> None:
    """Remove trajectories that have a file of their own elsewhere."""
    for duplicate in duplicates:
        clear_trajectory(connection, duplicate, summaries)
    summaries.flush_and_reset()
    for duplicate in duplicates:
        trajectories.unlink_parent(connection, duplicate)
        connection.execute("DELETE FROM trajectories WHERE id = ?", (duplicate,))


def recompute_copied_turns(connection: sqlite3.Connection, hashes: Iterable[int], summaries: SummaryDeltas) -> None:
    """Recompute which of the turns with these keys is the original."""
    for _, rows in _groups(connection, "trajectory_turns", "key_hash", "key_hash IS NOT NULL", sorted(set(hashes))):
        ordered = sorted(rows, key=lambda turn: (*_order(connection, trajectory_of(turn)), turn))
        for position, turn in enumerate(ordered):
            flag = int(position > 0 and trajectory_of(turn) != trajectory_of(ordered[0]))
            present = connection.execute("SELECT is_copy FROM trajectory_turns WHERE id = ?", (turn,)).fetchone()[0]
            if present != flag:
                summaries.track_turns([turn])
                connection.execute("UPDATE trajectory_turns SET is_copy = ? WHERE id = ?", (flag, turn))
                flip_copy(connection, turn)
                # Copies do not count against an agent: the trajectory is judged again.
                connection.execute(
                    "UPDATE trajectory_summaries SET scored_by = '' WHERE trajectory_id = ?", (trajectory_of(turn),)
                )


def _groups(
    connection: sqlite3.Connection, table: str, column: str, condition: str, hashes: Sequence[int]
) -> list[tuple[int, list[int]]]:
    """Return each hash that several rows share, with their ids."""
    groups: list[tuple[int, list[int]]] = []
    for piece in chunks(hashes):
        ids_by_hash: dict[int, list[int]] = defaultdict(list)
        marks = ", ".join("?" * len(piece))
        for value, row_id in connection.execute(
            f"SELECT {column}, id FROM {table} WHERE {column} IN ({marks}) AND {condition} AND {column} IS NOT NULL",
            piece,
        ):
            ids_by_hash[value].append(row_id)
        for value, rows in ids_by_hash.items():
            if len(rows) > 1:
                groups.append((value, sorted(rows)))
    return groups


def _usage_copy(connection: sqlite3.Connection, row_id: int) -> _Copy:
    row = connection.execute(
        f"SELECT u.key_hash, u.is_counted, u.is_aside, t.native_id, {_ORDER}, {_USAGE} "
        "FROM token_usage AS u JOIN trajectories AS t ON t.id = ? LEFT JOIN source_files AS f ON f.id = t.file_id "
        "WHERE u.id = ?",
        (trajectory_of(turn_of(row_id)), row_id),
    ).fetchone()
    key, counted, aside, native_id, *rest = row
    order, usage = rest[:6], rest[6:]
    return _Copy(
        id=row_id,
        key_hash=key,
        is_counted=counted,
        is_aside=aside,
        native_id=native_id,
        usage=UsageCounts(*usage),
        order=(*order, row_id),
    )


def _same_requests(copies: list[_Copy]) -> list[list[_Copy]]:
    """Split rows of one message into requests: those with one key are one.

    Asides, of side conversations or without a request id, may be copies under another key: of what was given the same
    prompt or was answered in the same moment.
    """
    copies = sorted(copies, key=lambda copy: (copy.is_aside, copy.order))
    requests: dict[int | str, list[_Copy]] = {}
    for copy in copies:
        identity = f"row {copy.id}" if copy.key_hash is None else copy.key_hash
        copies_of_request = requests.get(identity)
        if copies_of_request is None and copy.is_aside:
            copies_of_request = next(
                (request for request in requests.values() if any(_is_replay(copy, other) for other in request)), None
            )
        if copies_of_request is None:
            copies_of_request = []
        requests.setdefault(identity, copies_of_request).append(copy)
    return list({id(copies_of_request): copies_of_request for copies_of_request in requests.values()}.values())


def _is_replay(aside: _Copy, other: _Copy) -> bool:
    """Return whether an aside repeats a request of another trajectory, with its message id under another key."""
    is_same_prompt = any(aside.prompt) and aside.prompt == other.prompt
    if not other.is_aside:
        return is_same_prompt or aside.usage.at == other.usage.at
    if trajectory_of(turn_of(aside.id)) == trajectory_of(turn_of(other.id)):
        return False
    # Relays give answers of any two sessions one id, and the same prompt is no proof between them.
    return is_same_prompt and (aside.usage.at == other.usage.at or aside.native_id == other.native_id)


def _choose_canonical(copies: list[_Copy], connection: sqlite3.Connection, summaries: SummaryDeltas) -> None:
    owner = min(copies, key=lambda copy: copy.order)
    best = min(copies, key=lambda copy: (-copy.output, not copy.usage.model, copy.order))
    for copy in copies:
        is_owner = copy.id == owner.id
        usage = best.usage._replace(at=copy.usage.at) if is_owner else copy.usage
        if copy.is_counted == int(is_owner) and usage == copy.usage:
            continue
        summaries.track_turns([turn_of(copy.id)])
        trajectory_id = trajectory_of(turn_of(copy.id))
        if copy.is_counted:
            summaries.count_usage(trajectory_id, copy.usage, -1)
        if is_owner:
            summaries.count_usage(trajectory_id, usage, 1)
        connection.execute(_PUT_USAGE, (int(is_owner), *usage[1:], copy.id))


def _order(connection: sqlite3.Connection, trajectory_id: int) -> _Order:
    row: _Order = connection.execute(
        f"SELECT {_ORDER} FROM trajectories AS t LEFT JOIN source_files AS f ON f.id = t.file_id WHERE t.id = ?",
        (trajectory_id,),
    ).fetchone()
    return row
