"""A session as JSON lines: the names that programs rely on, and the values behind them."""

from __future__ import annotations

import json
from typing import Any

from ppp_tui.export import export_trajectory
from tests.query.database_fixture import Database

TURN = (1 << 20) + 1
SHOP = {"project": "/home/ann/shop", "repository": "/home/ann/shop", "suffix": ""}
SPEND = {
    "tokens": {"input": 0, "output": 0, "cache_read": 0, "cache_write": 0},
    "cost_micros": 0,
    "requests": 0,
    "unpriced_requests": 0,
    "is_lower_bound": False,
    "stated_tokens": 0,
}
EFFORTS = {"low": 0, "medium": 0, "high": 0}


def lines(database: Database) -> list[dict[str, Any]]:
    written = list(export_trajectory(database.path, 1, "jsonl"))
    assert all(line.endswith("\n") and line.count("\n") == 1 and line.isascii() for line in written)
    return [json.loads(line) for line in written]


FULL = {"context_tokens": None, "context_window": None, "is_window_inferred": False}


def test_every_line_has_its_names_and_values(database: Database) -> None:
    database.put("source_files", id=5, source="claude_code", path="/s/one.jsonl")
    database.session(
        1,
        {"turns": 1, "last_turn_number": 1, "tree_cost_micros": 9, "context_tokens": 7},
        file_id=5,
        title="Login",
    )
    database.turn(
        1, 1, prompt="Add \x1b[31m\nlogin 你", response="Done.", ended_at="2026-11-20 11:00:02.000", latency_ms=2000
    )
    database.step(1, 1, 1, started_at="2026-11-20 11:00:01.000", exit_code=0, duration_ms=5, input_preview="ls")
    database.question(
        1,
        1,
        1,
        "Which?",
        options='["a", "b"]',
        asked_at="2026-11-20 11:00:01.500",
        answered_at="2026-11-20 11:00:09.000",
        answer="a",
        answer_status="given",
    )
    database.put(
        "trajectory_violations",
        id=(TURN << 20) + 1,
        turn_id=TURN,
        preference_name="concise",
        expected="1",
        actual="3",
        severity="minor",
        method="stated",
    )
    database.usage(1, 1, 1, "2026-11-20 11:00:01.900", 5, reasoning_tokens=2)
    found = lines(database)
    assert found == [
        {
            "type": "session",
            "id": 1,
            "agent_name": "claude",
            "agent_version": "",
            "agent_role": "",
            "source": "claude_code",
            "path": "/s/one.jsonl",
            "native_id": "native-1",
            "parent_id": None,
            "title": "Login",
            **SHOP,
            "branch": "",
            "model": "",
            "spec_id": "",
            "run_id": "",
            "stage": "",
            "started_at": "2026-11-20 10:00:00.000",
            "last_at": "2026-11-20 12:00:00.000",
            "turns": 1,
            "steps": 0,
            "failed_steps": 0,
            "retries": 0,
            "efforts": EFFORTS,
            "violations": 0,
            "own": SPEND,
            "tree": {**SPEND, "cost_micros": 9},
            "children": 0,
            **FULL,
            "context_tokens": 7,
        },
        {
            "type": "turn",
            "id": TURN,
            "number": 1,
            "status": "completed",
            "origin": "typed",
            "started_at": "2026-11-20 11:00:00.000",
            "ended_at": "2026-11-20 11:00:02.000",
            "wall_ms": 2000,
            "first_token_ms": None,
            "spend": SPEND,
            "steps": 0,
            "failed_steps": 0,
            "retries": 0,
            "efforts": EFFORTS,
            "violations": 0,
            "is_rolled_back": False,
            "is_copy": False,
            **FULL,
            "prompt": "Add \x1b[31m\nlogin 你",
            "response": "Done.",
        },
        {
            "type": "step",
            "id": (TURN << 20) + 1,
            "turn_number": 1,
            "number": 1,
            "key": "call1",
            "kind": "shell",
            "tool": "Bash",
            "target": "ls",
            "status": "ok",
            "exit_code": 0,
            "started_at": "2026-11-20 11:00:01.000",
            "ended_at": None,
            "duration_ms": 5,
            "input_preview": "ls",
            "output_preview": "",
            "input_length": 0,
            "output_length": 0,
            "input_offset": 0,
            "input_bytes": 0,
            "output_offset": 0,
            "output_bytes": 0,
            "text_start": None,
            "text_end": None,
            "child_id": None,
        },
        {
            "type": "question",
            "id": (TURN << 20) + 1,
            "turn_number": 1,
            "text": "Which?",
            "effort": "low",
            "method": "",
            "rule": "",
            "source": "stated",
            "options": ["a", "b"],
            "asked_at": "2026-11-20 11:00:01.500",
            "answered_at": "2026-11-20 11:00:09.000",
            "text_start": None,
            "text_end": None,
            "answer": "a",
            "answer_status": "given",
        },
        {
            "type": "violation",
            "id": (TURN << 20) + 1,
            "turn_number": 1,
            "preference_name": "concise",
            "expected": "1",
            "actual": "3",
            "severity": "minor",
            "method": "stated",
        },
        {
            "type": "usage",
            "id": (TURN << 20) + 1,
            "turn_number": 1,
            "at": "2026-11-20 11:00:01.900",
            "model": "m1",
            "tokens": {"input": 100, "output": 5, "cache_read": 0, "cache_write": 0},
            "reasoning_tokens": 2,
            "cost_micros": None,
            "is_lower_bound": False,
            "is_counted": True,
            "stop_reason": "",
            "speed": "",
        },
    ]


