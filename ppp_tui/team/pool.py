"""The dashboard's readers of a shared store: a few connections, asked without blocking the event loop.

It does for a shared store what `query.pool.Pool` does for a local database. The server is asked at most four times a
second whether anything changed: what it tells lies below the oldest transaction that still runs, so that nothing is
missed. A connection that broke is replaced; while the server is away, each question says so.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from ppp_tui.query.changes import Changes
from ppp_tui.query.query import Answer, Query
from ppp_tui.team.connect import (
    CONNECT_S,
    CONTEXT_SQL,
    OPTIONS,
    Membership,
    conninfo,
    context,
)
from ppp_tui.team.dialect import translate
from ppp_tui.team.reader import PLANNER_SQL, NumberLoader, TeamQueryError, failure_sentence, open_for_reading

READERS = 3
"""As many as a local database has: for the pane that is looked at, for what changed, for a slow search."""

LOOK_S = 0.25
"""Seconds between two looks whether something changed."""

TIMEOUT_S = 15.0
"""Seconds that a query of a screen may take."""

SILENCE_S = TIMEOUT_S + 5
"""Seconds after which an answer is waited for no longer, whatever the server does."""

PAGE_ROWS = 64
"""Rows of an answer that is built on the event loop; a longer one is built in a thread."""


_VERSION = """
SELECT f.value::bigint, coalesce((SELECT max(s.removed_revision) FROM shared_trajectories AS s
    WHERE s.removed_revision < pg_snapshot_xmin(pg_current_snapshot())::text::bigint), 0)
FROM archive_facts AS f WHERE f.name = 'revision'
"""
"""The newest transactions that changed a session, and that took one away."""


class TeamPool:
    """Read-only access to a shared store, as one of its members, from one event loop."""

    path = Path("/nonexistent/shared-store")
    """No file: what lies beside a local database is not there."""

    def __init__(self, address: str, tenant: str = "") -> None:
        """Make a pool; `open` connects it."""
        self._address = address
        self._tenant = tenant
        self._member: Membership | None = None
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] | None = None
        self._opened = asyncio.Event()
        self._version = 0
        self._removed_at: int | None = None
        self._has_removed = False
        """Sessions were taken away since changes were asked for."""
        self._looked_at = 0.0

    async def open(self) -> None:
        """Connect, and see who is logged in. Raises TeamQueryError, and DatabaseUnusableError."""
        if self._pool is not None:
            return
        try:
            async with asyncio.timeout(SILENCE_S):
                self._member = await asyncio.to_thread(_find_membership, self._address, self._tenant)
        except TimeoutError as error:
            raise TeamQueryError("The shared store does not answer.") from error
        pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] = AsyncConnectionPool(
            conninfo(self._address, Path.home() / ".postgresql" / "root.crt"),
            min_size=READERS,
            max_size=READERS,
            kwargs=dict(OPTIONS),
            configure=_configure,
            timeout=CONNECT_S,
            open=False,
        )
        await pool.open()
        self._pool, self._looked_at = pool, 0.0
        self._opened.set()

    async def close(self) -> None:
        """Interrupt running queries and disconnect. Later queries wait until `open`."""
        self._opened.clear()
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close(timeout=1.0)

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Answer a query, once the pool is open; a cancelled one is cancelled on the server. Raises TeamQueryError."""
        await self._opened.wait()
        # A query that was never asked takes up to some fifty milliseconds to translate.
        statement = await asyncio.to_thread(translate, query.sql, query.parameters)
        rows = await self._ask(statement.sql, statement.values(query.parameters))
        answer = query.build(rows) if len(rows) <= PAGE_ROWS else await asyncio.to_thread(query.build, rows)
        if isinstance(answer, Changes) and self._has_removed:
            # What was taken away has no row that could tell so.
            self._has_removed = False
            return cast("Answer", answer._replace(moved=answer.moved._replace(is_everything=True)))
        return answer

    async def _ask(self, sql: str, values: list[object]) -> list[tuple[Any, ...]]:
        pool, member = self._pool, self._member
        if pool is None or member is None:
            raise TeamQueryError("The shared store is not open.")
        try:
            # The server ends a query in time; a server, or a network, that says nothing more does not.
            async with asyncio.timeout(SILENCE_S), pool.connection() as connection:
                return await _rows(connection, member, sql, values)
        except (PoolTimeout, PoolClosed, TimeoutError) as error:
            raise TeamQueryError("The shared store does not answer.") from error
        except psycopg.Error as error:
            raise TeamQueryError(failure_sentence(error)) from error

    async def data_version(self) -> int:
        """Return a number that changes after a commit of sessions, or of their removal. Raises TeamQueryError."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_S or self._pool is None:
            [(changed_at, removed_at)] = await self._ask(_VERSION, [])
            self._has_removed |= self._removed_at is not None and removed_at > self._removed_at
            # Transactions are told in their order: what is new is greater than both were.
            self._version, self._removed_at = max(changed_at, removed_at), removed_at
            self._looked_at = now
        return self._version


async def _rows(
    connection: psycopg.AsyncConnection[Any], member: Membership, sql: str, values: list[object]
) -> list[tuple[Any, ...]]:
    try:
        async with connection.transaction():
            await connection.execute(CONTEXT_SQL, context(member.tenant_id, timeout_s=TIMEOUT_S, is_read_only=True))
            await connection.execute(PLANNER_SQL)
            cursor = psycopg.AsyncRawCursor(connection)
            await cursor.execute(cast("Any", sql), values)
            return cast("list[tuple[Any, ...]]", await cursor.fetchall())
    except psycopg.Error as error:
        if error.sqlstate is None:
            # Not the server's word: what comes next over this connection may answer another question.
            await connection.close()
        raise


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    connection.adapters.register_loader("numeric", NumberLoader)


def _find_membership(address: str, tenant: str) -> Membership:
    store = open_for_reading(address, tenant)
    with suppress(psycopg.Error):
        store.connection.close()
    return store.member
