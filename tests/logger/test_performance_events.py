"""Performance events: each type is checked by field, kept whole, and counted however a program spells it."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.logger.performance import PerformanceRecorder
from ppp_tui.logger.performance_forms import FORMS, EventForm
from ppp_tui.logger.performance_reader import PerformanceStats
from ppp_tui.logger.testing import capture
from ppp_tui.model.clock import FrozenClock
from ppp_tui.model.performance import FREE_TEXTS, IDENTIFIERS, anonymize
from tests.logger.database_of import NOW_MS, Database, program

RESULT = {"valid": True, "violations": [], "compliance_score": 1.0, "processing_time_ms": 3, "rule_count": 2}
ROUTE: dict[str, Any] = {"routing_strategy": "load-balance", "confidence": 0.5}

CALLS: dict[str, Callable[[PerformanceRecorder], object]] = {
    "agent-registration": lambda it: it.record_agent_registration("a", ["plan"], baseline_metrics={"latency_ms": 9}),
    "agent-status-change": lambda it: it.record_agent_status_change("a", "busy", previous_status="available"),
    "routing-decision": lambda it: it.record_routing_decision("T", "a", **ROUTE, rationale="fits"),
    "task-execution": lambda it: it.record_task_performance("a", "fix", success=True),
    "evaluation-outcome": lambda it: it.record_evaluation_outcome("T", {"passed": True, "score": 0.5}),
    "constitutional-validation": lambda it: it.record_constitutional_validation("T", "a", RESULT),
    "thinking-budget-allocation": lambda it: it.record_thinking_budget(
        "T", allocated_tokens=10, complexity_level="trivial", confidence=1
    ),
    "thinking-budget-usage": lambda it: it.record_budget_usage("T", tokens_used=5, tokens_allocated=10),
    "minimality-evaluation": lambda it: it.record_minimality_evaluation(
        "T",
        minimality_factor=0.5,
        ast_similarity=0.5,
        scaffolding_penalty=0,
        lines_changed=3,
        quality_assessment="minimal",
    ),
    "model-judgment": lambda it: it.record_judgment(
        "T",
        overall_score=0.8,
        overall_confidence=1,
        all_criteria_pass=True,
        evaluation_time_ms=2,
        criteria_scores={"safety": 1},
    ),
    "rl-training-metrics": lambda it: it.record_rl_training_metrics(
        trajectories_processed=4,
        average_reward=-0.5,
        policy_loss=0.1,
        value_loss=0.1,
        kl_divergence=0.01,
        training_time_ms=900,
    ),
}


def test_every_type_of_the_documents_has_a_form_and_a_method() -> None:
    assert len(FORMS) == 11
    assert set(FORMS) == set(CALLS)


@pytest.mark.parametrize("event_type", CALLS)
def test_each_type_is_in_the_database_as_recorded(database: Database, log: TrajectoryLogger, event_type: str) -> None:
    CALLS[event_type](log.performance)
    assert log.flush()
    at, stored, data = database.one("SELECT at, type, data FROM performance_events")
    assert (at, stored) == ("2026-11-20 12:00:00.000", event_type)
    assert set(json.loads(data)) == set(FORMS[event_type].model_fields)


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("agent_id", lambda it: it.record_agent_registration("")),
        ("capabilities.1", lambda it: it.record_agent_registration("a", ["x", ""])),
        ("baseline_metrics.accuracy", lambda it: it.record_agent_registration("a", baseline_metrics={"accuracy": 2})),
        ("status", lambda it: it.record_agent_status_change("a", "asleep")),
        ("routing_strategy", lambda it: it.record_routing_decision("T", "a", routing_strategy="x", confidence=1)),
        ("confidence", lambda it: it.record_routing_decision("T", "a", routing_strategy="random", confidence=1.1)),
        (
            "alternatives_considered.0.score",
            lambda it: it.record_routing_decision(
                "T", "a", **ROUTE, alternatives_considered=[{"agent_id": "b", "score": float("nan")}]
            ),
        ),
        ("outcome.success", lambda it: it.record_task_performance("a", "fix", success=1)),
        (
            "outcome.completion_time_ms",
            lambda it: it.record_task_performance("a", "fix", success=True, latency_ms=float("inf")),
        ),
        ("outcome.success", lambda it: it.complete_task_execution(it.start_task_execution("T", "a"), {})),
        ("agent_id", lambda it: it.start_task_execution("T", "")),
        ("outcome", lambda it: it.record_event("task-execution", {"agentId": "a", "taskId": "T"})),
        ("evaluation.score", lambda it: it.record_evaluation_outcome("T", {"passed": True, "score": "1"})),
        (
            "validation_result.violations.0.severity",
            lambda it: it.record_constitutional_validation(
                "T", "a", {**RESULT, "violations": [{"severity": "grave", "message": ""}]}
            ),
        ),
        ("task_id", lambda it: it.record_budget_usage("", tokens_used=1, tokens_allocated=2)),
        ("tokens_used", lambda it: it.record_budget_usage("T", tokens_used=-1, tokens_allocated=2)),
        ("note", lambda it: it.record_event("evaluation-outcome", {"task_id": "T", "note": "x"})),
    ],
)
def test_wrong_value_names_its_field(
    log: TrajectoryLogger, field: str, call: Callable[[PerformanceRecorder], object]
) -> None:
    with pytest.raises(ValidationError) as caught:
        call(log.performance)
    assert field in [".".join(map(str, error["loc"])) for error in caught.value.errors()]


def nested(depth: int) -> Any:
    """Lists in lists."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("event_type", "data", "error"),
    [
        ("Two words", {}, "event_type"),
        ("own", {"a": float("nan")}, "Out of range"),
        ("own", {"a": {1, 2}}, "not JSON serializable"),
        ("own", {"a": "x" * 70_000}, "more than 65536 bytes"),
        ("own", [("a", 1)], "a mapping of fields by name"),
        ("own", {1: 2}, "a mapping of fields by name"),
        ("own", {"a": nested(17)}, "nested more than 16 deep"),
        ("own", {"a": nested(5000)}, "nested more than 16 deep"),
    ],
)
def test_event_of_own_type_is_refused_with_reason(
    log: TrajectoryLogger, event_type: str, data: Any, error: str
) -> None:
    with pytest.raises((ValueError, TypeError), match=error):
        log.performance.record_event(event_type, data)


