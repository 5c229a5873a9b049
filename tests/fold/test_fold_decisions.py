"""Decisions and signals that follow from what an agent did: literal events in, rows out."""

from __future__ import annotations

import pytest

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.model import event as e
from ppp_tui.model.activity import DecisionRow, SignalRow
from ppp_tui.model.event import Event, Ref
from ppp_tui.model.event_values import ErrorKind, StepKind, StepStatus
from tests.fold.test_fold_events import FlatPricing

T0 = 1_795_168_800_000
R = Ref(0, 10)
BEGIN: tuple[Event, ...] = (e.TurnStarted(T0, R, "k1", "Mend the pay page"),)


def begin_call(key: str, kind: StepKind, tool: str, target: str = "", paths: tuple[str, ...] = ()) -> Event:
    return e.ToolCallStarted(
        at=T0 + 1000, ref=R, key=key, kind=kind, tool=tool, target=target, input_preview=target, paths=paths
    )


def end_call(key: str, status: StepStatus = "ok", output: str = "", exit_code: int | None = None) -> Event:
    return e.ToolCallFinished(
        at=T0 + 2000,
        ref=R,
        key=key,
        status=status,
        exit_code=exit_code,
        output_preview=output,
        output_length=len(output),
        output=output,
    )


def call(
    key: str, kind: StepKind, tool: str, target: str = "x", status: StepStatus = "ok", output: str = "y"
) -> list[Event]:
    return [begin_call(key, kind, tool, target), end_call(key, status, output)]


def fail(attempt: int, kind: ErrorKind = "overloaded", **more: object) -> Event:
    return e.RequestFailed(T0 + attempt, R, kind, "no", attempt=attempt, **more)  # type: ignore[arg-type]


def fold(*events: Event) -> tuple[list[DecisionRow], list[SignalRow]]:
    [rows] = FileFold(b"", FoldOptions(FlatPricing())).fold([*BEGIN, *events])
    return rows.work.decisions, rows.work.signals


def signals(*events: Event) -> list[tuple[int | None, str, str, int]]:
    return [(row.step_number, row.signal_type, row.signal_code, row.value) for row in fold(*events)[1]]


def decisions(*events: Event) -> list[tuple[int | None, str, str, str]]:
    return [(row.step_number, row.decision_type, row.selected, row.reason_code) for row in fold(*events)[0]]


def test_a_call_that_goes_well_succeeds_at_the_first_attempt() -> None:
    assert signals(*call("a", "read", "Read")) == [(1, "tool_success", "first_attempt", 1)]


def test_a_failed_call_has_a_failure_only_if_its_words_are_known() -> None:
    assert signals(*call("a", "mcp", "click", status="failed", output="timed out")) == [
        (1, "tool_success", "first_attempt", 0),
        (1, "tool_failure", "timeout", 1),
    ]
    assert signals(*call("a", "mcp", "click", status="failed", output="oops")) == [
        (1, "tool_success", "first_attempt", 0)
    ]


@pytest.mark.parametrize("status", ["denied", "cancelled", "unknown", "running"])
def test_a_call_that_did_not_come_to_its_end_tells_nothing(status: StepStatus) -> None:
    assert signals(*call("a", "shell", "Bash", status=status)) == []


@pytest.mark.parametrize("kind", ["ask", "plan"])
def test_asking_and_planning_are_no_tools(kind: StepKind) -> None:
    assert signals(*call("a", kind, "Ask")) == []


def test_the_same_call_again_is_a_retry() -> None:
    events = [*call("a", "mcp", "click", status="failed"), *call("b", "mcp", "click")]
    assert signals(*events) == [
        (1, "tool_success", "first_attempt", 0),
        (2, "tool_success", "after_retry", 1),
        (None, "retry_occurred", "single_retry", 1),
    ]


def test_another_tool_for_the_same_target_is_a_fallback() -> None:
    events = [*call("a", "web", "WebFetch", "a.html", "failed"), *call("b", "mcp", "browse", "a.html")]
    assert signals(*events) == [
        (1, "tool_success", "first_attempt", 0),
        (2, "tool_success", "fallback_used", 1),
    ]


def test_another_target_is_a_first_attempt() -> None:
    events = [*call("a", "web", "WebFetch", "a.html", "failed"), *call("b", "web", "WebFetch", "b.html")]
    assert [code for _, _, code, _ in signals(*events)] == ["first_attempt", "first_attempt"]


def test_a_command_whose_tests_failed_did_what_it_was_to_do() -> None:
    began = e.ToolCallStarted(T0, R, "a", "shell", "Bash", "pytest", "pytest", command="pytest")
    output = "FAILED test_a.py::test_pay - refused\n1 failed, 3 passed in 0.20s\n"
    assert signals(began, end_call("a", "failed", output, 1)) == [(1, "tool_success", "first_attempt", 1)]


