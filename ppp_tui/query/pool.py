"""The dashboard's readers: a few read-only connections, each asked in one hop off the event loop.

A query takes a free connection, fetches all its rows at once and gives the connection back: no read transaction is ever
held across an await, so the writer's log can always be truncated.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol, cast

from aiosqlite import Connection

from ppp_tui.paths import file_identity
from ppp_tui.query.connect import DatabaseReplacedError, check_exists, open_reader, open_watcher
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.query.query import Answer, Query

READERS = 3
"""Connections: one for the pane that is shown, one for changes, one for a slow search."""

PAGE_ROWS = 64
"""Rows of an answer that is built on the event loop, in well under a millisecond; a longer one is built in a thread."""

AGAIN_S = 0.01
"""Seconds after which a statement that was interrupted before it began is interrupted again."""


class Pool:
    """Read-only access to one database from one event loop."""

    def __init__(self, path: Path, readers: int = READERS) -> None:
        """Make a pool; `open` connects it."""
        self.path = path
        self._slots = asyncio.Semaphore(readers)
        self._opened = asyncio.Event()
        self._watcher: Connection | None = None
        """Used for the data version only, so that no slow query delays it."""
        self._idle: list[Connection] = []
        self._busy: list[Connection] = []
        self._ending: set[asyncio.Task[None]] = set()
        """Clean-up for tasks that were cancelled."""
        self._identity: tuple[int, int] | None = None

    async def open(self) -> None:
        """Connect; a pool that is open stays as it is. Raises DatabaseMissingError."""
        if self._watcher is not None:
            return
        check_exists(self.path)
        self._identity = file_identity(self.path)
        self._idle.append(await self._connect())
        self._watcher = await Connection(partial(open_watcher, self.path), iter_chunk_size=1)
        self._opened.set()

    async def close(self) -> None:
        """Interrupt running queries and disconnect. They, and later ones, wait until `open`."""
        self._opened.clear()
        watcher, self._watcher = self._watcher, None
        while self._busy:
            for connection in self._busy:
                await connection.interrupt()
            await asyncio.sleep(0.001)
        await asyncio.gather(*self._ending)
        idle, self._idle = self._idle, []
        for connection in (*idle, *filter(None, (watcher,))):
            await connection.close()

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Answer a query, once the pool is open. If the waiting task is cancelled, the statement is interrupted.

        If the pool is closed and opened again meanwhile, the query is sent once more. Raises sqlite3.Error, and
        DatabaseMissingError if the database cannot be opened any more.
        """
        while (rows := await self._rows(query)) is None:
            # The pool was closed meanwhile, to be opened again: this is not the query's fault.
            pass
        return query.build(rows) if len(rows) <= PAGE_ROWS else await asyncio.to_thread(query.build, rows)

    async def _rows(self, query: Query[Any]) -> list[tuple[Any, ...]] | None:
        """Return the rows of a query, None if `close` interrupted it."""
        await self._slots.acquire()
        try:
            reader = await self._take_reader()
        except BaseException:
            self._slots.release()
            raise
        watcher = self._watcher
        try:
            rows = await reader.execute_fetchall(query.sql, dict(query.parameters))
        except asyncio.CancelledError:
            self._end_later(self._interrupt(reader))
            raise
        except BaseException as error:
            self._give_back(reader)
            if isinstance(error, sqlite3.OperationalError) and self._watcher is not watcher:
                return None
            raise
        self._give_back(reader)
        return cast("list[tuple[Any, ...]]", rows)

    async def data_version(self) -> int:
        """Return a number that changes whenever another connection commits.

        Raises sqlite3.Error, also if nothing is open, and DatabaseReplacedError if the database's file is another one.
        """
        if self._watcher is None:
            raise sqlite3.ProgrammingError("the database is not open")
        if file_identity(self.path) != self._identity:
            raise DatabaseReplacedError("it was deleted or replaced, and is opened anew")
        [row] = await self._watcher.execute_fetchall("PRAGMA data_version")
        version: int = row[0]
        return version

    async def _take_reader(self) -> Connection:
        """Return a free connection once the pool is open, or a new one where there is none: the caller holds a slot."""
        while True:
            await self._opened.wait()
            watcher = self._watcher
            reader = self._idle.pop() if self._idle else await self._connect()
            if self._watcher is watcher and watcher is not None:
                self._busy.append(reader)
                return reader
            # The pool was closed while this one was connecting.
            await reader.close()

    def _give_back(self, reader: Connection) -> None:
        # `close` waits until no connection is busy, and then closes the idle ones.
        self._busy.remove(reader)
        self._idle.append(reader)
        self._slots.release()

    async def _interrupt(self, reader: Connection) -> None:
        """Interrupt a statement whose answer is not wanted any more, and return its connection."""
        # A connection answers in the order of the calls.
        following = asyncio.ensure_future(_is_answering(reader))
        while not following.done():
            await reader.interrupt()
            await asyncio.wait([following], timeout=AGAIN_S)
        self._give_back(reader)

    async def _connect(self) -> Connection:
        connecting = asyncio.ensure_future(_connected(self.path))
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            # Its thread reports to this event loop, which therefore must not end before it.
            self._end_later(_close_when_connected(connecting))
            raise

    def _end_later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


async def _connected(path: Path) -> Connection:
    return await Connection(partial(open_reader, path), iter_chunk_size=PAGE_ROWS)


async def _close_when_connected(connecting: asyncio.Future[Connection]) -> None:
    with suppress(DatabaseMissingError):
        await (await connecting).close()


async def _is_answering(reader: Connection) -> bool:
    """Return whether a connection answers a trivial query; False if the previous query's interrupt hit it."""
    try:
        await reader.execute_fetchall("SELECT 1")
    except sqlite3.OperationalError:
        return False
    return True


class Fetch(Protocol):
    """How a pane asks: `Pool.fetch`, or a test's own."""

    def __call__(self, query: Query[Answer], /) -> Awaitable[Answer]:
        """Answer a query."""
        ...