def test_both_shapes_of_an_execution_count_with_their_outcome(database: Database, log: TrajectoryLogger) -> None:
    recorder = log.performance
    recorder.record_task_performance(
        "a", "fix", success=True, quality_score=0.5, latency_ms=12.4, tokens_used=7, cost_micros=30
    )
    execution = recorder.start_task_execution("T", "a", {"task_id": "T", "selected_agent": "a", **ROUTE})
    recorder.complete_task_execution(
        execution, {"success": False, "quality_score": 0.25, "completion_time_ms": 99, "tokens_consumed": 8}
    )
    recorder.record_event("task-execution", {"agentId": "a", "taskType": "fix", "success": True, "latencyMs": 5})
    recorder.record_event("task-execution", {"agentId": "a", "taskId": "T", "outcome": {"success": False}})
    assert log.flush()
    columns = "task_id, task_type, success, quality, duration_ms, tokens, cost_micros"
    assert database.ask(f"SELECT {columns} FROM performance_events ORDER BY id") == [
        ("", "fix", 1, 0.5, 12, 7, 30),
        ("T", "", 0, 0.25, 99, 8, None),
        ("", "fix", 1, None, 5, None, None),
        ("T", "", 0, None, None, None, None),
    ]


def test_utilization_follows_from_both_counts_and_is_unknown_without_a_budget() -> None:
    with capture() as captured:
        captured.log.performance.record_budget_usage("T", tokens_used=5, tokens_allocated=10)
        captured.log.performance.record_budget_usage("T", tokens_used=5, tokens_allocated=0)
    rates = [json.loads(event.data_json)["utilization_rate"] for event in captured.performance]
    assert rates == [0.5, None]


def test_half_a_character_is_mended_in_a_form_and_in_an_own_event() -> None:
    with capture() as captured:
        captured.log.performance.record_agent_status_change("a\ud83d", "busy")
        captured.log.performance.record_event("own", {"a": "\ud83d"})
    first, second = (json.loads(event.data_json) for event in captured.performance)
    assert (first["agent_id"], second["a"]) == ("a\ufffd", "\ufffd")


