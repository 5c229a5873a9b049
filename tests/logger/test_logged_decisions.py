"""Decisions and quality signals that a program logs: kept like every entry, and never a reason to fail."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.logger import TrajectoryLogger
from ppp_tui.logger.testing import capture
from ppp_tui.model.agent_codes import DecisionType, ReasonCode, SignalCode, SignalType
from ppp_tui.store.logged.entries import encode
from ppp_tui.store.logged.journal_replay import write_entries
from ppp_tui.store.write import Writer
from tests.logger.database_of import Database

HOME = {"HOME": "/nowhere"}


def open_logger(path: Path, **settings: str) -> TrajectoryLogger:
    return TrajectoryLogger.open(path, environment={**HOME, **settings})


def test_a_decision_and_a_signal_are_in_the_database_with_their_steps(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    with open_logger(database.path) as log:
        run = log.start("S", "me", agent_version="2.1")
        run.log_turn("find it", "found")
        run.log_step("web", "docs", key="call-1")
        run.log_step("search", "x")
        run.log_decision("tool_selection", "web_search", "fresh_data_required", 0.75, {"tries": 2}, "call-1")
        run.log_quality_signal("empty_retrieval", "no_results", True, 0.5, step=2)
        assert log.flush()
        assert log.health.is_well
    decision = database.one(
        "SELECT d.decision_type, d.selected, d.reason_code, d.confidence, d.metadata, s.key, d.source, t.agent_version "
        "FROM agent_decisions AS d JOIN steps AS s ON s.id = d.step_id JOIN trajectories AS t ON t.id = d.run_id "
        "WHERE d.source = 'stated'"
    )
    assert decision == (
        "tool_selection",
        "web_search",
        "fresh_data_required",
        0.75,
        '{"tries": 2}',
        "call-1",
        "stated",
        "2.1",
    )
    signal = database.one(
        "SELECT q.signal_type, q.signal_code, q.value, q.weight, s.kind FROM agent_quality_signals AS q "
        "JOIN steps AS s ON s.id = q.step_id WHERE q.source = 'stated'"
    )
    assert signal == ("empty_retrieval", "no_results", 1, 0.5, "search")


def test_the_documents_names_do_the_same() -> None:
    with capture() as captured:
        run = captured.log.start("S", "me")
        run.record_decision("retry_strategy", "backoff", "backoff_required")
        run.record_quality_signal("retry_occurred", "single_retry", value=False)
    assert [entry.selected for entry in captured.decisions] == ["backoff"]
    assert [entry.value for entry in captured.signals] == [False]


class Choice(str, Enum):  # noqa: UP042  a program may have its own kind
    """The words of a program."""

    KIND = "tool_selection"
    TOOL = "web"
    REASON = "fresh_data_required"


def test_members_of_an_enumeration_are_logged_by_their_values() -> None:
    with capture() as captured:
        run = captured.log.start("S", "me")
        run.log_decision(Choice.KIND, Choice.TOOL, Choice.REASON, metadata={"tool": Choice.TOOL})
        run.log_decision(DecisionType.TOOL_SELECTION, "web", ReasonCode.FRESH_DATA_REQUIRED)
        run.log_quality_signal(SignalType.TOOL_SUCCESS, SignalCode.FIRST_ATTEMPT, value=True)
    assert [(entry.decision_type, entry.selected, entry.reason_code) for entry in captured.decisions] == [
        ("tool_selection", "web", "fresh_data_required")
    ] * 2
    assert captured.decisions[0].metadata_json == '{"tool": "web"}'
    assert [entry.signal_code for entry in captured.signals] == ["first_attempt"]


class Scalar(float):
    """A number of another library."""


def test_numbers_of_other_libraries_are_numbers() -> None:
    with capture() as captured:
        run = captured.log.start("S", "me")
        run.log_decision("tool_selection", "web", "fresh_data_required", Scalar(0.5), {"ratio": Scalar(0.25)})
        run.log_quality_signal("tool_success", "first_attempt", True, Scalar(1))
    assert [(entry.confidence, entry.metadata_json) for entry in captured.decisions] == [(0.5, '{"ratio": 0.25}')]
    assert [entry.weight for entry in captured.signals] == [1.0]


def test_what_was_given_for_a_turn_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with capture() as captured:
        run = captured.log.start("S", "me")
        run.log_decision("tool_selection", "web", "fresh_data_required", turn="SECRET")  # type: ignore[arg-type]
    assert captured.log.health.invalid == 1
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize(
    ("decision_type", "selected", "reason_code", "more"),
    [
        ("tool_selection", "web", "no_such_reason", {}),
        ("no_such_type", "web", "fresh_data_required", {}),
        (None, None, None, {}),
        ([], {}, object(), {}),
        ("tool_selection", "the user wants", "fresh_data_required", {}),
        ("tool_selection", "web", "fresh_data_required", {"confidence": 1.5}),
        ("tool_selection", "web", "fresh_data_required", {"confidence": True}),
        ("tool_selection", "web", "fresh_data_required", {"confidence": "high"}),
        ("tool_selection", "web", "fresh_data_required", {"metadata": {"prompt": "x"}}),
        ("tool_selection", "web", "fresh_data_required", {"metadata": "x"}),
        ("tool_selection", "web", "fresh_data_required", {"candidates": ["cache"]}),
        ("tool_selection", "web", "fresh_data_required", {"candidates": "web"}),
        ("tool_selection", "web", "fresh_data_required", {"step": 1.5}),
        ("tool_selection", "web", "fresh_data_required", {"step": 0}),
        ("tool_selection", "web", "fresh_data_required", {"turn": -1}),
    ],
)
def test_a_wrong_decision_costs_that_entry_only(
    decision_type: Any, selected: Any, reason_code: Any, more: dict[str, Any]
) -> None:
    with capture() as captured:
        run = captured.log.start("S", "me")
        run.log_turn("a", "b")
        run.log_decision(decision_type, selected, reason_code, **more)
        run.log_turn("c", "d")
        assert captured.log.health.invalid == 1
    assert captured.decisions == []
    assert len(captured.turns) == 2


def test_wrong_entries_are_counted_and_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with open_logger(tmp_path / "a.db") as log:
        run = log.start("S", "me")
        for _ in range(3):
            run.log_quality_signal("tool_success", "perfect SECRET", value=True)
        assert (log.health.invalid, log.health.is_well) == (3, False)
    [message] = [record.getMessage() for record in caplog.records]
    assert "its type has no such code" in message
    assert "SECRET" not in message


def test_an_invalid_entry_in_a_journal_is_refused_and_the_rest_is_kept(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    entries: list[tuple[Any, ...]] = [
        ("turned", "t", 1_795_176_000_000, 1, "hi", "hello", None, None, "completed", (), ()),
        (
            "decided",
            "t",
            1_795_176_000_000,
            1,
            "tool_selection",
            "a sentence",
            "fresh_data_required",
            None,
            "{}",
            "[]",
            None,
        ),
        ("signalled", "t", 1_795_176_000_000, 1, "tool_success", "first_attempt", True, None, "{}", None),
        ("signalled", "t", 1_795_176_000_000, 1, "tool_success", "first_attempt", True, None, '{"prompt": 1}', None),
    ]
    writer = Writer(database.path)
    refused = write_entries(writer, "j", [encode(entry) for entry in entries], 1)
    writer.close()
    assert refused == 2
    assert database.one("SELECT count(*) FROM agent_quality_signals") == 1
    assert database.one("SELECT count(*) FROM trajectory_turns") == 1


def test_no_text_of_metadata_is_kept_where_no_text_is_kept(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    with open_logger(database.path, PPP_TUI_DATABASE__TEXT="none") as log:
        run = log.start("S", "me")
        run.log_turn("a", "b")
        run.log_step("web", "x", key="call SECRET")
        run.log_decision(
            "tool_selection", "web", "fresh_data_required", metadata={"place": "SECRET", "tries": 1}, step="call SECRET"
        )
    assert database.one("SELECT metadata, step_number FROM agent_decisions WHERE source = 'stated'") == (
        '{"tries": 1}',
        1,
    )
    assert b"SECRET" not in database.path.read_bytes()


def test_a_second_batch_goes_behind_the_first(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    with open_logger(database.path) as log:
        run = log.start("S", "me")
        run.log_turn("a", "b")
        run.log_quality_signal("tool_success", "first_attempt", value=True)
        assert log.flush()
        run.log_quality_signal("tool_success", "after_retry", value=True)
    assert database.ask("SELECT signal_code FROM agent_quality_signals ORDER BY signal_id") == [
        ("first_attempt",),
        ("after_retry",),
    ]
