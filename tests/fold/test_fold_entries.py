"""Logged entries are the events that session files have: calls, failed requests, condensed windows, tokens, facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ppp_tui.fold.entries import fact_events, step_events, usage_events
from ppp_tui.model import event as e
from ppp_tui.store.logged.entries import Started, StepLogged, UsageLogged

AT = 1_795_176_000_000


def step(kind: str, target: str, status: str = "ok", **more: Any) -> StepLogged:
    given = {"tool": "", "key": "", "exit_code": None, "duration_ms": None, "input": "", "output": "", **more}
    return StepLogged(
        trajectory="t",
        at=AT,
        number=1,
        step=kind,  # type: ignore[arg-type]
        tool=given.pop("tool"),
        target=target,
        status=status,  # type: ignore[arg-type]
        **given,
    )


def test_a_command_that_is_over_begins_and_ends_with_its_whole_output() -> None:
    began, ended = step_events(
        step("shell", "pytest -q", "failed", exit_code=1, duration_ms=700, output="x" * 400), "k", is_open=False
    )
    assert isinstance(began, e.ToolCallStarted)
    assert isinstance(ended, e.ToolCallFinished)
    assert (began.at, began.key, began.command, began.paths) == (AT - 700, "k", "pytest -q", ())
    assert (ended.at, ended.status, ended.exit_code, len(ended.output), len(ended.output_preview)) == (
        AT,
        "failed",
        1,
        400,
        300,
    )


@pytest.mark.parametrize(
    ("kind", "status", "is_open", "names"),
    [
        ("shell", "running", False, ["ToolCallStarted"]),
        ("shell", "running", True, ["ToolCallStarted"]),
        ("shell", "ok", True, ["ToolCallFinished"]),
        ("edit", "ok", False, ["ToolCallStarted", "ToolCallFinished"]),
        ("compaction", "ok", False, ["Compacted"]),
        ("error", "failed", False, ["RequestFailed"]),
    ],
)
def test_a_step_is_told_by_as_many_events_as_it_has_moments(
    kind: str, status: str, is_open: bool, names: list[str]
) -> None:
    assert [type(event).__name__ for event in step_events(step(kind, "a", status), "k", is_open=is_open)] == names


@pytest.mark.parametrize(("kind", "paths"), [("read", ("a.py",)), ("edit", ("a.py",)), ("search", ())])
def test_the_target_of_a_read_or_an_edit_is_its_file(kind: str, paths: tuple[str, ...]) -> None:
    began = step_events(step(kind, "a.py"), "k", is_open=False)[0]
    assert isinstance(began, e.ToolCallStarted)
    assert began.paths == paths


@pytest.mark.parametrize(
    ("given", "kind", "status"),
    [
        ({"target": "Slow down", "exit_code": 429}, "rate_limit", 429),
        ({"target": "HTTP 529: overloaded"}, "overloaded", 529),
        ({"target": "Slow down", "tool": "rate_limit"}, "rate_limit", None),
        ({"target": "", "output": "Error 413: too large"}, "context", 413),
        ({"target": "connection reset", "exit_code": 1}, "network", None),
        ({"target": "took 4291 ms"}, "error", None),
    ],
)
def test_a_failed_request_is_known_by_its_status_its_name_or_its_words(
    given: dict[str, Any], kind: str, status: int | None
) -> None:
    [event] = step_events(step("error", status="failed", **given), "k", is_open=False)
    assert isinstance(event, e.RequestFailed)
    assert (event.kind, event.status_code, event.message) == (kind, status, given["target"] or given["output"])


def test_all_that_a_request_read_fills_the_window() -> None:
    def used(fresh: int, read: int, written: int) -> Sequence[e.Event]:
        return usage_events(
            UsageLogged(
                trajectory="t",
                at=AT,
                number=1,
                model="m",
                input_tokens=fresh,
                output_tokens=5,
                reasoning_tokens=None,
                cache_read_tokens=read,
                cache_write_tokens=written,
                cost_micros=None,
            )
        )

    assert used(10, 1000, 50) == [e.ContextMeasured(AT, 1060)]
    assert used(0, 0, 0) == []


def test_what_a_trajectory_was_started_with_are_facts() -> None:
    events = fact_events(
        Started(
            trajectory="t",
            at=AT,
            number=0,
            spec_id="S",
            agent_name="me",
            run_id=None,
            stage="",
            attempt=1,
            parent="",
            path="",
            project="/p",
            title="",
            model="m",
            pid=7,
        )
    )
    assert [event[1:] for event in events] == [
        ("spec_id", "S"),
        ("agent_name", "me"),
        ("project", "/p"),
        ("model", "m"),
        ("pid", "7"),
    ]