def forms(form: type[BaseModel]) -> set[str]:
    """Names of all text fields of a form, at whatever depth."""
    names: set[str] = set()
    for name, field in form.model_fields.items():
        nested = [part for part in (field.annotation, *get_args(field.annotation)) if isinstance(part, type)]
        for part in nested:
            if issubclass(part, EventForm):
                names |= forms(part)
        if "str" in str(field.annotation) and "dict" not in str(field.annotation) and name != "capabilities":
            names.add(name)
    return names


def test_every_text_field_is_declared_as_name_text_or_harmless() -> None:
    harmless = {"task_type", "agent_version", "timestamp", "rule", "quality_assessment"}
    texts = set[str]().union(*(forms(form) for form in FORMS.values()))
    assert texts - harmless - IDENTIFIERS - FREE_TEXTS == set()


def test_anonymized_names_are_in_no_file_and_the_same_everywhere(database: Database, clock: FrozenClock) -> None:
    with TrajectoryLogger.open(database.path, clock=clock, anonymize=True) as log:
        recorder = log.performance
        for name, call in CALLS.items():
            call(recorder)
            assert name
        recorder.record_routing_decision(
            "secret-task",
            "secret-agent",
            **ROUTE,
            rationale="secret-agent knows it",
            alternatives_considered=[{"agent_id": "secret-agent", "score": 1, "reason": "secret"}],
        )
        recorder.record_agent_registration("secret-agent", ["plan"])
        recorder.record_agent_status_change("secret-agent", "busy", reason="secret")
        recorder.record_event("own", {"customer": "secret-customer", "provider": "open"}, identifiers=["customer"])
        assert log.flush()
        registered = recorder.agent("secret-agent")
    assert registered is not None
    assert (registered.status, registered.capabilities, len(registered.agent_id)) == ("busy", ("plan",), 24)
    for path in database.path.parent.rglob("*"):
        if path.is_file():
            assert b"secret" not in path.read_bytes()
            assert path.stat().st_mode & 0o077 == 0
    route = json.loads(database.one("SELECT data FROM performance_events WHERE data LIKE '%load-balance%' AND id > 5"))
    assert route["selected_agent"] == route["alternatives_considered"][0]["agent_id"] == registered.agent_id
    own = json.loads(database.one("SELECT data FROM performance_events WHERE type = 'own'"))
    assert own["provider"] == "open"
    assert database.one("SELECT count(*) FROM performance_events WHERE is_anonymized = 0") == 0


def test_two_loggers_hash_with_one_key_and_two_databases_with_two(tmp_path: Path, clock: FrozenClock) -> None:
    hashes = []
    for folder in ("one", "one", "two"):
        database = Database(tmp_path / folder / "archive.db")
        with TrajectoryLogger.open(database.path, clock=clock, anonymize=True) as log:
            log.performance.record_agent_registration("a")
            assert log.flush()
        hashes.append([row[0] for row in database.ask("SELECT agent_id FROM agents")])
    assert hashes[0] == hashes[1] != hashes[2]


def test_no_text_is_kept_where_the_settings_keep_none(database: Database, clock: FrozenClock) -> None:
    with TrajectoryLogger.open(database.path, clock=clock, environment={"PPP_TUI_DATABASE__TEXT": "none"}) as log:
        log.performance.record_routing_decision("T", "a", **ROUTE, rationale="private")
        nested = {"deep": [{"note": "private", "task_id": "T"}, "private", 4], "inner": {"note": "private", "ok": True}}
        log.performance.record_event("own", {"agent_id": "a", "note": "private", "count": 3, **nested})
        assert log.flush()
    route, own = (json.loads(row[0]) for row in database.ask("SELECT data FROM performance_events ORDER BY id"))
    assert (route["rationale"], route["selected_agent"]) == ("", "a")
    cleared = {"deep": [{"note": "", "task_id": "T"}, "", 4], "inner": {"note": "", "ok": True}}
    assert own == {"agent_id": "a", "note": "", "count": 3, **cleared}


def test_key_names_that_look_like_names_are_left_alone() -> None:
    data = {"agent_id": "a", "provider": "p", "task_type": "fix", "identity": "i", "criteria_scores": {"reason": 0.5}}
    hashed = anonymize(data, b"k" * 32)
    assert {name: value for name, value in hashed.items() if value != data[name]} == {"agent_id": hashed["agent_id"]}


