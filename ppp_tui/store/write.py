"""The one writer of a database: rows, offsets, sums and revisions change together or not at all."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from ppp_tui.model.clock import to_text
from ppp_tui.model.rows import ArtifactRow, LimitRow, ReportRow, TrajectoryDelta
from ppp_tui.paths import file_identity
from ppp_tui.store.archive_file import reader as archive_reader
from ppp_tui.store.archive_file import restore
from ppp_tui.store.archive_file import writer as archive_writer
from ppp_tui.store.connect import (
    BUSY_MS,
    WAL_LIMIT_BYTES,
    DatabaseError,
    DatabaseGoneError,
    explain,
    open_writer,
    release_cache,
    wal_bytes,
)
from ppp_tui.store.logged import journal_offsets
from ppp_tui.store.logged.journal import Journal
from ppp_tui.store.meta import ensure_database_id, fact, put_fact
from ppp_tui.store.migrate import migrate, refuse_foreign_file, schema_version
from ppp_tui.store.transaction import write_transaction
from ppp_tui.store.upkeep import dedup, retention, rollups, search_index, tasks
from ppp_tui.store.upkeep.clear import clear_file
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers import artifacts, files, limits, plain_inserts, prices, received, trajectories
from ppp_tui.store.writers.files import SourceFile
from ppp_tui.store.writers.turn_rows import TurnRows

MAX_UNITS_PER_TRANSACTION = 50
"""Session files or logged trajectories that are removed in one transaction."""

P = ParamSpec("P")
T = TypeVar("T")

PRICE_MEMO = "price_memo"
"""The fact that holds what was looked up in a price table."""

_TASK_FACTS = frozenset({"project", "parent_native_id"})
"""What a task depends on besides the first prompt."""


@dataclass(slots=True)
class FileBatch:
    """What one read of a session file brings."""

    file: SourceFile
    """With its new offset and states."""
    agent_name: str
    parent_native_id: str = ""
    deltas: list[TrajectoryDelta] = field(default_factory=list)
    news: list[tuple[str, int, int]] = field(default_factory=list)
    """Damaged bytes: kind, offset, length."""
    unknown: dict[str, int] = field(default_factory=dict)
    raw: tuple[int, bytes] | None = None
    """Offset and bytes of the session file, where they are to be kept."""
    artifacts: list[ArtifactRow] = field(default_factory=list)


class Writer:
    """Writes to one database. Not thread-safe: one thread owns it."""

    def __init__(self, path: Path, *, busy_ms: int = BUSY_MS) -> None:
        """Open, create or bring up to date the database; wait so long for another writer. Raises DatabaseError."""
        self.path = path
        refuse_foreign_file(path)
        self.before_commit: Callable[[SummaryDeltas], Callable[[], None] | None] = lambda _: None
        """Called at the end of a transaction that changed trajectories; what it returns is called after the commit."""
        self._connection = open_writer(path, busy_ms=busy_ms)
        self._identity = file_identity(path)
        try:
            migrate(self._connection, path)
            _complete(self._connection, path)
        except BaseException:
            self._connection.close()
            raise

    def ask(self, read: Callable[Concatenate[sqlite3.Connection, P], T], /, *args: P.args, **keywords: P.kwargs) -> T:
        """Return what a reading function of this room returns for the writer's connection and the arguments."""
        return read(self._connection, *args, **keywords)

    def close(self) -> None:
        """Checkpoint and close; the database is then one file."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error:
            # A reader is still active: its own close, or the next writer, will do it.
            pass
        finally:
            self._connection.close()

    def release_memory(self) -> None:
        """Free most of the connection's page cache, which reading many rows has filled."""
        release_cache(self._connection, self.path)

    def check_place(self) -> None:
        """Raise DatabaseGoneError if another file, or none, lies where the database was opened."""
        if file_identity(self.path) != self._identity:
            raise DatabaseGoneError(self.path)

    @contextmanager
    def transaction(self) -> Iterator[SummaryDeltas]:
        """Run a block in a transaction, committed or rolled back as a whole. Raises DatabaseError."""
        self.check_place()
        connection = self._connection
        committed = None
        try:
            with write_transaction(connection):
                connection.execute(
                    "UPDATE archive_facts SET value = CAST(value AS INTEGER) + 1 WHERE name = 'revision'"
                )
                summaries = SummaryDeltas(connection)
                yield summaries
                summaries.flush()
                _stamp(connection, summaries.changed - summaries.stamped)
                if summaries.changed:
                    committed = self.before_commit(summaries)
        except sqlite3.Error as error:
            raise DatabaseError(explain(error, self.path)) from error
        if committed is not None:
            committed()

    def write(self, batches: Sequence[FileBatch]) -> list[SourceFile]:
        """Commit what some reads brought, in one transaction. Returns the files with ids. Raises DatabaseError."""
        with self.transaction() as summaries:
            rows = TurnRows(self._connection, summaries)
            joined = received.ReceivedJoin(self._connection, summaries)
            written = [self._write_file(batch, summaries, rows, joined) for batch in batches]
            rows.flush()
            deltas = [delta for batch in batches for delta in batch.deltas]
            dedup.recompute_copied_turns(
                self._connection,
                {turn.key_hash for delta in deltas for turn in delta.turns if turn.key_hash is not None},
                summaries,
            )
            dedup.recompute_canonical_usage(
                self._connection,
                [(usage.key_hash, usage.alias_hash) for delta in deltas for usage in delta.usage],
                summaries,
            )
            joined.finish()
            return written

    def put_file(self, file: SourceFile, former_id: str | None = None) -> SourceFile:
        """Commit a file's row; if its session had the id `former_id` before, rename the trajectory, too."""
        with self.transaction():
            if former_id is not None and former_id != file.native_id:
                files.rename_session(self._connection, file, former_id)
            return files.upsert_file(self._connection, file)

    def drop_file(self, file: SourceFile) -> None:
        """Forget a file of which nothing was read."""
        with self.transaction():
            files.delete_file(self._connection, file)

    def put_new(self, new: Iterable[SourceFile]) -> list[SourceFile]:
        """Commit rows for new files in one transaction; return them with their ids."""
        with self.transaction():
            return [files.upsert_file(self._connection, file) for file in new]

    def put_files(self, changed: Iterable[SourceFile]) -> None:
        """Commit several files' health in one transaction."""
        with self.transaction():
            for file in changed:
                files.put_health(self._connection, file)

    def reset_file(self, file: SourceFile) -> None:
        """Forget all rows of a file, so that it can be read again from its beginning."""
        with self.transaction() as summaries:
            clear_file(self._connection, file.id, summaries)
            received.clear_sent(self._connection, file.id)

    def forget_before(self, before_ms: int, *, keeps_sums: bool = True) -> int:
        """Forget some of the sessions that have been quiet since `before_ms`; return the number of their files.

        With `keeps_sums` what they cost stays in the sums by hour and day.
        """
        with self.transaction() as summaries:
            return retention.forget_before(self._connection, before_ms, summaries, keeps_sums=keeps_sums)

    def forget_detail(self, before_ms: int) -> None:
        """Delete sums by the minute and readings of limits from before the hour of `before_ms`."""
        before = to_text(max(0, before_ms))[:13] + ":00"
        with self.transaction():
            rollups.drop_minutes(self._connection, before)
            limits.forget_readings(self._connection, before)

    def journal_offset(self, name: str) -> int:
        """Return how many bytes of a journal are in the database."""
        return journal_offsets.journal_offset(self._connection, name)

    def put_statuses(
        self, readings: Iterable[LimitRow], reports: Iterable[ReportRow], offsets: Mapping[str, int], agent: str = ""
    ) -> None:
        """Keep an agent's limits as the provider told them, and reports of sessions, with how far journals are read."""
        with self.transaction():
            limits.put_readings(self._connection, agent, readings, "official")
            limits.put_reports(self._connection, reports)
            for name, offset in offsets.items():
                journal_offsets.put_journal_offset(self._connection, name, offset)

    def price_memo(self) -> str:
        """Return what ingest looked up in its price table, '' if nothing is kept."""
        return fact(self._connection, PRICE_MEMO)

    def put_price_memo(self, memo: str) -> None:
        """Keep what ingest looked up in its price table."""
        with self.transaction():
            put_fact(self._connection, PRICE_MEMO, memo)

    def is_priced_by(self, version: str) -> bool:
        """Return whether all usage in the database is priced by this table."""
        with self.transaction():
            return prices.is_priced_by(self._connection, version)

    def reprice_some(self, version: str, price: prices.Price, limit: int) -> bool:
        """Price at most `limit` more requests by a newer table; return whether any are left. Raises DatabaseError."""
        with self.transaction() as summaries:
            return prices.reprice_some(self._connection, version, price, limit, summaries)

    def archivable_units(self, before_ms: int, limit: int) -> list[archive_writer.ArchiveUnit]:
        """Return at most `limit` units to be archived that have been quiet since `before_ms`."""
        return archive_writer.archivable_units(self._connection, before_ms, limit)

    def archive(self, units: Sequence[archive_writer.ArchiveUnit], path: Path) -> int:
        """Write the units to a new file, then remove them from the database; return the number of trajectories.

        One that gains something meanwhile stays, in the file and in the database. Raises DatabaseError and OSError; the
        database is then as before.
        """
        archive_writer.write_archive(self._connection, units, path)
        archived = 0
        for start in range(0, len(units), MAX_UNITS_PER_TRANSACTION):
            with self.transaction() as summaries:
                removed = archive_writer.remove_archived(
                    self._connection, units[start : start + MAX_UNITS_PER_TRANSACTION], summaries
                )
            archived += sum(len(unit.trajectories) for unit in removed)
        return archived

    def restore_archive(self, path: Path) -> restore.Restored:
        """Restore the trajectories of an archive file, unit by unit; restoring them again changes nothing.

        Raises DamagedFileError, DatabaseError and OSError; the units before the damage are then restored.
        """
        restorer = restore.Restorer(self._connection, path)
        done = restore.Restored()
        lines: list[archive_reader.ArchiveLine] = []
        schema = schema_version(self._connection)
        for line in archive_reader.read_lines(path, archive_reader.columns_of(self._connection), schema):
            if not line.table and lines:
                done, lines = self._restore_unit(restorer, lines, done), []
            elif line.table:
                lines.append(line)
        return self._restore_unit(restorer, lines, done) if lines else done

    def _restore_unit(
        self, restorer: restore.Restorer, lines: list[archive_reader.ArchiveLine], done: restore.Restored
    ) -> restore.Restored:
        with self.transaction() as summaries:
            restored = restorer.restore_unit(lines, summaries)
        return restore.Restored(*(total + more for total, more in zip(done, restored, strict=True)))

    def count_plain_inserts(self) -> bool:
        """Count some rows that other programs inserted by plain statements; False where there are none.

        Raises DatabaseError.
        """
        queued = plain_inserts.queued_trajectories(self._connection)
        if not queued:
            return False
        with self.transaction() as summaries:
            plain_inserts.count_inserts(self._connection, queued, summaries)
        return True

    def remove_journal(self, journal: Journal, *, is_synced: bool = True) -> None:
        """Remove a journal whose entries are all in the database; with `is_synced`, after they are safe on the disk.

        Raises DatabaseError, and OSError if the file cannot be removed.
        """
        self.check_place()
        if is_synced:
            self._sync()
        journal.remove()
        with self.transaction():
            journal_offsets.drop_journal_offset(self._connection, journal.name)

    def _sync(self) -> None:
        """Commit and wait for the disk, so that all earlier commits are safe, too."""
        try:
            self._connection.execute("PRAGMA synchronous=FULL")
            with self.transaction():
                pass
        finally:
            self._connection.execute("PRAGMA synchronous=NORMAL")

    def checkpoint(self, *, is_idle: bool) -> None:
        """Move the log into the database when nothing else is to do, and cut it off when it has grown.

        Raises DatabaseError.
        """
        mode = "TRUNCATE" if wal_bytes(self.path) > WAL_LIMIT_BYTES else "PASSIVE"
        if is_idle or mode == "TRUNCATE":
            try:
                self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
            except sqlite3.Error as error:
                raise DatabaseError(explain(error, self.path)) from error

    def index_some(self, limit: int) -> int:
        """Index the text of at most `limit` queued turns for search; return how many are left, counted up to 1,000."""
        try:
            return search_index.index_some(self._connection, limit)
        except sqlite3.Error as error:
            raise DatabaseError(explain(error, self.path)) from error

    def _write_file(
        self, batch: FileBatch, summaries: SummaryDeltas, written: TurnRows, joined: received.ReceivedJoin
    ) -> SourceFile:
        connection = self._connection
        file = files.update_read(connection, batch.file)
        if batch.news:
            files.add_news(connection, file.id, batch.news)
        if batch.unknown:
            files.add_unknown(connection, file.id, batch.unknown)
        if batch.raw is not None:
            offset, content = batch.raw
            files.add_raw(connection, file.id, offset, len(content), zlib.compress(content, 6))
        for rows in batch.deltas:
            if rows.name and dedup.has_own_file(connection, file, rows.name):
                continue
            is_sent = file.source == received.OTEL
            if is_sent and (joined.keep_sent(file, rows) or not rows.started_at):
                # Spans alone make no session.
                continue
            trajectory_id, is_new = self._ensure(file, batch, rows, summaries, written)
            if not rows.name and (is_new or "parent_native_id" in rows.facts):
                duplicates = dedup.parent_duplicates(connection, trajectory_id)
                if duplicates:
                    written.flush()
                    dedup.drop_duplicates(connection, duplicates, summaries)
            if not is_sent:
                sent = received.sent_trajectories(connection, trajectory_id, file.source) if is_new else []
                if sent:
                    written.flush()
                    received.take_over(connection, file.source, sent, summaries)
                joined.note_read(trajectory_id, rows, is_new=is_new)
            else:
                joined.note_alone(trajectory_id, file, is_new=is_new)
            written.add(trajectory_id, batch.agent_name, rows, is_new=is_new)
            summaries.changed.add(trajectory_id)
            if is_new or not _TASK_FACTS.isdisjoint(rows.facts):
                summaries.task_changed.add(trajectory_id)
        if batch.artifacts:
            artifacts.put_artifacts(connection, file.id, batch.artifacts, summaries)
        return file

    def _ensure(
        self, file: SourceFile, batch: FileBatch, rows: TrajectoryDelta, summaries: SummaryDeltas, written: TurnRows
    ) -> tuple[int, bool]:
        """Return the trajectory's id, and whether it was made now; its usage follows a new agent or project."""
        connection = self._connection
        present = trajectories.find_trajectory(connection, file.id, rows.name)
        ensure = partial(trajectories.ensure_trajectory, present=present)
        if present is None or trajectories.NAMES.isdisjoint(rows.facts):
            return ensure(connection, file, batch.agent_name, batch.parent_native_id, rows)
        written.flush_if_pending(present)
        with summaries.renaming(present):
            return ensure(connection, file, batch.agent_name, batch.parent_native_id, rows)


def _complete(connection: sqlite3.Connection, path: Path) -> None:
    """Give a database what its schema steps cannot: keys of tasks, and an id."""
    try:
        tasks.fill_task_keys(connection)
        ensure_database_id(connection)
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, path)) from error


def _stamp(connection: sqlite3.Connection, changed: set[int]) -> None:
    connection.executemany(
        f"UPDATE trajectory_summaries SET revision = {trajectories.REVISION_SQL} WHERE trajectory_id = ?",
        [(trajectory,) for trajectory in changed],
    )
