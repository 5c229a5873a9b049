"""What the page *Operating a team store* promises: backup, restore, upgrades in either order, keys to spread by."""

from __future__ import annotations

import re
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ppp_tui.team.connect import StoreAwayError, StoreError, open_store, tenant_transaction
from ppp_tui.team.founding import found_store
from ppp_tui.team.schema import newest_step
from tests.postgres import SUPERUSER, Server, programs

PAGE = Path(__file__).parents[2] / "ppp_tui" / "team" / "OPERATING.md"

ROWS = (
    (
        "INSERT INTO replicas (tenant_id, replica_id, person_id, database_id) VALUES (1, 1, 1, gen_random_uuid()), "
        "(1, 2, 2, gen_random_uuid())"
    ),
    (
        "INSERT INTO trajectories (tenant_id, replica_id, id, spec_id, agent_name, title) "
        "SELECT 1, n, n, '', 'claude', 'of ' || n FROM generate_series(1, 2) AS n"
    ),
    (
        "INSERT INTO trajectory_summaries (tenant_id, replica_id, trajectory_id) SELECT 1, n, n "
        "FROM generate_series(1, 2) AS n"
    ),
    "INSERT INTO usage_days_by_replica VALUES (1, 1, '2026-01-02 00:00', 'claude', 'm', '', 3, 9, 9, 0, 0, 9, 0, 0)",
)
OF_SERVER = {"schema_steps"}
"""Tables without a tenant: each server of a distributed store has them whole."""


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL's."""
    folder = programs()
    assert folder is not None
    return subprocess.run([str(folder / name), *arguments], capture_output=True, text=True, check=False)


def ask(url: str, sql: str) -> list[tuple[Any, ...]]:
    with (
        closing(psycopg.connect(url, autocommit=True)) as connection,
        tenant_transaction(connection, 1, is_read_only=True),
    ):
        return connection.execute(sql.encode()).fetchall()


def walls(server: Server, database: str) -> list[tuple[Any, ...]]:
    """All that keeps teams apart in a store: policies, forced row security, who owns what, rights, triggers."""
    with closing(server.connect(database)) as connection:
        return [
            row
            for sql in (
                "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2",
                (
                    "SELECT relname, relkind, relrowsecurity, relforcerowsecurity, relowner::regrole::text, "
                    "relacl::text, reloptions FROM pg_class WHERE relnamespace IN ('public'::regnamespace, "
                    "'marks'::regnamespace) AND relkind IN ('r', 'v') ORDER BY 1, 2"
                ),
                (
                    "SELECT proname, proowner::regrole::text, prosecdef, proconfig, proacl::text FROM pg_proc "
                    "WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2"
                ),
                (
                    "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal "
                    "ORDER BY 1, 2"
                ),
                "SELECT 'database', datacl::text FROM pg_database WHERE datname = current_database()",
            )
            for row in connection.execute(sql.encode()).fetchall()
        ]


def test_a_backup_comes_back_with_its_walls(postgres: Server, store: str, tmp_path: Path) -> None:
    ada, bob = postgres.add_member(store, "red", "ada", "lead"), postgres.add_member(store, "red", "bob")
    with closing(postgres.connect(store)) as connection:
        # A copy of a template has its tables, and not the rights to the database itself.
        found_store(connection)
        for statement in ROWS:
            connection.execute(statement.encode())
        # As after a restore on a server that has counted fewer transactions.
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE trajectory_summaries SET revision = 4000000000 + trajectory_id")
    before = walls(postgres, store)
    backup = str(tmp_path / "team.dump")
    for login in (ada, bob):
        # Nobody who is under the policies takes a backup with holes for a whole one.
        assert run("pg_dump", "--format=custom", f"--file={backup}", login).returncode != 0
    dumped = run("pg_dump", "--format=custom", "--create", f"--file={backup}", postgres.url(store))
    assert dumped.returncode == 0, dumped.stderr
    postgres.drop_database(store)
    restored = run(
        "pg_restore", "--create", "--exit-on-error", f"--dbname={postgres.url('postgres', SUPERUSER)}", backup
    )
    assert restored.returncode == 0, restored.stderr
    assert walls(postgres, store) == before

    with closing(postgres.connect(store)) as connection:
        assert found_store(connection) == []
        (newest,) = connection.execute("SELECT max(revision) FROM trajectory_summaries").fetchone() or (0,)
        assert newest < 4_000_000_000
    assert walls(postgres, store) == before
    assert ask(ada, "SELECT id, title FROM trajectories ORDER BY id") == [(1, "of 1"), (2, "of 2")]
    assert ask(bob, "SELECT id, title FROM trajectories ORDER BY id") == [(2, "of 2")]
    assert ask(bob, "SELECT requests::int FROM usage_days") == [(3,)]
    assert ask(bob, "SELECT count(*) FROM trajectory_summaries WHERE revision = xid::text::bigint") == [(1,)]


def test_a_program_and_a_store_of_different_versions_refuse_each_other_and_say_which_is_older(
    postgres: Server, store: str
) -> None:
    ada = postgres.add_member(store, "red", "ada")
    with closing(postgres.connect(store)) as connection:
        connection.execute("INSERT INTO schema_steps (number, name) VALUES (9999, '9999_later')")
        with pytest.raises(StoreError, match=r"made by a newer ppp-tui .*: update ppp-tui"):
            open_store(ada)
        connection.execute("DELETE FROM schema_steps WHERE number >= %s", (newest_step(),))
        with pytest.raises(StoreError, match="older version: its owner runs ppp-tui team init URL --tenant NAME"):
            open_store(ada)


def test_a_store_that_is_away_or_does_not_know_the_login_is_told_apart_from_one_that_refuses(
    postgres: Server, store: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreAwayError, match="does not answer"):
        open_store(f"postgresql:///{store}?host={tmp_path}&user=ada")
    with pytest.raises(StoreAwayError, match='role "nobody_here" does not exist'):
        open_store(postgres.url(store, "nobody_here"))


def test_every_key_leads_with_the_tenant_so_that_tables_can_be_spread_by_it(postgres: Server, store: str) -> None:
    with closing(postgres.connect(store)) as connection:
        # Unique indexes that are no constraint included.
        unique = connection.execute(
            "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text FROM pg_index AS i "
            "JOIN pg_class AS c ON c.oid = i.indrelid LEFT JOIN pg_attribute AS a "
            "ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indisunique "
            "AND c.relnamespace = 'public'::regnamespace AND a.attname IS DISTINCT FROM 'tenant_id' ORDER BY 1, 2"
        ).fetchall()
        foreign = connection.execute(
            "SELECT c.conrelid::regclass::text, c.confrelid::regclass::text FROM pg_constraint AS c "
            "JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
            "JOIN pg_attribute AS b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] "
            "WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace "
            "AND (a.attname, b.attname) IS DISTINCT FROM ('tenant_id', 'tenant_id')"
        ).fetchall()
        without = connection.execute(
            "SELECT c.relname FROM pg_class AS c WHERE c.relkind IN ('r', 'p') "
            "AND c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_attribute AS a "
            "WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)"
        ).fetchall()
    assert unique == [("schema_steps", "schema_steps_pkey"), ("tenants", "tenants_name_key")]
    assert foreign == []
    assert {name for (name,) in without} == OF_SERVER
    named = re.search(r"Reference tables: (.*?)\.", PAGE.read_text(), re.DOTALL)
    assert named is not None
    assert set(re.findall(r"`(\w+)`", named[1])) == {"schema_steps", "tenants"}
