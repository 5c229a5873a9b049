"""No query of the program looks through all turns, steps, requests or files of a team: each has an index."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from benchmarks.team_rows import NOW_MS, TeamSize, fill_tenant
from ppp_tui.model.clock import DAY_MS
from ppp_tui.query.quality.span_tests import span_tests
from ppp_tui.query.query import Query
from ppp_tui.query.sessions import session_lists
from ppp_tui.query.sessions.filters import EMPTY
from ppp_tui.query.sessions.session_lists import Sort, SortName
from ppp_tui.query.usage.spans import days
from ppp_tui.team.connect import CONTEXT_SQL, context
from ppp_tui.team.dialect import translate
from ppp_tui.team.push import Pusher
from ppp_tui.team.reader import PLANNER_SQL, TeamReader, open_team_reader
from tests.postgres import Server
from tests.team.people import change, make_database, opened, shares
from tests.team.query_cases import INDIA, Arguments, cases, functions

BIG = {"trajectory_turns", "steps", "token_usage", "file_accesses", "file_sums_by_replica"}

MOST_CASES = 4
"""Queries of each function; what is left out is chosen evenly."""

NOT_ASKED = {
    # With as few rows as here it is as cheap to join the other way round; with 95,000 turns they are looked up.
    "quality.context_use.newest_prompts",
}
"""Functions whose plans tell nothing here."""

OF_FEW = {"turns_untimed"}
"""Indexes that hold few rows alone, so that looking through one costs little."""

pytestmark = pytest.mark.slow


class Rows(list[tuple[Any, ...]]):
    """Rows as a cursor of SQLite's gives them."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self


class Asked:
    """A shared store that is asked like a local database."""

    def __init__(self, reader: TeamReader) -> None:
        self._reader = reader

    def execute(self, sql: str, parameters: Mapping[str, object] = {}) -> Rows:
        return Rows(self._reader.execute(sql, parameters).fetchall())


class Team(NamedTuple):
    """A filled store, as a lead sees it."""

    database: str
    connection: psycopg.Connection[Any]
    arguments: Arguments

    def plan(self, query: Query[Any]) -> dict[str, Any]:
        """How the server would answer a query if it took an index wherever one helps."""
        statement = translate(query.sql, query.parameters)
        with self.connection.transaction():
            self.connection.execute(CONTEXT_SQL, context(1, is_read_only=True))
            self.connection.execute(PLANNER_SQL)
            # The tables of a test are so small that looking through them is cheap.
            for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
                self.connection.execute(f"SET LOCAL enable_{way} = off".encode())
            cursor = psycopg.RawCursor(self.connection)
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.sql}".encode(), statement.values(query.parameters))
            ((plans,),) = cursor.fetchall()
        return dict(plans[0]["Plan"])


@pytest.fixture(scope="module")
def team(postgres: Server) -> Iterator[Team]:
    database = postgres.make_database()
    with closing(postgres.connect(database)) as connection:
        connection.execute("INSERT INTO tenants (name) VALUES ('team')")
        fill_tenant(connection, 1, TeamSize(people=4, trajectories=60))
        connection.execute("SELECT ppp_sum_days_of(1, '2026-11-19', 9999)")
        connection.execute("ANALYZE")
    url = postgres.add_member(database, "team", "lee", "lead")
    with closing(open_team_reader(url)) as reader, closing(psycopg.connect(url, autocommit=True)) as connection:
        asked: Any = Asked(reader)
        yield Team(database, connection, Arguments(asked))
    postgres.drop_database(database)


def whole_scans(node: Mapping[str, Any]) -> Iterator[str]:
    """Nodes of a plan that look through all rows that a team has in a big table."""
    if node.get("One-Time Filter") == "false":
        return
    if node.get("Relation Name") in BIG or str(node.get("Index Name", "")).startswith(tuple(BIG)):
        kind, condition = node["Node Type"], node.get("Index Cond", "")
        if node.get("Index Name") in OF_FEW:
            return
        columns = set(re.findall(r"\(+(?:\w+\.)?\"?(\w+)\"? (?:[<>=]|IS )", condition)) - {"tenant_id"}
        if kind == "Seq Scan" or (kind != "Bitmap Heap Scan" and not columns):
            yield f"{kind} of {node.get('Relation Name') or node['Index Name']}, {condition or 'all'}"
    for part in node.get("Plans", ()):
        yield from whole_scans(part)


