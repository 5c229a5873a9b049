"""The dashboard's readers: a few read-only connections, and threads that ask them.

A query takes a free connection, fetches all its rows and makes them an answer in one hop, off the event loop, and gives
the connection back: no read transaction is ever held across an await, so the writer's log can always be cut. The
standard library does it as quickly as a package that wraps SQLite call by call, and makes the answers off the loop too.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ppp_tui.paths import file_identity
from ppp_tui.query.connect import ArchiveReplacedError, open_reader
from ppp_tui.query.query import Answer, Query, answer

READERS = 3
"""One for the pane that is looked at, one for what changed meanwhile, one for a slow search."""

AGAIN_S = 0.01
"""After how long a statement that was broken off before it began is broken off again."""

Result = TypeVar("Result")


class Pool:
    """Read-only access to one archive from one event loop."""

    def __init__(self, path: Path, readers: int = READERS) -> None:
        """Make a pool; `open` connects it."""
        self.path = path
        self._size = readers
        self._threads: ThreadPoolExecutor | None = None
        self._free: asyncio.LifoQueue[sqlite3.Connection] = asyncio.LifoQueue()
        self._all: list[sqlite3.Connection] = []
        self._jobs: set[Future[Any]] = set()
        self._identity: tuple[int, int] | None = None

    async def open(self) -> None:
        """Connect all readers; a pool that is open stays as it is. Raises ArchiveMissingError."""
        if self._threads is not None:
            return
        # One thread for each connection: whoever has a connection never waits for a thread.
        self._threads = ThreadPoolExecutor(self._size + 1, "archive")
        try:
            await asyncio.wrap_future(self._begin(self._connect))
        except BaseException:
            await self.close()
            raise
        # The first one is asked for the data version alone, so that no slow query delays the news.
        for connection in self._all[1:]:
            self._free.put_nowait(connection)

    async def close(self) -> None:
        """Break off what is being asked, and disconnect all readers. Queries to come wait until `open`."""
        threads, self._threads = self._threads, None
        while not self._free.empty():
            self._free.get_nowait()
        while self._jobs:
            for connection in self._all:
                connection.interrupt()
            await asyncio.sleep(0.001)
        connections, self._all = self._all, []
        for connection in connections:
            connection.close()
        if threads is not None:
            threads.shutdown(wait=False)

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Answer a query, once the pool is open. If the waiting task is cancelled, the statement is broken off.

        Raises sqlite3.Error.
        """
        connection = await self._free.get()
        loop = asyncio.get_running_loop()
        # Given back when the work is over, which for a cancelled task is after it has left.
        job = self._begin(
            lambda: answer(connection, query), lambda _: loop.call_soon_threadsafe(self._give_back, connection)
        )
        return await self._end(job, connection)

    async def data_version(self) -> int:
        """A number that changes whenever another connection commits.

        Raises sqlite3.Error, also if nothing is open, and ArchiveReplacedError if the archive's file is another one.
        """
        if not self._all:
            raise sqlite3.ProgrammingError("the archive is not open")
        watcher = self._all[0]
        return await self._end(self._begin(lambda: self._look(watcher)), watcher)

    def _look(self, watcher: sqlite3.Connection) -> int:
        if file_identity(self.path) != self._identity:
            raise ArchiveReplacedError("it was deleted or replaced, and is opened anew")
        version: int = watcher.execute("PRAGMA data_version").fetchone()[0]
        return version

    def _begin(
        self, work: Callable[[], Result], then: Callable[[Future[Result]], object] | None = None
    ) -> Future[Result]:
        if self._threads is None:
            raise sqlite3.ProgrammingError("the archive is not open")
        job = self._threads.submit(work)
        self._jobs.add(job)
        if then is not None:
            job.add_done_callback(then)
        # Last, so that `close` waits for all that is to happen.
        job.add_done_callback(self._jobs.discard)
        return job

    async def _end(self, job: Future[Result], connection: sqlite3.Connection) -> Result:
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            self._break_off(job, connection)
            raise

    def _break_off(self, job: Future[Any], connection: sqlite3.Connection) -> None:
        """Break off a statement, also one that is only about to begin."""
        if not job.done():
            connection.interrupt()
            asyncio.get_running_loop().call_later(AGAIN_S, self._break_off, job, connection)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        # Those of a pool that was closed meanwhile are not to be used again.
        if any(connection is one for one in self._all):
            self._free.put_nowait(connection)

    def _connect(self) -> None:
        self._identity = file_identity(self.path)
        for _ in range(self._size + 1):
            self._all.append(open_reader(self.path, is_shared=True))


class Fetch(Protocol):
    """How a pane asks: `Pool.fetch`, or a test's own."""

    def __call__(self, query: Query[Answer], /) -> Awaitable[Answer]:
        """Answer a query."""
        ...
