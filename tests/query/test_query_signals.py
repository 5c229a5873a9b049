"""Decisions and signals for people: literal rows in, sums, runs, correlations and versions out."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.query.scope import Scope
from ppp_tui.query.signals.correlations import correlations
from ppp_tui.query.signals.run_details import run_decisions, run_signals
from ppp_tui.query.signals.sums import decision_sums, signal_sums
from ppp_tui.query.signals.versions import version_changes, version_list
from ppp_tui.scoring.rate_difference import Share
from tests.query.database_fixture import NOON, NOON_MS, Database


def decide(database: Database, run: int, number: int, reason: str = "fresh_data_required", **columns: Any) -> None:
    database.put(
        "agent_decisions",
        **{
            "decision_id": (((run << 20) | 1) << 20) | number,
            "decision_type": "tool_selection",
            "selected": "web",
            "reason_code": reason,
            "recorded_at": NOON,
            **columns,
        },
    )


def signal(database: Database, run: int, number: int, kind: str, code: str, value: int = 1, **columns: Any) -> None:
    database.put(
        "agent_quality_signals",
        **{
            "signal_id": (((run << 20) | 1) << 20) | number,
            "signal_type": kind,
            "signal_code": code,
            "value": value,
            "recorded_at": NOON,
            **columns,
        },
    )


def run(database: Database, number: int, version: str = "1.0", status: str = "completed", **columns: Any) -> None:
    summary = {"turns": 1, "last_turn_number": 1, **columns.pop("summary", {})}
    database.session(number, summary, agent_version=version, **columns)
    database.turn(number, 1, status=status)


def test_decisions_are_summed_by_reason_with_their_share_of_the_type(database: Database) -> None:
    run(database, 1)
    run(database, 2, "1.1")
    decide(database, 1, 1, confidence=0.5)
    decide(database, 1, 2, confidence=1)
    decide(database, 2, 1, source="derived", rules=1)
    decide(database, 2, 2, "cost_optimization")
    first, second = database.ask(decision_sums())
    assert (first.reason_code, first.decisions, first.share, first.mean_confidence) == (
        "fresh_data_required",
        3,
        0.75,
        0.75,
    )
    assert (first.runs, first.derived, first.versions) == (2, 1, ("1.0", "1.1"))
    assert (second.reason_code, second.decisions, second.mean_confidence) == ("cost_optimization", 1, None)


def test_sums_by_version_stand_apart_and_shares_are_of_the_version(database: Database) -> None:
    run(database, 1)
    run(database, 2, "1.1")
    decide(database, 1, 1)
    decide(database, 2, 1)
    decide(database, 2, 2, "cost_optimization")
    sums = database.ask(decision_sums(by="version"))
    assert [(entry.version, entry.reason_code, entry.share) for entry in sums] == [
        ("1.0", "fresh_data_required", 1.0),
        ("1.1", "cost_optimization", 0.5),
        ("1.1", "fresh_data_required", 0.5),
    ]


def test_sums_by_type_are_shares_of_all(database: Database) -> None:
    run(database, 1)
    decide(database, 1, 1)
    decide(database, 1, 2, "parallel_preferred", decision_type="orchestration_path")
    assert [(entry.decision_type, entry.share) for entry in database.ask(decision_sums(by="type"))] == [
        ("orchestration_path", 0.5),
        ("tool_selection", 0.5),
    ]


def test_signals_tell_how_often_they_are_so_and_failures_how_often_calls_failed(database: Database) -> None:
    run(database, 1)
    for number, value in enumerate((1, 1, 1, 0)):
        signal(database, 1, number, "tool_success", "first_attempt", value)
    signal(database, 1, 9, "tool_failure", "timeout")
    success, failure = sorted(database.ask(signal_sums()), key=lambda entry: entry.signal_type, reverse=True)
    assert (success.true_count, success.false_count, success.true_rate, success.call_rate) == (3, 1, 0.75, None)
    assert (failure.true_rate, failure.call_rate) == (None, 0.25)


def test_a_scope_holds_runs_by_their_last_sign_of_life_and_agent(database: Database) -> None:
    run(database, 1)
    run(database, 2, agent_name="codex")
    signal(database, 1, 1, "tool_success", "first_attempt")
    signal(database, 2, 1, "tool_success", "first_attempt")
    assert [entry.runs for entry in database.ask(signal_sums(Scope(agent="codex")))] == [1]
    assert database.ask(signal_sums(Scope(since_ms=NOON_MS + 1))) == []
    assert database.ask(signal_sums(Scope(until_ms=NOON_MS))) == []
    assert [entry.runs for entry in database.ask(signal_sums(Scope(NOON_MS, NOON_MS + 1)))] == [2]


def test_a_runs_entries_are_in_order_with_turn_step_and_tool(database: Database) -> None:
    run(database, 1)
    database.step(1, 1, 3, tool="WebFetch")
    decide(database, 1, 12, step_number=3, confidence=0.25, metadata='{"tries": 2}')
    signal(database, 1, 900, "tool_success", "first_attempt", recorded_at="2026-11-20 11:59:00.000")
    signal(database, 1, 12, "tool_failure", "timeout", step_number=3, source="derived", rules=1)
    [decision] = database.ask(run_decisions(1))
    assert (decision.turn_number, decision.step_number, decision.tool, decision.share) == (1, 3, "WebFetch", 0.25)
    assert (decision.value, decision.selected, decision.metadata) == (None, "web", {"tries": 2})
    earlier, later = database.ask(run_signals(1))
    assert (earlier.code, earlier.step_number, earlier.source) == ("first_attempt", None, "stated")
    assert (later.code, later.value, later.source, later.at) == ("timeout", True, "derived", NOON_MS)
    assert database.ask(run_signals(2)) == []


@pytest.fixture
def runs(database: Database) -> Database:
    """Forty runs: of twenty with empty searches half failed, of twenty without a tenth; one more of unknown end."""
    for number in range(1, 41):
        has_failed = number % 2 == 0 if number <= 20 else number % 10 == 0
        run(database, number, status="failed" if has_failed else "completed")
        signal(database, number, 1, "empty_retrieval", "no_results", int(number <= 20))
        if number == 2:
            signal(database, number, 2, "tool_failure", "timeout")
    run(database, 41, status="interrupted")
    signal(database, 41, 1, "empty_retrieval", "no_results")
    return database


def test_runs_with_a_signal_stand_beside_those_without_and_unknown_ends_are_left_out(runs: Database) -> None:
    empty, timeout = runs.ask(correlations("signals"))
    assert (empty.with_entry, empty.without_entry) == (Share(10, 20), Share(2, 20))
    assert empty.difference.difference == pytest.approx(0.4)
    assert empty.difference.interval is not None
    assert empty.difference.interval.low > 0
    assert empty.failure_codes == (("timeout", 1),)
    assert (timeout.with_entry, timeout.is_enough, timeout.difference.difference) == (Share(1, 1), False, None)


def test_what_counts_as_failed_can_be_told(runs: Database) -> None:
    runs.writer.execute("UPDATE trajectory_summaries SET retries = 1 WHERE trajectory_id > 20")
    model = runs.ask(correlations("signals", failure="model"))[0]
    assert (model.with_entry, model.without_entry) == (Share(1, 21), Share(20, 20))
    retrieval = runs.ask(correlations("signals", failure="retrieval"))[1]
    assert retrieval.with_entry == Share(1, 1)


@pytest.mark.parametrize(
    ("columns", "failed"),
    [({"outcome": "failed"}, Share(1, 1)), ({"outcome": "completed"}, Share(0, 1)), ({"outcome": "cancelled"}, None)],
)
def test_a_stated_outcome_decides_before_tests_and_turns(
    database: Database, columns: dict[str, str], failed: Share | None
) -> None:
    run(database, 1, status="failed" if columns["outcome"] == "completed" else "completed", **columns)
    decide(database, 1, 1)
    entries = database.ask(correlations("decisions"))
    assert [entry.with_entry for entry in entries] == ([] if failed is None else [failed])


def test_the_last_test_run_decides_before_the_last_turn(database: Database) -> None:
    run(database, 1)
    decide(database, 1, 1)
    for number, failed in ((1, 0), (2, 3)):
        database.put(
            "test_runs",
            id=(((1 << 20) | 1) << 20) | number,
            project="/shop",
            suite="pytest",
            framework="pytest",
            unit="test",
            at=NOON,
            total=5,
            passed=5 - failed,
            failed=failed,
            skipped=0,
        )
    [entry] = database.ask(correlations("decisions"))
    assert entry.with_entry == Share(1, 1)


def test_versions_are_listed_newest_first_without_unknown_ones(database: Database) -> None:
    run(database, 1, "2.0", summary={"wall_ms": 4000, "turns": 2, "last_at": "2026-11-19 12:00:00.000"})
    run(database, 2, "2.1", "failed")
    run(database, 3, "")
    signal(database, 2, 1, "tool_success", "first_attempt")
    signal(database, 2, 2, "tool_success", "after_retry", 0)
    newest, older = database.ask(version_list())
    assert (newest.agent, newest.version, newest.tool_success, newest.failed) == ("claude", "2.1", 0.5, Share(1, 1))
    assert (newest.mean_turn_ms, older.mean_turn_ms, older.tool_success) == (None, 2000.0, None)


def test_a_change_of_a_version_is_a_drift_from_100_runs_on(database: Database) -> None:
    for number in range(1, 201):
        version = "2.0" if number <= 100 else "2.1"
        run(database, number, version, summary={"wall_ms": 1000 if number <= 100 else 1500})
        decide(database, number, 1, "fresh_data_required" if number % 2 or number > 160 else "cost_optimization")
        signal(database, number, 1, "tool_success", "first_attempt", int(number % 10 > 0 or number <= 100))
        if number in (1, 150):
            signal(database, number, 2, "tool_failure", "timeout")
    changes = {
        (change.measure, change.code): change for change in database.ask(version_changes("claude", "2.0", "2.1"))
    }
    latency = changes["latency", "mean_ms"]
    assert (latency.first_value, latency.second_value, latency.severity) == (1000, 1500, "high")
    fresh = changes["decision", "fresh_data_required"]
    assert (fresh.first, fresh.second, fresh.severity) == (Share(50, 100), Share(70, 100), "high")
    success = changes["signal", "first_attempt"]
    assert (success.first, success.second, success.severity) == (Share(100, 100), Share(90, 100), None)
    timeout = changes["signal", "timeout"]
    assert (timeout.first, timeout.second) == (Share(1, 100), Share(1, 100))


def test_too_few_runs_tell_no_drift_and_a_missing_version_nothing(database: Database) -> None:
    for number in range(1, 21):
        run(database, number, "2.0" if number <= 10 else "2.1")
        decide(database, number, 1, "fresh_data_required" if number <= 10 else "cost_optimization")
    changes = database.ask(version_changes("claude", "2.0", "2.1"))
    assert {change.severity for change in changes} == {None}
    assert database.ask(version_changes("claude", "2.0", "9.9")) == []
    assert database.ask(version_changes("codex", "2.0", "2.1")) == []
