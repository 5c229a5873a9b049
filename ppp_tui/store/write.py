"""The one writer of an archive: rows, offsets, sums and revisions change together or not at all."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ppp_tui.model.clock import to_text
from ppp_tui.model.rows import LaneRows, LimitRow, ReportRow
from ppp_tui.store import copies, files, lanes, limits, repricing, retention, rollups, search, trajectories
from ppp_tui.store.connect import WAL_LIMIT_BYTES, ArchiveError, explain, open_writer, wal_bytes
from ppp_tui.store.files import SourceFile
from ppp_tui.store.ledger import Ledger
from ppp_tui.store.migrate import migrate


@dataclass(slots=True)
class FileBatch:
    """What one read of a session file brings."""

    file: SourceFile
    """With its new offset and states."""
    agent_name: str
    parent_native_id: str = ""
    lanes: list[LaneRows] = field(default_factory=list)
    news: list[tuple[str, int, int]] = field(default_factory=list)
    """Damaged bytes: kind, offset, length."""
    unknown: dict[str, int] = field(default_factory=dict)
    raw: tuple[int, bytes] | None = None
    """Offset and bytes of the session file, where they are to be kept."""


class Writer:
    """Writes to one archive. Not thread-safe: one thread owns it."""

    def __init__(self, path: Path) -> None:
        """Open, create or bring up to date the archive. Raises ArchiveError."""
        self.path = path
        self._connection = open_writer(path)
        try:
            migrate(self._connection, path)
        except BaseException:
            self._connection.close()
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """For reading what the writer itself needs; writes go through `transaction`."""
        return self._connection

    def close(self) -> None:
        """Checkpoint and close; the archive is then one file."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error:
            # A reader is still at it: its own close, or the next writer, will do it.
            pass
        finally:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[Ledger]:
        """All or nothing. Raises ArchiveError; the archive is then as before."""
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute(
                    "UPDATE archive_facts SET value = CAST(value AS INTEGER) + 1 WHERE name = 'revision'"
                )
                ledger = Ledger(connection)
                yield ledger
                ledger.book()
                _stamp(connection, ledger.trajectories)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise ArchiveError(explain(error, self.path)) from error

    def write(self, batches: Sequence[FileBatch]) -> list[SourceFile]:
        """Commit what some reads brought, in one transaction; returns the files with their ids. Raises ArchiveError."""
        with self.transaction() as ledger:
            return [self._write_file(batch, ledger) for batch in batches]

    def put_file(self, file: SourceFile) -> SourceFile:
        """Commit a file's row alone."""
        with self.transaction():
            return files.put(self._connection, file)

    def put_new(self, new: Iterable[SourceFile]) -> list[SourceFile]:
        """Commit rows for new files in one transaction; returns them with their ids."""
        with self.transaction():
            return [files.put(self._connection, file) for file in new]

    def put_files(self, changed: Iterable[SourceFile]) -> None:
        """Commit several files' health in one transaction."""
        with self.transaction():
            for file in changed:
                files.put_health(self._connection, file)

    def reset_file(self, file: SourceFile) -> None:
        """Forget all rows of a file, so that it can be read again from its beginning."""
        with self.transaction() as ledger:
            lanes.clear_file(self._connection, file.id, ledger)

    def forget_before(self, before_ms: int, *, keeps_sums: bool = True) -> int:
        """Forget some of the sessions that have been quiet since then; returns how many files that were.

        With `keeps_sums` what they cost stays in the sums by hour and day.
        """
        with self.transaction() as ledger:
            return retention.forget_before(self._connection, before_ms, ledger, keeps_sums=keeps_sums)

    def forget_detail(self, before_ms: int) -> None:
        """Let sums by the minute and readings of limits go that are older; a whole hour goes or stays."""
        before = to_text(max(0, before_ms))[:13] + ":00"
        with self.transaction():
            rollups.drop_minutes(self._connection, before)
            limits.forget_readings(self._connection, before)

    def journal_offset(self, name: str) -> int:
        """How far a journal has been carried in, in bytes."""
        row = self._connection.execute("SELECT offset FROM journals WHERE name = ?", (name,)).fetchone()
        return 0 if row is None else int(row[0])

    def put_statuses(
        self, readings: Iterable[LimitRow], reports: Iterable[ReportRow], offsets: Mapping[str, int], agent: str = ""
    ) -> None:
        """Keep an agent's limits as the provider told them, and reports of sessions, with how far journals are read."""
        with self.transaction():
            limits.put(self._connection, agent, readings, "official")
            limits.put_reports(self._connection, reports)
            self._connection.executemany(
                "INSERT OR REPLACE INTO journals (name, offset) VALUES (?, ?)", list(offsets.items())
            )

    def is_priced_by(self, version: str) -> bool:
        """Whether all usage in the archive is priced by this table."""
        with self.transaction():
            return repricing.is_priced_by(self._connection, version)

    def reprice_some(self, version: str, price: repricing.Price, most: int) -> bool:
        """Price at most so many more requests by a newer table; tells whether any are left. Raises ArchiveError."""
        with self.transaction() as ledger:
            return repricing.reprice_some(self._connection, version, price, most, ledger)

    def checkpoint(self, *, is_idle: bool) -> None:
        """Move the log into the archive when nothing else is to do, and cut it off when it has grown."""
        mode = "TRUNCATE" if wal_bytes(self.path) > WAL_LIMIT_BYTES else "PASSIVE"
        if is_idle or mode == "TRUNCATE":
            self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()

    def index_some(self, most: int) -> int:
        """Index the text of at most so many queued turns for search; returns how many are left to do."""
        try:
            return search.index_some(self._connection, most)
        except sqlite3.Error as error:
            raise ArchiveError(explain(error, self.path)) from error

    def _write_file(self, batch: FileBatch, ledger: Ledger) -> SourceFile:
        connection = self._connection
        file = files.put(connection, batch.file)
        files.add_news(connection, file.id, batch.news)
        files.add_unknown(connection, file.id, batch.unknown)
        if batch.raw is not None:
            offset, content = batch.raw
            files.add_raw(connection, file.id, offset, len(content), zlib.compress(content, 6))
        keys: list[int] = []
        aliases: list[int] = []
        turn_keys: list[int] = []
        for rows in batch.lanes:
            trajectory_id, is_new = self._ensure(file, batch, rows, ledger)
            lanes.write(connection, trajectory_id, batch.agent_name, rows, ledger, is_new=is_new)
            ledger.trajectories.add(trajectory_id)
            for usage in rows.usage:
                if usage.alias_hash is not None:
                    aliases.append(usage.alias_hash)
                elif usage.key_hash is not None:
                    keys.append(usage.key_hash)
            turn_keys += [turn.key_hash for turn in rows.turns if turn.key_hash is not None]
        copies.settle_turns(connection, turn_keys, ledger)
        copies.settle_usage(connection, keys, ledger, by_alias=False)
        copies.settle_usage(connection, aliases, ledger, by_alias=True)
        return file

    def _ensure(self, file: SourceFile, batch: FileBatch, rows: LaneRows, ledger: Ledger) -> tuple[int, bool]:
        """The lane's trajectory; if its agent or project is another now, its usage moves with the name."""
        connection = self._connection
        known = trajectories.find(connection, file.id, rows.lane) if trajectories.NAMES & rows.facts.keys() else None
        usage = () if known is None else rollups.counted(connection, known)
        for counted in usage:
            ledger.count_usage(known or 0, counted, -1)
        found = trajectories.ensure(connection, file, batch.agent_name, batch.parent_native_id, rows)
        ledger.rollups.rename(found[0])
        for counted in usage:
            ledger.count_usage(found[0], counted, 1)
        return found


def _stamp(connection: sqlite3.Connection, changed: set[int]) -> None:
    connection.executemany(
        "UPDATE trajectory_summaries SET revision = (SELECT CAST(value AS INTEGER) FROM archive_facts "
        "WHERE name = 'revision') WHERE trajectory_id = ?",
        [(trajectory,) for trajectory in changed],
    )