def test_registry_keeps_what_was_said_last_and_finds_by_capability_and_status(
    log: TrajectoryLogger, clock: FrozenClock
) -> None:
    recorder = log.performance
    recorder.record_agent_registration("a", ["plan"], baseline_metrics={"latency_ms": 5, "reliability": 0.5})
    recorder.record_agent_status_change("a", "busy")
    recorder.record_task_performance("b", "fix", success=True)
    clock.at_ms += 1000
    recorder.record_agent_registration("a", ["plan", "review"], agent_version="2")
    recorder.record_agent_status_change("a", "offline", reason="done")
    assert log.flush()
    agent = recorder.agent("a")
    assert agent is not None
    assert (agent.capabilities, agent.agent_version, agent.baselines.latency_ms) == (("plan", "review"), "2", None)
    assert (agent.status, agent.status_reason, agent.first_at, agent.last_at) == (
        "offline",
        "done",
        NOW_MS,
        NOW_MS + 1000,
    )
    assert [found.agent_id for found in recorder.agents()] == ["a", "b"]
    assert [found.agent_id for found in recorder.agents("review")] == ["a"]
    assert [found.agent_id for found in recorder.agents(status="busy")] == []
    seen = recorder.agent("b")
    assert seen is not None
    assert (seen.registered_at, seen.status) == (None, "")


def test_agents_of_trajectories_register_themselves_once(database: Database, log: TrajectoryLogger) -> None:
    log.start("S", "claude").finish()
    log.start("S", "claude").finish()
    assert log.flush()
    assert database.ask("SELECT agent_id, registered_at FROM agents") == [("claude", None)]


