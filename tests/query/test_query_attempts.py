"""Failed model requests one by one, each with the model that its chain of failures names."""

from __future__ import annotations

from typing import Any

from ppp_tui.query.quality import retry_history
from tests.query.archive_fixture import Archive

TURN = ((1 << 20) + 1) << 20
NEXT_TURN = ((1 << 20) + 2) << 20


def failed(archive: Archive, row: int, minute: int) -> None:
    archive.put("retries", id=row, at=f"2026-11-20 10:{minute:02d}:00.000", reason="overloaded")


def chain(archive: Archive, row: int, minute: int, **columns: Any) -> None:
    archive.put(
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


def models(archive: Archive) -> list[tuple[str | None, str | None]]:
    return [(line.model, line.fallback_model) for line in archive.ask(retry_history.attempts(1))]


def test_a_failed_request_has_the_models_of_its_own_chain(archive: Archive) -> None:
    chain(archive, TURN + 1, 1, model="m1", fallback_model="m2")
    chain(archive, TURN + 2, 5, model="m2")
    chain(archive, TURN + 3, 6, model="m3", kind="tool")
    for number, minute in enumerate((1, 4, 5, 7), 1):
        failed(archive, TURN + number, minute)
    assert models(archive) == [("m1", "m2"), ("m1", "m2"), ("m2", None), ("m2", None)]


def test_a_request_without_a_chain_in_its_turn_has_no_model(archive: Archive) -> None:
    chain(archive, TURN + 1, 1, model="m1")
    chain(archive, NEXT_TURN + 1, 9, model="")
    failed(archive, TURN + 1, 0)
    failed(archive, NEXT_TURN + 1, 8)
    failed(archive, NEXT_TURN + 2, 9)
    assert models(archive) == [(None, None)] * 3
