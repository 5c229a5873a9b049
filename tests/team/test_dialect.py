"""SQLite's meaning in PostgreSQL's words: each construct gives the value that SQLite gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppp_tui.query.projects import folders_of, is_in_repository, label_of, repository_of
from ppp_tui.team.dialect import translate
from ppp_tui.team.reader import NumberLoader
from tests.postgres import Server

EXPRESSIONS = (
    ("1 = 1", 1),
    ("(2 > 1) + (2 > 3)", 1),
    ("7 / 2", 3),
    ("-7 / 2", -3),
    ("7 / 2.0", 3.5),
    ("iif(2, 'yes', 'no')", "yes"),
    ("iif(0, 'yes', 'no')", "no"),
    ("max(1, NULL)", None),
    ("max(1, 2, 3)", 3),
    ("min(1.5, 2)", 1.5),
    ("NULL IS NULL", 1),
    ("1 IS 2", 0),
    ("NULL IS NOT 2", 1),
    ("'Ab' LIKE 'a_'", 1),
    ("'É' LIKE 'é'", 0),
    ("'a%' LIKE 'a\\%' ESCAPE '\\'", 1),
    ("'ab' LIKE 'a\\%'", 0),
    ("'/Abc' GLOB '/[A-Z]*'", 1),
    ("'/abc' GLOB '/[^a-z]*'", 0),
    ("'x' IN ()", 0),
    ("substr('hello', 0, 3)", "he"),
    ("substr('hello', -3, 2)", "ll"),
    ("substr('hello', -9, 6)", "he"),
    ("substr('hello', 2)", "ello"),
    ("substr('hello', 9, 2)", ""),
    ("instr('hello', 'l')", 3),
    ("coalesce(NULL, 5) & 4", 4),
    ("(3 << 40) >> 40", 3),
    ("round(2.5)", 3.0),
    ("round(-0.25, 1)", -0.3),
    ("lower('ÀB')", "Àb"),
    ("trim('/a/', '/')", "a"),
    ("char(65)", "A"),
    ("length('day')", 3),
    ("CAST('12' AS INTEGER) + 1", 13),
    ("'a' || 1 || 'b'", "a1b"),
    ("NOT 5", 0),
    ("CASE WHEN 3 THEN 1 ELSE 0 END", 1),
    ("(SELECT count(*) FROM (SELECT 1 UNION ALL SELECT 2))", 2),
    ("(SELECT sum(x) FROM (SELECT 1 AS x UNION ALL SELECT 2) WHERE x > 5)", None),
    ("(SELECT total(x) FROM (SELECT 1 AS x UNION ALL SELECT 2) WHERE x > 5)", 0.0),
    ("(SELECT sum(x) / 2 FROM (SELECT 3 AS x UNION ALL SELECT 4))", 3),
    ("(SELECT avg(x) FROM (SELECT 3 AS x UNION ALL SELECT 4))", 3.5),
    ("(SELECT sum(x > 1) FROM (SELECT 1 AS x UNION ALL SELECT 2))", 1),
    ("(SELECT group_concat(x, '-') FROM (SELECT 1 AS x UNION ALL SELECT 2))", "1-2"),
    ("(SELECT value FROM json_each('[3, 4]') WHERE key = 1)", None),
    ("(SELECT json_extract(value, '$[1]') FROM json_each('[[\"a\", \"b\"]]'))", "b"),
    ("(SELECT x FROM (SELECT NULL AS x UNION ALL SELECT 1) ORDER BY x LIMIT 1)", None),
    ("(SELECT x FROM (SELECT NULL AS x UNION ALL SELECT 1) ORDER BY x DESC LIMIT 1)", 1),
)


@pytest.fixture(scope="module")
def empty(postgres: Server) -> Iterator[psycopg.Connection[Any]]:
    """A connection to an empty shared store."""
    database = postgres.make_database()
    with closing(postgres.connect(database)) as connection:
        connection.adapters.register_loader("numeric", NumberLoader)
        yield connection
    postgres.drop_database(database)


def ask(connection: psycopg.Connection[Any], sql: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
    statement = translate(sql, parameters)
    cursor = psycopg.RawCursor(connection)
    cursor.execute(cast("Any", statement.sql), statement.values(parameters))
    return cursor.fetchall()


@pytest.mark.parametrize(("expression", "value"), [row for row in EXPRESSIONS if "WHERE key" not in row[0]])
def test_an_expression_has_the_value_that_sqlite_gives_it(
    empty: psycopg.Connection[Any], expression: str, value: object
) -> None:
    sql = f"SELECT {expression}"
    with closing(sqlite3.connect(":memory:")) as local:
        assert local.execute(sql).fetchone() == (value,)
    [(got,)] = ask(empty, sql, {})
    assert (got, type(got)) == (value, type(value))


def test_parameters_are_bound_by_name_and_null_stands_for_itself(empty: psycopg.Connection[Any]) -> None:
    rows = ask(
        empty,
        "SELECT :b, :a, :a + 1, :none IS NULL, coalesce(:none, :b), :flag",
        {"a": 5, "b": "x'; DROP TABLE steps; --", "none": None, "flag": True},
    )
    assert rows == [("x'; DROP TABLE steps; --", 5, 6, 1, "x'; DROP TABLE steps; --", 1)]


def test_parts_of_a_union_may_hold_different_things(empty: psycopg.Connection[Any]) -> None:
    rows = ask(empty, "SELECT 'a', 1, NULL UNION ALL SELECT 'b', p.* FROM (SELECT 'text', 2.5) AS p", {})
    assert rows == [("a", 1, None), ("b", "text", 2.5)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
    start=st.integers(-15, 15),
    length=st.integers(0, 15),
)
def test_parts_of_texts_are_cut_as_sqlite_cuts_them(
    empty: psycopg.Connection[Any], text: str, start: int, length: int
) -> None:
    sql, parameters = "SELECT substr(:text, :start, :length), length(:text)", locals().copy()
    wanted: dict[str, object] = {name: parameters[name] for name in ("text", "start", "length")}
    with closing(sqlite3.connect(":memory:")) as local:
        assert ask(empty, sql, wanted) == local.execute(sql, wanted).fetchall()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"SELECT {repository_of('u.project')} FROM u", 'SELECT "u"."project" FROM "u"'),
        (f"SELECT {label_of('u.project')} FROM u", 'SELECT "u"."project" FROM "u"'),
        (
            f"SELECT 1 FROM u WHERE {is_in_repository('u.project')}",
            'SELECT 1 FROM "u" WHERE "u"."project" = CAST($1 AS TEXT)',
        ),
        (
            f"SELECT g.folder FROM {folders_of()} AS g",
            'SELECT "g"."folder" FROM (SELECT CAST($1 AS TEXT) AS "folder", \'\' AS "sub_folder") AS "g"',
        ),
    ],
)
def test_a_project_is_its_own_repository_in_a_shared_store(sql: str, expected: str) -> None:
    assert translate(sql, {"project": "shop"}).sql == expected


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT coalesce((SELECT f.repository FROM project_folders AS f WHERE f.folder = u.project), u.name) FROM u",
        "SELECT coalesce((SELECT f.worktree FROM project_folders AS f WHERE f.folder = u.project), u.project) FROM u",
        "SELECT f.folder FROM project_folders AS f WHERE f.repository = 'a' AND f.folder <> 'b'",
        "SELECT 'a' UNION ALL SELECT f.folder FROM project_folders AS f WHERE f.repository = 'a' AND f.folder <> 'b'",
    ],
)
def test_what_asks_otherwise_for_projects_is_asked(sql: str) -> None:
    assert '"project_folders"' in translate(sql, {}).sql


def test_runs_that_sums_leave_over_are_looked_up_one_by_one() -> None:
    runs = "SELECT c.decisions FROM {} AS r CROSS JOIN decision_counts AS c ON c.trajectory_id = r.id"
    assert translate(runs.format("alive_runs"), {}).sql == (
        'SELECT "c"."decisions" FROM "alive_runs" AS "r" JOIN LATERAL (SELECT * FROM "decision_counts" AS "c" '
        'WHERE "c"."trajectory_id" = "r"."id" OFFSET 0) AS "c" ON TRUE'
    )
    assert "LATERAL" not in translate(runs.format("trajectories"), {}).sql
