"""Answers our queries from the shared store: on one connection for commands, and what the dashboard's pool shares.

Every query is a read-only transaction of its own, of the tenant of who is logged in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import psycopg
from psycopg.adapt import Buffer, Loader

from ppp_tui.query.errors import DatabaseUnusableError, QueryFailedError
from ppp_tui.team.connect import CONTEXT_SQL, Membership, Store, StoreAwayError, StoreError, context, open_store
from ppp_tui.team.dialect import translate

TIMEOUT_S = 30.0
"""Seconds that a query of a command may take."""

PLANNER_SQL = "SELECT set_config('max_parallel_workers_per_gather', '0', true)"
"""Our queries take milliseconds, and rows of a union keep their order."""


class TeamQueryError(QueryFailedError):
    """The shared store did not answer; the message is a sentence."""


class NumberLoader(Loader):
    """Reads a number as SQLite gives it: an integer, or a float where it has a fraction."""

    def load(self, data: Buffer) -> int | float:
        """Return the number."""
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


class Answered(NamedTuple):
    """The rows of an answer."""

    rows: list[tuple[Any, ...]]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return self.rows


class TeamReader:
    """A connection to the shared store, asked as one to a local database is."""

    def __init__(self, connection: psycopg.Connection[Any], member: Membership) -> None:
        """Ask over a connection, which is closed with this."""
        self.member = member
        self._connection = connection
        connection.adapters.register_loader("numeric", NumberLoader)

    def execute(self, sql: str, parameters: Mapping[str, object] = {}, /) -> Answered:
        """Answer a query in SQLite's dialect. Raises TeamQueryError."""
        statement = translate(sql, parameters)
        try:
            with self._connection.transaction():
                self._connection.execute(
                    CONTEXT_SQL, context(self.member.tenant_id, timeout_s=TIMEOUT_S, is_read_only=True)
                )
                self._connection.execute(PLANNER_SQL)
                cursor = psycopg.RawCursor(self._connection)
                cursor.execute(cast("Any", statement.sql), statement.values(parameters))
                return Answered(cursor.fetchall())
        except psycopg.Error as error:
            raise TeamQueryError(failure_sentence(error)) from error

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()


def open_team_reader(address: str, tenant: str = "") -> TeamReader:
    """Return the shared store as one of its members. Raises TeamQueryError, and DatabaseUnusableError."""
    return TeamReader(*open_for_reading(address, tenant))


def open_for_reading(address: str, tenant: str) -> Store:
    """Open the shared store as one of its members. Raises TeamQueryError, and DatabaseUnusableError."""
    try:
        return open_store(address, tenant)
    except StoreAwayError as error:
        raise TeamQueryError(str(error)) from error
    except StoreError as error:
        raise DatabaseUnusableError(str(error)) from error


def failure_sentence(error: psycopg.Error) -> str:
    """Return why the shared store did not answer."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return "The shared store took too long to answer: ask for a shorter span, or for less."
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return "The shared store does not let this login see that."
    lines = str(error).strip().splitlines() or [type(error).__name__]
    if isinstance(error, psycopg.OperationalError):
        return f"The shared store does not answer: {lines[0].rstrip('.')}."
    return f"The shared store could not answer: {lines[0].rstrip('.')}."