def test_a_plan_that_looks_at_all_is_noticed(team: Team) -> None:
    def found(sql: str) -> list[str]:
        return [scan.split(",")[0] for scan in whole_scans(team.plan(Query(sql, len)))]

    assert found("SELECT sum(steps) FROM trajectory_turns") != []
    assert found("SELECT count(*) FROM steps WHERE kind = 'shell'") != []
    assert found("SELECT count(*) FROM steps WHERE id BETWEEN 5 AND 9") == []


@pytest.mark.parametrize("name", sorted(functions().keys() - NOT_ASKED))
def test_a_query_finds_its_rows_by_an_index(team: Team, name: str) -> None:
    queries = cases(team.arguments, name, MOST_CASES)
    assert {f"{scan} in {case.name}" for case in queries for scan in whole_scans(team.plan(case.query))} == set()


def nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A plan's nodes, each before its parts."""
    yield node
    for part in node.get("Plans", ()):
        yield from nodes(part)


@pytest.mark.parametrize("sort", ["last", "cost", "tokens", "turns", "questions", "errors"])
def test_a_place_deep_in_a_list_is_found_by_an_index_alone(team: Team, sort: SortName) -> None:
    page = team.plan(session_lists.session_page(EMPTY, Sort(sort), 30_000, 256))
    (limit,) = (node for node in nodes(page) if node.get("Subplan Name") == "CTE page")
    below = [node["Node Type"] for node in nodes(limit) if node["Node Type"] != "Result"]
    assert below == ["Limit", "Index Only Scan"]


def test_sessions_are_counted_by_an_index_alone(team: Team) -> None:
    counted = [node for node in nodes(team.plan(session_lists.session_count())) if node["Node Type"] != "Result"]
    assert [node["Node Type"] for node in counted] == ["Aggregate", "Index Only Scan"]


def test_days_of_a_zone_of_half_hours_are_added_up_from_an_index_alone(team: Team) -> None:
    plan = team.plan(span_tests(days(NOW_MS - 30 * DAY_MS, NOW_MS, INDIA)))
    runs = [node["Node Type"] for node in nodes(plan) if node.get("Index Name") == "test_runs_by_time"]
    assert runs == ["Index Only Scan"]


def rows_read(url: str, database: Path) -> dict[str, int]:
    """Rows that the server looks at while a database is pushed, by table; nothing stays pushed."""
    read = "SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
    with opened(url) as store, store.connection.transaction(force_rollback=True):
        store.connection.execute("SET LOCAL enable_seqscan = off")
        Pusher(store, database, shares()).push()
        return {table: rows for table, rows in store.connection.execute(read) if rows}


def test_a_push_does_not_look_at_what_others_pushed(team: Team, postgres: Server, tmp_path: Path) -> None:
    url, database = postgres.add_member(team.database, "team", "max"), make_database(tmp_path / "max.db", sessions=2)
    # Three trajectories, five turns with a request each; the team has sixty, with thousands of requests.
    first = rows_read(url, database)
    assert first.get("trajectories", 0) < 60
    assert first.get("token_usage", 0) < 20
    with opened(url) as store:
        Pusher(store, database, shares()).push()
    change(database, "UPDATE steps SET status = 'failed' WHERE id >> 20 = (1 << 20) | 2", 1)
    again = rows_read(url, database)
    assert {
        table: rows for table, rows in again.items() if table in (*BIG, "trajectories", "test_runs") and rows > 20
    } == {}


def rows_of(node: Mapping[str, Any], relation: str) -> float:
    """Rows of a relation that a plan which was carried out went through."""
    own = node["Actual Rows"] * node["Actual Loops"] if node.get("Relation Name") == relation else 0
    return float(own + sum(rows_of(part, relation) for part in node.get("Plans", ())))


def test_projects_are_found_without_looking_at_the_months_of_all(team: Team, postgres: Server) -> None:
    with closing(postgres.connect(team.database)) as connection:
        months = connection.execute("SELECT project FROM folder_months_by_replica WHERE project <> ''").fetchall()
    with team.connection.transaction():
        team.connection.execute(CONTEXT_SQL, context(1, is_read_only=True))
        team.connection.execute("SET LOCAL enable_seqscan = off")
        team.connection.execute("SET LOCAL enable_bitmapscan = off")
        projects = team.connection.execute("SELECT folder FROM project_folders").fetchall()
        row = team.connection.execute("EXPLAIN (ANALYZE, FORMAT JSON) SELECT folder FROM project_folders").fetchone()
    assert row is not None
    assert sorted(projects) == sorted(set(months))
    # The last look finds none, which the server's mean of rows for each look does not tell.
    assert rows_of(row[0][0]["Plan"], "folder_months_by_replica") <= len(projects) + 1
    assert len(months) > 40
