"""The shared store's schema: the same names and columns as the local database's, applied once, and never downwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from threading import Thread

import pytest

from ppp_tui.store.migrate import apply_steps as apply_local_steps
from ppp_tui.store.tables import TABLES
from ppp_tui.team import schema
from tests.postgres import Server
from tests.waiting import until

TYPES = {"INTEGER": "bigint", "TEXT": "text", "REAL": "double precision", "BLOB": "bytea"}

ONLY_LOCAL = {
    "schema_steps",
    "alert_commands",
    "judged_efforts",
    "journals",
    "logged_states",
    "plain_queue",
    "plain_turns",
    "sqlite_sequence",
}
"""Tables that only the local writer needs; the shared store has none of that name."""

ONLY_SHARED = {"tenants", "members", "replicas", "shared_trajectories", "audit", "schema_steps"}

OF_TEAMS = {"summed_spans", "withdrawn_days", "run_sums", "entry_sums", "failure_code_sums", "conduct_sums"}
"""Tables whose rows are made of those of all replicas of a team; others are named so."""


def local_columns() -> dict[str, dict[str, str]]:
    """The columns of each table of the local database, with the type that they have in PostgreSQL."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        apply_local_steps(connection)
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(("search_index", "search_split"))
        ]
        return {
            name: {
                row[1]: TYPES[row[2].split()[0]] if row[2] else ""
                for row in connection.execute(f"PRAGMA table_xinfo({name})")
            }
            for name in names
        }


def shared_columns(postgres: Server, database: str) -> dict[str, dict[str, str]]:
    with closing(postgres.connect(database)) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        columns.setdefault(table, {})[column] = kind
    return columns


def test_both_engines_have_the_same_columns(postgres: Server, store: str) -> None:
    local, shared = local_columns(), shared_columns(postgres, store)
    owned = {"tenant_id": "integer", "replica_id": "integer", "xid": "xid8"}
    for table in local.keys() - ONLY_LOCAL:
        here = {name: kind for name, kind in shared.get(table, {}).items() if owned.get(name) != kind}
        assert here == local[table], table


def test_every_table_that_tells_of_sessions_is_in_the_shared_store(postgres: Server, store: str) -> None:
    assert {table.name for table in TABLES} <= shared_columns(postgres, store).keys()


def test_every_shared_row_says_whose_it_is_and_its_key_begins_with_the_tenant(postgres: Server, store: str) -> None:
    with closing(postgres.connect(store)) as connection:
        keys = connection.execute(
            "SELECT c.conrelid::regclass::text, c.conname, a.attname FROM pg_constraint AS c JOIN pg_attribute AS a "
            "ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE c.contype IN ('p', 'u', 'f') "
            "AND c.connamespace = 'public'::regnamespace"
        ).fetchall()
    free = {"schema_steps", "tenants"}
    assert [key for key in keys if key[0] not in free and key[2] != "tenant_id"] == []
    for table, columns in shared_columns(postgres, store).items():
        if (
            any(key[0] == table for key in keys)
            and table not in ONLY_SHARED | OF_TEAMS
            and not table.endswith("_of_team")
        ):
            assert {"tenant_id", "replica_id"} <= columns.keys(), table


def test_tables_can_be_spread_by_their_tenant(postgres: Server, store: str) -> None:
    """What Citus asks of distributed tables: no key without the tenant, and no reference across tenants."""
    with closing(postgres.connect(store)) as connection:
        unique = connection.execute(
            "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text FROM pg_index AS i "
            "JOIN pg_class AS c ON c.oid = i.indrelid WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace "
            "AND NOT EXISTS (SELECT 1 FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' "
            "AND a.attnum = ANY (i.indkey)) ORDER BY 2"
        ).fetchall()
        references = connection.execute(
            "SELECT f.conname FROM pg_constraint AS f WHERE f.contype = 'f' "
            "AND f.connamespace = 'public'::regnamespace "
            "AND NOT EXISTS (SELECT 1 FROM unnest(f.conkey, f.confkey) AS k (here, there) "
            "JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.here AND a.attname = 'tenant_id' "
            "JOIN pg_attribute AS b ON b.attrelid = f.confrelid AND b.attnum = k.there AND b.attname = 'tenant_id')"
        ).fetchall()
    assert unique == [("schema_steps", "schema_steps_pkey"), ("tenants", "tenants_name_key")]
    assert references == []