def test_events_survive_the_kill_of_their_program(database: Database) -> None:
    code = (
        "import os, signal, sys\n"
        "from ppp_tui import TrajectoryLogger\n"
        "log = TrajectoryLogger.open(sys.argv[1], environment={})\n"
        "for number in range(50):\n"
        "    log.performance.record_task_performance('a', str(number), success=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    process = program(code, database.path)
    process.communicate(timeout=60)
    database.carry()
    assert database.one("SELECT count(*), count(DISTINCT task_type) FROM performance_events") == (50, 50)


def test_journal_entry_without_an_object_is_refused_and_the_rest_kept(
    database: Database, log: TrajectoryLogger
) -> None:
    from ppp_tui.store.logged.entries import encode

    log.performance.record_task_performance("a", "fix", success=True)
    log._sink.put(encode(("performed", "", NOW_MS, 0, "task-execution", "[1]", (), False)))
    log._sink.put(encode(("performed", "", NOW_MS, 0, "task-execution", "{", (), False)))
    log.performance.record_task_performance("b", "fix", success=True)
    assert log.flush()
    assert database.ask("SELECT agent_id FROM performance_events ORDER BY id") == [("a",), ("b",)]
    assert log.health.refused == 2


def test_hostile_journal_values_become_unknown_not_errors(database: Database, log: TrajectoryLogger) -> None:
    from ppp_tui.store.logged.entries import encode

    data = json.dumps({"agent_id": 5, "outcome": {"success": "yes", "quality_score": 1e300, "tokens_consumed": [1]}})
    log._sink.put(encode(("performed", "", NOW_MS, 0, "task-execution", data, (), False)))
    assert log.flush()
    columns = "agent_id, success, quality, tokens"
    assert database.ask(f"SELECT {columns} FROM performance_events") == [("", None, None, None)]


def test_disabled_logger_records_nothing_and_makes_no_file(tmp_path: Path) -> None:
    with TrajectoryLogger.open(tmp_path / "d" / "a.db", enabled=False, anonymize=True) as log:
        log.performance.record_task_performance("a", "fix", success=True)
        assert log.performance.agents() == []
    assert list(tmp_path.iterdir()) == []


def test_recording_can_be_awaited_and_goes_on_in_a_forked_child(database: Database, log: TrajectoryLogger) -> None:
    async def record() -> None:
        await log.performance.record_task_performance("parent", "fix", success=True)

    asyncio.run(record())
    child = os.fork()
    if not child:
        log.performance.record_task_performance("child", "fix", success=True)
        log.flush()
        os._exit(0)
    os.waitpid(child, 0)
    assert log.flush()
    database.carry()
    assert {row[0] for row in database.ask("SELECT agent_id FROM performance_events")} == {"parent", "child"}


def test_database_before_events_gets_its_agents_by_the_step(tmp_path: Path) -> None:
    from ppp_tui.store.migrate import _apply, steps

    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    place = [step.name.endswith("_performance") for step in steps()].index(True)
    for step in steps()[:place]:
        _apply(connection, step)
    connection.execute("INSERT INTO trajectories (spec_id, agent_name) VALUES ('', 'codex'), ('', 'unknown')")
    _apply(connection, steps()[place])
    assert connection.execute("SELECT agent_id FROM agents").fetchall() == [("codex",)]
    connection.close()


def test_training_data_are_the_committed_events_since_a_time_in_order(
    database: Database, log: TrajectoryLogger, clock: FrozenClock
) -> None:
    assert database.path.parent.exists()
    log.performance.record_task_performance("a", "fix", success=True)
    clock.at_ms += 86_400_000
    log.performance.record_event("own", {"x": [1, None]})
    assert log.flush()
    events = list(log.performance.export_training_data())
    assert [(event["type"], event["timestamp"]) for event in events] == [
        ("task-execution", "2026-11-20T12:00:00.000Z"),
        ("own", "2026-11-21T12:00:00.000Z"),
    ]
    assert events[1]["data"] == {"x": [1, None]}
    assert list(log.performance.export_training_data("2026-11-21")) == events[1:]
    assert list(log.performance.export_training_data("1h")) == events[1:]
    with pytest.raises(ValueError, match="sometime"):
        log.performance.export_training_data("sometime")


def test_stats_count_both_shapes_of_an_execution_and_name_their_span(log: TrajectoryLogger, clock: FrozenClock) -> None:
    recorder = log.performance
    assert recorder.get_stats() == PerformanceStats(0, 0, 0, None, None, None, None)
    recorder.record_task_performance("a", "fix", success=True, latency_ms=100, agent_version="1")
    execution = recorder.start_task_execution("T", "a", agent_version="2")
    recorder.complete_task_execution(execution, {"success": False, "completion_time_ms": 300})
    clock.at_ms += 1000
    recorder.record_routing_decision("T", "a", **ROUTE)
    recorder.record_evaluation_outcome("T", {"passed": True, "score": 1})
    assert log.flush()
    assert recorder.get_stats() == PerformanceStats(
        total_routing_decisions=1,
        total_task_executions=2,
        total_evaluation_outcomes=1,
        average_completion_time_ms=200.0,
        overall_success_rate=0.5,
        collection_started_at="2026-11-20T12:00:00.000Z",
        last_updated_at="2026-11-20T12:00:01.000Z",
    )
    assert [(stats.name, stats.success_rate) for stats in recorder.get_stats_by_version()] == [
        ("a 1", 1.0),
        ("a 2", 0.0),
    ]


def test_captured_logger_has_nothing_to_read() -> None:
    with capture() as captured:
        recorder = captured.log.performance
        recorder.record_agent_registration("a")
        assert (recorder.agents(), list(recorder.export_training_data()), recorder.get_stats_by_version()) == (
            [],
            [],
            [],
        )


def test_declared_identifier_is_hashed_whatever_its_type_and_wherever_it_lies() -> None:
    data = {"customer": 17, "deep": [{"customer": ["ann", 5], "count": 17}], "nobody": None}
    hashed = anonymize(data, b"k" * 32, ["customer", "nobody"])
    [inner] = hashed["deep"]
    assert hashed["customer"] == anonymize({"customer": "17"}, b"k" * 32, ["customer"])["customer"] != 17
    assert inner["count"] == 17
    assert [type(part) for part in inner["customer"]] == [str, str]
    assert "ann" not in str(hashed)
    assert hashed["nobody"] is None


def test_same_name_has_another_hash_under_another_key_and_none_stays_none() -> None:
    one, two = (anonymize({"agent_id": "a", "task_id": ""}, key * 32) for key in (b"1", b"2"))
    assert one["agent_id"] != two["agent_id"]
    assert one["task_id"] == two["task_id"] == ""


def test_what_cannot_be_completed_or_declared_is_refused(log: TrajectoryLogger) -> None:
    with pytest.raises(TypeError, match="execution"):
        log.performance.complete_task_execution("T", {"success": True})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="identifiers"):
        log.performance.record_event("own", {"customer": "a"}, identifiers="customer")
    with pytest.raises(ValueError, match="identifiers"):
        log.performance.record_event("task-execution", {"agent_id": "a"}, identifiers=["agent_id"])
