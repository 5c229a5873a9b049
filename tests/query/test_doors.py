"""How received sessions join with files, and how much waits to be sent, from literal rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.model.clock import from_text
from ppp_tui.query.doors import (
    MAX_REFUSALS,
    MAX_WAITING,
    DoorKind,
    OpenDoor,
    ReceivedHour,
    ReceivedSums,
    process_sentences,
    received_hours,
    received_sums,
    sent_sentence,
    waiting_sessions,
)
from tests.query.database_fixture import Database


def test_sums_tell_joined_sessions_from_those_that_were_only_received(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.db")
    assert database.ask(received_sums()) == ReceivedSums(0, 0, 0, 0, 0)
    database.session(1)
    database.session(2, source="otel")
    database.session(3, source="otel", parent_id=2, lane="agent")
    database.put("source_files", id=3, path="/received/3", source="otel", native_id="unread")
    database.put("received_sessions", source="claude_code", native_id="unread", file_id=3)
    for file_id in (1, 2):
        database.put("source_files", id=file_id, path=f"/received/{file_id}", source="otel", native_id="native-1")
        database.put("received_sessions", source="claude_code", native_id="native-1", file_id=file_id)
    sent = {"file_id": 1, "at": "2026-11-20 11:00:00.000", "model": "opus", "input_tokens": 1, "output_tokens": 1}
    sent |= {"cache_read_tokens": 0, "cache_write_tokens": 0, "turn_number": 1}
    for number, usage in enumerate((7, None, None), 1):
        database.put("received_requests", request_number=number, usage_id=usage, **sent)
    database.put(
        "received_failures", file_id=1, turn_number=1, retry_number=1, at="2026-11-20 11:00:00.000", reason="overloaded"
    )
    assert database.ask(received_sums()) == ReceivedSums(joined=1, received_only=1, matched=1, unmatched=2, failures=1)
    database.writer.close()


def test_sessions_that_changed_after_a_revision_wait(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.db")
    for number, revision in enumerate((3, 7, 9), 1):
        database.session(number, {"revision": revision})
    assert [database.ask(waiting_sessions(revision)) for revision in (0, 7, 9)] == [3, 1, 0]
    database.writer.close()


def test_sentence_never_claims_more_than_was_counted() -> None:
    assert sent_sentence("http://r", None) == "http://r: sent before"
    assert sent_sentence("http://r", 0) == "http://r: all is sent"
    assert sent_sentence("http://r", MAX_WAITING) == "http://r: at least 1,000 sessions changed since"


@pytest.mark.parametrize(
    ("kind", "counts", "is_without_logs"),
    [
        ("receive", {"metrics": 2}, True),
        ("receive", {"metrics": 2, "logs": 1}, False),
        ("receive", {"metrics": 2, "traces": 1}, False),
        ("receive", {"logs": 1}, False),
        ("serve", {"metrics": 2}, False),
    ],
)
def test_metrics_alone_are_explained_where_telemetry_is_received(
    kind: DoorKind, counts: dict[str, int], is_without_logs: bool
) -> None:
    sentences = process_sentences(kind, OpenDoor(is_open=True, records={"claude": counts}))
    assert any("OTEL_LOGS_EXPORTER" in sentence for sentence in sentences) is is_without_logs


def test_refusals_are_named_and_those_beyond_a_few_are_counted() -> None:
    refused = {f"reason {number}": 1000 + number for number in range(MAX_REFUSALS + 1)}
    sentences = process_sentences("serve", OpenDoor(is_open=True, refused=refused))
    assert (sentences[0], sentences[-1]) == ("refused 1,000×: reason 0", "and 1 other kind of refused requests")


def test_received_requests_are_counted_by_hour_from_some_time_on(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    database.put("source_files", id=3, path="/received/3", source="otel", native_id="n")
    database.put("received_sessions", source="claude_code", native_id="n", file_id=3)
    for number, (at, usage_id) in enumerate(
        [
            ("2026-11-20 09:59:59.999", 1),
            ("2026-11-20 10:00:00.000", 2),
            ("2026-11-20 10:59:59.999", None),
            ("2026-11-20 11:00:00.000", 3),
        ]
    ):
        database.put(
            "received_requests",
            file_id=3,
            turn_number=1,
            request_number=number,
            at=at,
            model="opus",
            input_tokens=1,
            output_tokens=1,
            cache_read_tokens=0,
            cache_write_tokens=0,
            usage_id=usage_id,
        )
    ten = from_text("2026-11-20 10:00:00.000")
    assert database.ask(received_hours(ten)) == [ReceivedHour(ten, 1, 1), ReceivedHour(ten + 3_600_000, 1, 0)]
