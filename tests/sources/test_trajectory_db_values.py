"""Values of trajectory databases, whatever their case, type and content."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.model import event as e
from tests.sources.trajectory_tables import FIRST, SCHEMA, T0, events, read, write


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return write(tmp_path / "trajectories.db", SCHEMA, FIRST)


@pytest.mark.parametrize(
    ("stated", "effort", "unknown"),
    [
        ("'Low'", "low", {}),
        ("'HIGH '", "high", {}),
        ("'EffortLevel::Medium'", "medium", {}),
        ("NULL", None, {}),
        ("''", None, {}),
        ("'weird'", None, {"effort=weird": 1}),
        ("x'6c6f77'", "low", {}),
        ("7", None, {"effort=7": 1}),
        ("'as much as you like'", None, {"effort=(no word)": 1}),
    ],
)
def test_efforts_are_read_in_any_case(database: Path, stated: str, effort: str | None, unknown: dict[str, int]) -> None:
    write(database, f"UPDATE trajectory_questions SET effort_level = {stated}")
    reading = read(database).reading
    assert [event.effort for event in reading.events if isinstance(event, e.QuestionAsked)] == [effort]
    assert reading.unknown == unknown


@pytest.mark.parametrize(
    ("stated", "severity", "unknown"),
    [("'Critical'", "critical", {}), ("'error'", "minor", {"severity=error": 1}), ("''", "minor", {})],
)
def test_severities_are_read_in_any_case(database: Path, stated: str, severity: str, unknown: dict[str, int]) -> None:
    write(database, f"UPDATE trajectory_violations SET severity = {stated}")
    reading = read(database).reading
    assert [event.severity for event in reading.events if isinstance(event, e.ViolationStated)] == [severity]
    assert reading.unknown == unknown


@pytest.mark.parametrize("number", ["-1", "'later'", "1048576", "NULL", "1.5"])
def test_a_number_that_no_turn_has_is_counted(tmp_path: Path, number: str) -> None:
    path = write(
        tmp_path / "a.db",
        SCHEMA.replace("turn_number INTEGER NOT NULL", "turn_number INTEGER"),
        f"INSERT INTO trajectory_turns VALUES (1, 1, {number}, 'a', 'b', NULL, NULL, '')",
    )
    reading = read(path).reading
    assert reading.events == [e.TrajectorySwitched("1")]
    assert reading.unknown == {f"turn_number={number.strip(chr(39))}": 1}


@pytest.mark.parametrize(
    ("stored", "at"),
    [
        ("'2026-11-20 19:24:00'", T0),
        ("'2026-11-20T19:24:00.250Z'", T0 + 250),
        ("'2026-11-20T20:24:00+01:00'", T0),
        ("1795202640", T0),
        ("1795202640000", T0),
        ("1795202640.5", T0 + 500),
        ("'soon'", 0),
        ("x'00ff'", 0),
        ("9e999", 0),
        ("-9e999", 0),
    ],
)
def test_times_are_read_in_every_stored_form(tmp_path: Path, stored: str, at: int) -> None:
    schema = SCHEMA.replace("timestamp TEXT", "timestamp")
    insert = f"INSERT INTO trajectory_turns VALUES (1, 1, 1, 'a', 'b', NULL, NULL, {stored})"
    [began] = [event for event in events(write(tmp_path / "a.db", schema, insert)) if isinstance(event, e.TurnStarted)]
    assert began.at == at


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("x'63616665'", "cafe"),
        ("x'636166e9'", "caf\ufffd"),
        ("CAST(x'636166e9' AS TEXT)", "caf\ufffd"),
        ("'a' || char(0) || 'b'", "a\0b"),
        ("12", "12"),
        ("printf('%.*c', 300000, 'x')", "x" * 300_000),
    ],
)
def test_any_text_is_read(tmp_path: Path, stored: str, text: str) -> None:
    insert = f"INSERT INTO trajectory_turns VALUES (1, 1, 1, {stored}, {stored}, NULL, NULL, '')"
    told = events(write(tmp_path / "a.db", SCHEMA, insert))
    assert [event.prompt for event in told if isinstance(event, e.TurnStarted)] == [text]
    assert [event.text for event in told if isinstance(event, e.AssistantMessage)] == [text]


@pytest.mark.parametrize(("stored", "took"), [("250", 250), ("0", 0), ("-5", None), ("'fast'", None), ("NULL", None)])
def test_duration_of_a_turn_is_read_or_unknown(database: Path, stored: str, took: int | None) -> None:
    write(database, f"UPDATE trajectory_turns SET latency_ms = {stored}")
    assert [event.duration_ms for event in events(database) if isinstance(event, e.TurnEnded)] == [took]


def test_empty_response_is_no_message(database: Path) -> None:
    write(database, "UPDATE trajectory_turns SET response = ''")
    assert not any(isinstance(event, e.AssistantMessage) for event in events(database))
