"""Every query of the program gives the same answer from a shared store as from a local database."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

import pytest

from ppp_tui.demo.codebases import write_codebases
from ppp_tui.demo.player import Demo
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.model.project import Labels
from ppp_tui.query.changes import Changes
from ppp_tui.query.connect import open_reader
from ppp_tui.query.rows import Totals
from ppp_tui.store.upkeep import run_sums
from ppp_tui.store.write import Writer
from ppp_tui.team.reader import TeamReader, open_team_reader
from tests.postgres import Server
from tests.team import loading
from tests.team.query_cases import Arguments, cases, functions

START_MS = 1_795_168_800_000
"""2026-11-20 10:00 UTC."""

MOST_CASES = 4
"""Queries of each function; what is left out is chosen evenly."""

NEAR = 1e-9


class Both(NamedTuple):
    """One history in a local database and in a shared store."""

    local: sqlite3.Connection
    shared: TeamReader
    arguments: Arguments


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def both(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The demo's history, both sides asked read-only."""
    folder = tmp_path_factory.mktemp("both")
    demo = Demo(folder / "home", START_MS)
    demo.write_history()
    demo.play_until(START_MS + 180_000)
    writer = Writer(folder / "own.db")
    options = IngestOptions(folder / "own.db", ("claude_code", "codex"))
    Pipeline(writer, options, FrozenClock(START_MS + 180_000), {}, folder / "home").run(follow=False)
    writer.close()
    write_codebases(folder / "own.db", START_MS)
    path = loading.as_shared(folder / "own.db", folder / "shared.db")
    database = postgres.make_database()
    address = postgres.add_member(database, "team", loading.PERSON, "lead")
    with closing(postgres.connect(database)) as connection, closing(sqlite3.connect(path)) as local:
        loading.add_replica(connection, loading.PERSON, loading.MACHINE)
        loading.load(connection, local)
        loading.take_revisions(connection, local)
        connection.execute("SELECT ppp_sum_days_of(1, '2026-11-20', 9999)")
        connection.execute("ANALYZE")
        sum_runs(local)
    with closing(open_reader(path)) as local, closing(open_team_reader(address)) as shared:
        yield Both(local, shared, Arguments(local))
    postgres.drop_database(database)


def sum_runs(local: sqlite3.Connection) -> None:
    """Make the sums over the runs of all days and months before 2026-11-20, as ingest does."""
    for span in run_sums.unsummed_spans(local, START_MS):
        run_sums.sum_span(local, span)
    local.commit()


def same(left: Any, right: Any) -> bool:
    """Whether two answers are equal; floats may differ in their last digits, mappings in their order."""
    if isinstance(left, float) or isinstance(right, float):
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            return False
        return bool(left == right or abs(left - right) <= NEAR * max(1, abs(left), abs(right)))
    if type(left) is not type(right):
        return False
    if isinstance(left, Totals):
        # The size of the database is its own.
        left, right = left._replace(database_bytes=0), right._replace(database_bytes=0)
    if isinstance(left, Changes):
        # Sessions come in no order.
        left, right = (each._replace(sessions=sorted(each.sessions, key=lambda row: row.id)) for each in (left, right))
    if isinstance(left, Labels):
        return bool(vars(left) == vars(right))
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if dataclasses.is_dataclass(left):
        return all(same(getattr(left, field.name), getattr(right, field.name)) for field in dataclasses.fields(left))
    return bool(left == right)


def test_an_answer_that_differs_is_noticed() -> None:
    assert same([(1, 2.0, {"a": "x"})], [(1, 2.0 + 1e-12, {"a": "x"})])
    assert not same([(1, 2.0)], [(1, 2.1)])
    assert not same([None], [0])
    assert not same({"a": 1}, {"a": 1, "b": 2})


@pytest.mark.parametrize("name", sorted(functions()))
def test_both_engines_give_the_same_answer(both: Both, name: str) -> None:
    asked = 0
    for case in cases(both.arguments, name, MOST_CASES):
        rows = both.local.execute(case.query.sql, dict(case.query.parameters)).fetchall()
        expected = case.query.build(rows)
        got = case.query.build(both.shared.execute(case.query.sql, case.query.parameters).fetchall())
        assert same(got, expected), case.name
        asked += 1
    assert asked, "no arguments: name them in tests.team.query_cases"


@pytest.mark.parametrize("table", ["run_spans", "run_sums", "entry_sums", "conduct_sums"])
def test_both_engines_have_the_same_sums_of_runs(both: Both, table: str) -> None:
    columns = ", ".join(row[1] for row in both.local.execute(f"PRAGMA table_info({table})"))
    sql = f"SELECT {columns} FROM {table} ORDER BY {columns}"
    expected = both.local.execute(sql).fetchall()
    assert both.shared.execute(sql).fetchall() == expected
    assert len(expected) > 5


def test_the_history_has_what_queries_look_for(both: Both) -> None:
    filled = "trajectories steps token_usage test_runs retry_chains file_accesses agent_decisions codebases"
    for table in filled.split():
        assert both.shared.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] > 5, table
