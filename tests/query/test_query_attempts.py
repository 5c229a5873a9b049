"""Failed model requests one by one, each with the model that its chain of failures names."""

from __future__ import annotations

from typing import Any

from ppp_tui.query.quality import retry_history
from tests.query.database_fixture import Database

TURN = ((1 << 20) + 1) << 20
NEXT_TURN = ((1 << 20) + 2) << 20


def failed(database: Database, row: int, minute: int) -> None:
    database.put("retries", id=row, at=f"2026-11-20 10:{minute:02d}:00.000", reason="overloaded")


def chain(database: Database, row: int, minute: int, **columns: Any) -> None:
    database.put(
        "retry_chains",
        **{
            "id": row,
            "agent_name": "claude",
            "kind": "request",
            "reason": "overloaded",
            "attempts": 1,
            "started_at": f"2026-11-20 10:{minute:02d}:00.000",
            "outcome": "gave_up",
            **columns,
        },
    )


def models(database: Database) -> list[tuple[str | None, str | None]]:
    return [(line.model, line.fallback_model) for line in database.ask(retry_history.attempts(1))]


def test_a_failed_request_has_the_models_of_its_own_chain(database: Database) -> None:
    chain(database, TURN + 1, 1, model="m1", fallback_model="m2")
    chain(database, TURN + 2, 5, model="m2")
    chain(database, TURN + 3, 6, model="m3", kind="tool")
    for number, minute in enumerate((1, 4, 5, 7), 1):
        failed(database, TURN + number, minute)
    assert models(database) == [("m1", "m2"), ("m1", "m2"), ("m2", None), ("m2", None)]


def test_a_request_without_a_chain_in_its_turn_has_no_model(database: Database) -> None:
    chain(database, TURN + 1, 1, model="m1")
    chain(database, NEXT_TURN + 1, 9, model="")
    failed(database, TURN + 1, 0)
    failed(database, NEXT_TURN + 1, 8)
    failed(database, NEXT_TURN + 2, 9)
    assert models(database) == [(None, None)] * 3
