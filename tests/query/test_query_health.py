"""How ingest and the session files fare."""

from __future__ import annotations

import pytest

from ppp_tui.model.ingest_status import IngestStatus
from ppp_tui.query.ingest_status import FileProblem, SourceHealth, file_problems, ingest_status, source_health
from tests.query.database_fixture import NOON_MS, Database


def test_ingest_that_never_ran_has_no_status(database: Database) -> None:
    assert database.ask(ingest_status()) is None


def test_ingest_tells_how_it_stands(database: Database) -> None:
    database.put(
        "ingest_status",
        id=1,
        pid=77,
        phase="backlog",
        started_at="2026-11-20 11:00:00.000",
        at="2026-11-20 12:00:00.000",
        files_total=9,
        files_done=4,
        bytes_total=900,
        bytes_done=400,
        watching="events",
        trouble="The disk is full.",
    )
    assert database.ask(ingest_status()) == IngestStatus(
        pid=77,
        phase="backlog",
        started_at=NOON_MS - 3_600_000,
        at=NOON_MS,
        files_total=9,
        files_done=4,
        bytes_total=900,
        bytes_done=400,
        watching="events",
        trouble="The disk is full.",
    )


@pytest.fixture
def filled(database: Database) -> Database:
    files = [
        (1, "claude_code", "/b", 100, "ok", ""),
        (2, "claude_code", "/a", 50, "ok", ""),
        (3, "claude_code", "/c", 7, "vanished", ""),
        (4, "codex", "/d", 0, "unreadable", "Permission denied"),
        (5, "codex", "/e", 0, "new", ""),
    ]
    for number, source, path, offset, health, detail in files:
        database.put(
            "source_files", id=number, source=source, path=path, offset=offset, health=health, health_detail=detail
        )
    database.put("source_news", file_id=1, kind="torn", offset=20, length=3)
    database.put("source_news", file_id=1, kind="torn", offset=10, length=2)
    database.put("source_news", file_id=2, kind="not json", offset=5, length=4)
    database.put("unknown_records", file_id=1, name="mystery", count=2)
    database.put("unknown_records", file_id=2, name="mystery", count=3)
    for number, version in ((1, "2.1"), (2, "2.1"), (3, ""), (4, "2.0")):
        database.session(number, agent_version=version)
    return database


def test_every_source_tells_how_its_files_fare(filled: Database) -> None:
    assert filled.ask(source_health()) == [
        SourceHealth(
            source="claude_code",
            files=3,
            bytes=157,
            by_health={"ok": 2, "vanished": 1},
            damaged_places=3,
            unknown={"mystery": 5},
            versions={"2.0": 1, "2.1": 2},
        ),
        SourceHealth(
            source="codex",
            files=2,
            bytes=0,
            by_health={"new": 1, "unreadable": 1},
            damaged_places=0,
            unknown={},
            versions={},
        ),
    ]


def test_a_database_without_files_has_no_sources(database: Database) -> None:
    assert database.ask(source_health()) == []


def test_news_of_files_are_in_the_order_of_their_places(filled: Database) -> None:
    expected = [
        FileProblem("claude_code", "/a", "not json", 5, 4, ""),
        FileProblem("claude_code", "/b", "torn", 10, 2, ""),
        FileProblem("claude_code", "/b", "torn", 20, 3, ""),
        FileProblem("claude_code", "/c", "vanished", 0, 0, ""),
        FileProblem("codex", "/d", "unreadable", 0, 0, "Permission denied"),
    ]
    assert filled.ask(file_problems()) == expected
    assert filled.ask(file_problems(2)) == expected[:2]
