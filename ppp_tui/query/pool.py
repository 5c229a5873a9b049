"""The dashboard's readers: a few read-only connections, each with a thread of its own.

A query takes a free connection, fetches all its rows in one hop and gives the connection back: no read transaction is
ever held across an await, so the writer's log can always be cut.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol

import aiosqlite

from ppp_tui.query.connect import BUSY_MS, SETTINGS, ArchiveMissingError, address, check_schema
from ppp_tui.query.query import Answer, Query

READERS = 3
"""One for the pane that is looked at, one for what changed meanwhile, one for a slow search."""


class Pool:
    """Read-only access to one archive from an event loop."""

    def __init__(self, path: Path, readers: int = READERS) -> None:
        """Make a pool; `open` connects it."""
        self.path = path
        self._size = readers
        self._free: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        self._all: list[aiosqlite.Connection] = []

    async def open(self) -> None:
        """Connect all readers. Raises ArchiveMissingError."""
        if not self.path.exists():
            raise ArchiveMissingError(f"There is no archive at {self.path} yet.")
        try:
            for _ in range(self._size):
                connection = await aiosqlite.connect(
                    address(self.path), uri=True, timeout=BUSY_MS / 1000, isolation_level=None
                )
                self._all.append(connection)
                for statement in SETTINGS:
                    await connection.execute_fetchall(statement)
                self._free.put_nowait(connection)
            rows = await self._all[0].execute_fetchall("SELECT max(number) FROM schema_steps")
            check_schema(next(iter(rows))[0], self.path)
        except sqlite3.Error as error:
            await self.close()
            raise ArchiveMissingError(f"The archive {self.path} cannot be read: {error}.") from error
        except ArchiveMissingError:
            await self.close()
            raise

    async def close(self) -> None:
        """Disconnect all readers."""
        connections, self._all = self._all, []
        for connection in connections:
            await connection.close()

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Answer a query. If the waiting task is cancelled, the statement is interrupted. Raises sqlite3.Error."""
        connection = await self._free.get()
        try:
            asked = asyncio.ensure_future(connection.execute_fetchall(query.sql, dict(query.parameters)))
            try:
                rows = await asyncio.shield(asked)
            except asyncio.CancelledError:
                await connection.interrupt()
                await asyncio.wait([asked])
                if not asked.cancelled():
                    asked.exception()
                raise
        finally:
            self._free.put_nowait(connection)
        return query.build([tuple(row) for row in rows])

    async def data_version(self) -> int:
        """A number that changes whenever another process commits; the same reader is always asked."""
        rows = await self._all[0].execute_fetchall("PRAGMA data_version")
        return int(next(iter(rows))[0])


class Fetch(Protocol):
    """How a pane asks: `Pool.fetch`, or a test's own."""

    def __call__(self, query: Query[Answer], /) -> Awaitable[Answer]:
        """Answer a query."""
        ...