def test_a_search_tells_whether_it_was_empty() -> None:
    assert signals(*call("a", "search", "Grep", output="No matches found"))[1:] == [
        (1, "empty_retrieval", "no_results", 1)
    ]
    assert signals(*call("a", "search", "Grep", output="a.py"))[1:] == [(1, "empty_retrieval", "no_results", 0)]


def test_a_shell_search_without_hits_is_no_failure() -> None:
    events = [begin_call("a", "shell", "Bash", "rg nothing src"), end_call("a", "failed", "", 1)]
    assert signals(*events) == [(1, "tool_success", "first_attempt", 1), (1, "empty_retrieval", "no_results", 1)]


def test_a_shell_search_without_hits_may_be_told_as_a_success() -> None:
    events = [begin_call("a", "shell", "Bash", "rg nothing src"), end_call("a", "ok", "", 1)]
    assert signals(*events) == [(1, "tool_success", "first_attempt", 1), (1, "empty_retrieval", "no_results", 1)]


def test_the_web_is_chosen_for_fresh_data_once() -> None:
    told_again = [begin_call("a", "web", "Web Search"), begin_call("a", "web", "Web Search", "more")]
    assert decisions(*told_again, end_call("a")) == [(1, "tool_selection", "Web_Search", "fresh_data_required")]


def test_sub_agents_are_parallel_only_beside_one_that_works() -> None:
    parallel = [begin_call("a", "subagent", "Task"), begin_call("b", "subagent", "Task")]
    assert decisions(*parallel) == [(2, "orchestration_path", "Task", "parallel_preferred")]
    assert decisions(*call("a", "subagent", "Task"), *call("b", "subagent", "Task")) == []


def test_a_permission_mode_is_decided_on_when_it_changes() -> None:
    modes = [e.ModeStated(T0, mode) for mode in ("default", "default", "accept Edits")]
    assert decisions(modes[0], modes[1]) == [(None, "orchestration_path", "default", "conditional_branch")]
    next_turn = e.TurnStarted(T0 + 60_000, R, "k2", "Go on")
    assert decisions(modes[0], next_turn, modes[2])[1:] == [
        (None, "orchestration_path", "accept_Edits", "conditional_branch")
    ]
    assert decisions(e.ModeStated(T0, "plan")) == [(None, "orchestration_path", "plan", "sequential_required")]


def test_a_mode_before_the_first_prompt_makes_no_turn() -> None:
    fold_of_file = FileFold(b"", FoldOptions(FlatPricing()))
    [rows] = fold_of_file.fold([e.ModeStated(T0, "never"), *BEGIN, e.ModeStated(T0, "never")])
    assert [row.turn_number for row in rows.turns] == [1]
    assert [row.selected for row in rows.work.decisions] == ["never"]


def test_a_failed_request_is_decided_on_once_and_told_when_it_is_over() -> None:
    events = [fail(1, wait_ms=500), fail(2, wait_ms=900), e.AssistantMessage(T0 + 9000, R, "Done")]
    assert decisions(*events) == [(None, "retry_strategy", "retry", "backoff_required")]
    assert signals(*events) == [(None, "retry_occurred", "multiple_retries", 1)]


def test_a_request_that_is_given_up_after_retries_has_used_up_its_budget() -> None:
    events = [fail(1, "rate_limit"), fail(2, "rate_limit", max_attempts=2, is_final=True)]
    assert decisions(*events) == [
        (None, "retry_strategy", "retry", "rate_limit_encountered"),
        (None, "retry_strategy", "give_up", "retry_budget_exhausted"),
    ]
    assert signals(*events) == [(None, "retry_occurred", "max_retries_reached", 1)]


def test_another_model_is_a_fallback_path() -> None:
    assert decisions(fail(1, "model_fallback", fallback_model="haiku (fast)"))[1:] == [
        (None, "orchestration_path", "haiku_fast_", "fallback_path")
    ]


def test_reading_in_pieces_gives_the_same_rows() -> None:
    events: list[Event] = [
        *BEGIN,
        *call("a", "mcp", "click", status="failed", output="timed out"),
        *call("b", "search", "Grep", output="No matches found"),
        fail(1),
        fail(2),
        *call("c", "mcp", "click"),
        e.TurnStarted(T0 + 60_000, R, "k2", "Go on"),
        *call("d", "web", "WebFetch", status="failed"),
        e.TurnEnded(T0 + 70_000, "completed"),
    ]
    [whole] = FileFold(b"", FoldOptions(FlatPricing())).fold(events)
    pieces: dict[tuple[str, int, int], tuple[object, ...]] = {}
    state = b""
    for event in events:
        fold_of_one = FileFold(state, FoldOptions(FlatPricing()))
        for rows in fold_of_one.fold([event]):
            pieces |= {("d", *row[:2]): row for row in rows.work.decisions}
            pieces |= {("s", *row[:2]): row for row in rows.work.signals}
        state = fold_of_one.state()
    at_once = {("d", *row[:2]): row for row in whole.work.decisions} | {
        ("s", *row[:2]): row for row in whole.work.signals
    }
    assert pieces == at_once
    assert len(at_once) == 11
