"""A query as a value: SQL, parameters, and how rows become an answer.

The functions of this room only make queries. The command line answers them on a plain connection, the dashboard on its
pool; both get the same frozen answers, and a test needs no event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from ppp_tui.query.errors import Connection

Answer = TypeVar("Answer")
"""The type of a query's answer."""

Given = TypeVar("Given", covariant=True)
"""The same, covariant."""


_NO_PARAMETERS: Mapping[str, object] = MappingProxyType({})


class Query(NamedTuple, Generic[Given]):
    """One SELECT and how to read its rows."""

    sql: str
    """Named parameters only; nothing from outside is ever part of this text."""
    build: Callable[[list[tuple[Any, ...]]], Given]
    """Rows to answer; the dashboard runs it on its event loop for a page of rows, and in a thread for more."""
    parameters: Mapping[str, object] = _NO_PARAMETERS


def answer(connection: Connection, query: Query[Answer]) -> Answer:
    """Return a query's answer over a plain connection. Raises sqlite3.Error."""
    return query.build(connection.execute(query.sql, dict(query.parameters)).fetchall())
