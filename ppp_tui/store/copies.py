"""Copies of a session: resumed, forked and handed-over files repeat the records of the file that they began from.

Every copy stays in the archive, since it is part of what that session's agent saw; one of them counts. The owner is the
trajectory that began first (then: whose file was born first, whose path sorts first), whatever order the files were
read in; of the records of a model request the one with the greatest output tells the tokens.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ppp_tui.model.ids import trajectory_of, turn_of
from ppp_tui.store import work
from ppp_tui.store.ledger import Ledger, chunks
from ppp_tui.store.rollups import Counted


class _Copy(NamedTuple):
    id: int
    key_hash: int
    alias_hash: int | None
    is_counted: int
    is_aside: int
    usage: Counted
    order: tuple[str, int, str, str, int]

    @property
    def output(self) -> int:
        return self.usage.output_tokens


_ORDER = "t.created_at, coalesce(f.born_ns, 0), coalesce(f.path, ''), t.lane"
_USAGE = ", ".join(f"u.{column}" for column in Counted._fields)


_SETTLE = (
    "UPDATE token_usage SET is_counted = ?, "
    + ", ".join(f"{column} = ?" for column in Counted._fields[1:])
    + " WHERE id = ?"
)


def settle_usage(connection: sqlite3.Connection, hashes: Iterable[int], ledger: Ledger, *, by_alias: bool) -> None:
    """Decide anew which of the usage rows with these hashes count."""
    # The index for keys holds rows without an alias only.
    column, among = ("alias_hash", "alias_hash IS NOT NULL") if by_alias else ("key_hash", "alias_hash IS NULL")
    for _, rows in _groups(connection, "token_usage", column, among, sorted(set(hashes))):
        copies = [_usage_copy(connection, row_id) for row_id in rows]
        for same in _same_requests(copies) if by_alias else [copies]:
            _settle_request(connection, same, ledger)


def settle_turns(connection: sqlite3.Connection, hashes: Iterable[int], ledger: Ledger) -> None:
    """Decide anew which of the turns with these keys are the original."""
    for _, rows in _groups(connection, "trajectory_turns", "key_hash", "key_hash IS NOT NULL", sorted(set(hashes))):
        ordered = sorted(rows, key=lambda turn: (*_order(connection, trajectory_of(turn)), turn))
        for position, turn in enumerate(ordered):
            flag = int(position > 0 and trajectory_of(turn) != trajectory_of(ordered[0]))
            present = connection.execute("SELECT is_copy FROM trajectory_turns WHERE id = ?", (turn,)).fetchone()[0]
            if present != flag:
                ledger.open_turns([turn])
                connection.execute("UPDATE trajectory_turns SET is_copy = ? WHERE id = ?", (flag, turn))
                work.settle_copy(connection, turn)
                # Copies are not held against anybody: the verdicts on the trajectory must be given again.
                connection.execute(
                    "UPDATE trajectory_summaries SET scored_by = '' WHERE trajectory_id = ?", (trajectory_of(turn),)
                )


def _groups(
    connection: sqlite3.Connection, table: str, column: str, among: str, hashes: Sequence[int]
) -> Iterable[tuple[int, list[int]]]:
    """Ids of the rows that share a hash, where more than one does."""
    for piece in chunks(hashes):
        found: dict[int, list[int]] = defaultdict(list)
        marks = ", ".join("?" * len(piece))
        for value, row_id in connection.execute(
            f"SELECT {column}, id FROM {table} WHERE {column} IN ({marks}) AND {among} AND {column} IS NOT NULL",
            piece,
        ):
            found[value].append(row_id)
        for value, rows in found.items():
            if len(rows) > 1:
                yield value, sorted(rows)


def _usage_copy(connection: sqlite3.Connection, row_id: int) -> _Copy:
    row = connection.execute(
        f"SELECT u.key_hash, u.alias_hash, u.is_counted, u.is_aside, {_ORDER}, {_USAGE} "
        "FROM token_usage AS u JOIN trajectories AS t ON t.id = ? LEFT JOIN source_files AS f ON f.id = t.file_id "
        "WHERE u.id = ?",
        (trajectory_of(turn_of(row_id)), row_id),
    ).fetchone()
    key, alias, counted, aside, created, born, path, lane, *usage = row
    return _Copy(row_id, key, alias, counted, aside, Counted(*usage), (created, born, path, lane, row_id))


def _same_requests(copies: list[_Copy]) -> list[list[_Copy]]:
    """Split rows of one message into requests: a side conversation repeats a message under another request id."""
    requests: dict[int, list[_Copy]] = defaultdict(list)
    for copy in copies:
        if not copy.is_aside:
            requests[copy.key_hash].append(copy)
    first = min(requests.values(), key=lambda same: min(copy.order for copy in same), default=None)
    for copy in copies:
        if copy.is_aside:
            same = requests.get(copy.key_hash, first)
            if same is None:
                requests[copy.key_hash] = same = first = []
            same.append(copy)
    return list(requests.values())


def _settle_request(connection: sqlite3.Connection, copies: list[_Copy], ledger: Ledger) -> None:
    owner = min(copies, key=lambda copy: copy.order)
    best = min(copies, key=lambda copy: (-copy.output, copy.order))
    for copy in copies:
        is_owner = copy.id == owner.id
        usage = best.usage._replace(at=copy.usage.at) if is_owner else copy.usage
        if copy.is_counted == int(is_owner) and usage == copy.usage:
            continue
        ledger.open_turns([turn_of(copy.id)])
        trajectory_id = trajectory_of(turn_of(copy.id))
        if copy.is_counted:
            ledger.count_usage(trajectory_id, copy.usage, -1)
        if is_owner:
            ledger.count_usage(trajectory_id, usage, 1)
        connection.execute(_SETTLE, (int(is_owner), *usage[1:], copy.id))


def _order(connection: sqlite3.Connection, trajectory_id: int) -> tuple[str, int, str, str]:
    row: tuple[str, int, str, str] = connection.execute(
        f"SELECT {_ORDER} FROM trajectories AS t LEFT JOIN source_files AS f ON f.id = t.file_id WHERE t.id = ?",
        (trajectory_id,),
    ).fetchone()
    return row
