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
from tests.team.people import ask, opened

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
