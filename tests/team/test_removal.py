"""Rows go by the keys of what they belong to: whole spans of them, found by the index, and no others."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import Any

from ppp_tui.team import replica
from ppp_tui.team.connect import tenant_transaction
from ppp_tui.team.share import OF_TURNS
from tests.postgres import Server
from tests.team.loading import add_replica
from tests.team.people import ask, count_of, opened, push, transaction

STEPS = next(table for table in OF_TURNS if table.name == "steps")
LAST = 8_388_607
"""The last number that a trajectory can have: its keys reach to the end of the numbers that a key can have."""


def test_spans_of_keys_are_removed_to_the_last_and_what_lies_between_stays(postgres: Server, store: str) -> None:
    ada = postgres.add_member(store, "red", "ada", "admin")
    with closing(postgres.connect(store)) as connection:
        add_replica(connection, "ada")
        connection.execute(
            "INSERT INTO steps (tenant_id, replica_id, id, kind, status) SELECT 1, 1, (n << 40) + place, 'shell', 'ok' "
            "FROM unnest(ARRAY[3, 4, 5, 6, 9, 300, 8388607]::bigint[]) AS n CROSS JOIN unnest(ARRAY[0, 1099511627775]) "
            "AS place"
        )
    many = range(10, 300, 2)
    with opened(ada) as opened_store, tenant_transaction(opened_store.connection, 1):
        replica.remove_spans(opened_store, STEPS, [LAST, 5, 9, 3, 4, *many], 40)
    assert ask(ada, "SELECT id >> 40, count(*) FROM steps GROUP BY 1 ORDER BY 1") == [(6, 2), (300, 2)]


def test_keys_that_follow_one_another_are_looked_for_at_once(postgres: Server, store: str) -> None:
    ada = postgres.add_member(store, "red", "ada", "admin")
    statements: list[str] = []
    with opened(ada) as opened_store, tenant_transaction(opened_store.connection, 1):
        connection: Any = opened_store.connection
        execute = connection.execute

        def noted(statement: bytes, values: object) -> Any:
            statements.append(statement.decode())
            return execute(statement, values)

        connection.execute = noted
        replica.remove_spans(opened_store, STEPS, [7, 5, 6, 90, 91], 40)
    assert [statement.count("BETWEEN") for statement in statements] == [2]


def test_no_statement_asks_for_the_tenant_row_by_row() -> None:
    # As a sub-query it is asked for once; where the index takes no part, a row costs 30 µs otherwise.
    modules = (Path(replica.__file__).parent).glob("*.py")
    assert [module.name for module in modules if re.search(r"= ppp_tenant\(\)", module.read_text())] == []


def test_rows_go_with_a_trajectory_that_is_deleted_by_hand(ada: str, database: Path) -> None:
    push(ada, database)
    assert count_of(ada, "usage_days", "requests > 0") == 1
    with transaction(ada) as connection:
        connection.execute("DELETE FROM trajectories WHERE parent_id IS NOT NULL")
        connection.execute("DELETE FROM trajectories")
    tables = ("trajectory_turns", "steps", "token_usage", "session_hours", "usage_days", "usage_minutes")
    assert {table: count_of(ada, table) for table in tables} == dict.fromkeys(tables, 0)


def test_the_last_access_of_a_file_is_looked_up_where_it_went(ada: str, database: Path) -> None:
    push(ada, database)
    turn = ask(ada, "SELECT max(id) FROM trajectory_turns")[0][0]
    accesses = [("read", "05"), ("read", "07"), ("edit", "06"), ("read", "06")]
    with transaction(ada) as connection:
        connection.cursor().executemany(
            "INSERT INTO file_accesses (replica_id, id, project, path, action, at, tokens) "
            "SELECT max(replica_id), %s, 'shop', 'a.py', %s, '2026-11-20 10:00:' || %s, 1 FROM trajectories",
            [((turn << 20) + number, *access) for number, access in enumerate(accesses)],
        )
    last = "SELECT uses, right(last_read_at, 2), right(last_edit_at, 2) FROM file_sums_by_replica WHERE path = 'a.py'"
    assert ask(ada, last) == [(4, "07", "06")]
    for number, expected in ((0, (3, "07", "06")), (1, (2, "06", "06")), (2, (1, "06", None))):
        with transaction(ada) as connection:
            connection.execute("DELETE FROM file_accesses WHERE id = %s", ((turn << 20) + number,))
        assert ask(ada, last) == [expected]