def test_views_ask_with_the_rights_of_the_reader(postgres: Server, store: str) -> None:
    with closing(postgres.connect(store)) as connection:
        views = connection.execute(
            "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relkind = 'v' AND c.relnamespace IN "
            "('public'::regnamespace, 'marks'::regnamespace) "
            "AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)"
        ).fetchall()
    assert views == []


def test_members_may_read_every_table_and_view_that_queries_know(postgres: Server, store: str) -> None:
    with closing(postgres.connect(store)) as connection:
        unreadable = connection.execute(
            "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace "
            "AND c.relkind IN ('r', 'v') AND NOT has_table_privilege('ppp_app', c.oid, 'SELECT') ORDER BY 1"
        ).fetchall()
    assert {name for (name,) in unreadable} & (local_columns().keys() - ONLY_LOCAL) == set()


def test_text_is_compared_by_its_bytes(postgres: Server, store: str) -> None:
    with closing(postgres.connect(store)) as connection:
        others = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C' AND table_name <> 'schema_steps'"
        ).fetchall()
    assert others == []


def test_two_who_begin_at_once_apply_each_step_once(postgres: Server) -> None:
    database = postgres.make_database("template0")
    try:
        applied: list[list[str]] = []

        def begin() -> None:
            with closing(postgres.connect(database)) as connection:
                applied.append(schema.update_schema(connection))

        threads = [Thread(target=begin) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(applied, key=len) == [[], [step.name for step in schema.steps()]]
    finally:
        postgres.drop_database(database)


def test_a_store_of_a_newer_program_is_refused_and_left_as_it_is(postgres: Server, store: str) -> None:
    with closing(postgres.connect(store)) as connection:
        connection.execute("INSERT INTO schema_steps (number, name) VALUES (9999, '9999_later')")
        with pytest.raises(schema.SchemaError, match="newer ppp-tui"):
            schema.update_schema(connection)
        assert schema.schema_version(connection) == 9999


def test_an_older_or_empty_store_says_what_to_do(make_store: Callable[[], str]) -> None:
    with pytest.raises(schema.SchemaError, match="no tables yet"):
        schema.check_version(0)
    with pytest.raises(schema.SchemaError, match="newer"):
        schema.check_version(schema.newest_step() + 1)
    schema.check_version(schema.newest_step())


def test_a_revision_is_the_transaction_that_wrote_a_summary(postgres: Server, store: str) -> None:
    with closing(postgres.connect(store)) as connection, closing(postgres.connect(store)) as other:
        connection.execute("INSERT INTO tenants (tenant_id, name) VALUES (1, 'team')")
        connection.execute("INSERT INTO members (tenant_id, person_id, name, login) VALUES (1, 1, 'ann', 'ann')")
        connection.execute(
            "INSERT INTO replicas (tenant_id, replica_id, person_id, database_id) VALUES (1, 1, 1, gen_random_uuid())"
        )
        for number in (1, 2):
            connection.execute(
                "INSERT INTO trajectories (tenant_id, replica_id, id, spec_id, agent_name) VALUES (1, 1, %s, '', 'a')",
                (number,),
            )
        with other.transaction():
            # An older transaction commits later: whatever came after it is told only then.
            other.execute("INSERT INTO trajectory_summaries (tenant_id, replica_id, trajectory_id) VALUES (1, 1, 1)")
            connection.execute(
                "INSERT INTO trajectory_summaries (tenant_id, replica_id, trajectory_id) VALUES (1, 1, 2)"
            )
            before = connection.execute("SELECT value FROM archive_facts WHERE name = 'revision'").fetchone()
        newest = connection.execute("SELECT max(revision) FROM trajectory_summaries").fetchone()
        assert before == ("0",)
        # Transactions in databases of other tests count as well.
        told = "SELECT value::bigint FROM archive_facts WHERE name = 'revision'"
        until(lambda: connection.execute(told).fetchone() == newest, "both revisions to be told")
        connection.execute("UPDATE trajectory_summaries SET turns = 1, revision = 5 WHERE trajectory_id = 1")
        row = connection.execute(
            "SELECT revision > %s, revision = xid::text::bigint FROM trajectory_summaries WHERE trajectory_id = 1",
            newest,
        ).fetchone()
        assert row == (True, True)


def test_steps_are_numbered_in_order() -> None:
    numbers = [step.number for step in schema.steps()]
    assert numbers == list(range(1, len(numbers) + 1))
