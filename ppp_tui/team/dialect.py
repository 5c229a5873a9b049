"""Our queries in PostgreSQL's dialect: their SQL is written once, in SQLite's.

A query is translated once for each set of types that its parameters have; the translation keeps the meaning that SQLite
gives it: how text and NULL are compared and sorted, that a comparison is a number, that integers divide to integers.
What differs more than a name is a function of the shared store, beginning with `ppp_`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.generators.postgres import PostgresGenerator

from ppp_tui.team.sql.functions import replace_functions
from ppp_tui.team.sql.logic import separate_logic
from ppp_tui.team.sql.shapes import close_groups, level_unions
from ppp_tui.team.sql.tables import (
    list_folders_first,
    look_up_computed_keys,
    name_tables,
    read_least_keys_of_sums,
    take_projects_for_repositories,
)
from ppp_tui.team.sql.words import look_up_words

KEPT_TRANSLATIONS = 1024
"""Translations that are kept; one takes some milliseconds to make."""

_INDEX_HINT = re.compile(r"\s+(?:NOT\s+INDEXED|INDEXED\s+BY\s+\w+)")

_TYPES: Mapping[type, str] = {int: "bigint", bool: "bigint", float: "double precision", str: "text", bytes: "bytea"}


class Statement(NamedTuple):
    """A query as PostgreSQL takes it."""

    sql: str
    """With parameters ``$1``, ``$2`` …"""
    names: tuple[str, ...]
    """The parameters' names, in that order."""

    def values(self, parameters: Mapping[str, object]) -> list[object]:
        """Return the values to bind."""
        return [int(value) if isinstance(value := parameters[name], bool) else value for name in self.names]


def translate(sql: str, parameters: Mapping[str, object]) -> Statement:
    """Return a query of ours for PostgreSQL. NULL is written into it, since it has no type that could be bound."""
    kinds = tuple(sorted((name, _TYPES.get(type(value), "")) for name, value in parameters.items()))
    return _translate(sql, kinds)


@lru_cache(KEPT_TRANSLATIONS)
def _translate(sql: str, kinds: tuple[tuple[str, str], ...]) -> Statement:
    tree = sqlglot.parse_one(_INDEX_HINT.sub("", sql), read="sqlite")
    look_up_words(tree)
    names = _bind(tree, dict(kinds))
    for transform in _TRANSFORMS:
        transform(tree)
    return Statement(tree.sql(dialect=_Dialect, identify=True), names)


def _bind(tree: exp.Expr, kinds: Mapping[str, str]) -> tuple[str, ...]:
    """Number the parameters and give each the type of its value."""
    names: list[str] = []
    for node in list(tree.find_all(exp.Placeholder)):
        name = str(node.this)
        if not kinds[name]:
            node.replace(exp.Null())
            continue
        if name not in names:
            names.append(name)
        number = exp.Parameter(this=exp.Literal.number(names.index(name) + 1))
        node.replace(exp.Cast(this=number, to=exp.DataType.build(kinds[name], dialect="postgres")))
    return tuple(names)


_TRANSFORMS = (
    take_projects_for_repositories,
    replace_functions,
    separate_logic,
    name_tables,
    list_folders_first,
    read_least_keys_of_sums,
    look_up_computed_keys,
    close_groups,
    level_unions,
)


class _Dialect(Postgres):
    class Generator(PostgresGenerator):
        def parameter_sql(self, expression: exp.Parameter) -> str:
            return f"${self.sql(expression, 'this')}"