def test_lines_follow_the_session(database: Database) -> None:
    database.session(1)
    for number in (1, 2, 150):
        database.turn(1, number)
        database.step(1, number, 1)
    assert [(line["type"], line.get("turn_number", line.get("number"))) for line in lines(database)] == [
        ("session", None),
        ("turn", 1),
        ("step", 1),
        ("turn", 2),
        ("step", 2),
        ("turn", 150),
        ("step", 150),
    ]


def test_a_time_that_is_not_known_is_null(database: Database) -> None:
    database.session(1, {"last_at": None}, created_at="1970-01-01 00:00:00.000")
    [session] = lines(database)
    assert (session["started_at"], session["last_at"]) == (None, None)


def test_decisions_and_signals_follow_their_turn_under_the_documents_names(database: Database) -> None:
    database.session(1)
    database.turn(1, 1)
    common = {"step_number": 3, "recorded_at": "2026-11-20 11:00:01.000", "metadata": '{"tries": 2}'}
    database.put(
        "agent_decisions",
        decision_id=(TURN << 20) + 5,
        decision_type="tool_selection",
        selected="web",
        reason_code="fresh_data_required",
        confidence=0.5,
        **common,
    )
    database.put(
        "agent_quality_signals",
        signal_id=(TURN << 20) + 6,
        signal_type="tool_failure",
        signal_code="timeout",
        value=1,
        source="derived",
        rules=1,
        **common,
    )
    turn, decision, signal = lines(database)[1:]
    assert turn["type"] == "turn"
    shared = {"turn_number": 1, "step_number": 3, "at": "2026-11-20 11:00:01.000", "metadata": {"tries": 2}}
    assert decision == {
        "type": "decision",
        "id": (TURN << 20) + 5,
        "decision_type": "tool_selection",
        "selected": "web",
        "reason_code": "fresh_data_required",
        "confidence": 0.5,
        "source": "stated",
        **shared,
    }
    assert signal == {
        "type": "signal",
        "id": (TURN << 20) + 6,
        "signal_type": "tool_failure",
        "signal_code": "timeout",
        "value": True,
        "weight": None,
        "source": "derived",
        **shared,
    }
