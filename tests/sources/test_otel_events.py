"""Log events of Claude Code, Codex, Gemini CLI and Qwen Code as our events."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.event import (
    AgentWaiting,
    AssistantMessage,
    Compacted,
    ContextMeasured,
    MetadataLearned,
    PromptAdded,
    RequestFailed,
    RequestMeasured,
    SystemNotice,
    ToolCallFinished,
    ToolCallStarted,
    TurnStarted,
)
from ppp_tui.model.sent_event import CallTraced, CallWaited
from ppp_tui.sources.otel import SOURCE
from tests.sources.otel_lines import AT_MS, events_of, parsed, sent_log, sent_span
from tests.sources.parsed_lines import content

REQUEST = sent_log(
    "api_request",
    5,
    **{
        "prompt.id": "p1",
        "model": "claude-opus-5",
        "request_id": "req_1",
        "cost_usd": "0.0125",
        "input_tokens": "10",
        "output_tokens": "20",
        "cache_read_tokens": "300",
        "cache_creation_tokens": "40",
        "query_source": "repl_main_thread",
    },
)


def test_claude_prompt_opens_the_turn_of_its_id_once() -> None:
    prompt = sent_log("user_prompt", **{"prompt.id": "p1", "prompt": "Fix it", "prompt_length": 6})
    (turn,) = events_of(TurnStarted, prompt, REQUEST)
    assert (turn.at, turn.key, turn.prompt, turn.origin) == (AT_MS, "p1", "Fix it", "typed")


@pytest.mark.parametrize(
    ("agent", "service", "name", "attributes", "shown"),
    [
        (
            "claude_code",
            "claude-code",
            "user_prompt",
            {"prompt": "<REDACTED>", "prompt_length": "6"},
            "(6 characters, redacted by OTEL_LOG_USER_PROMPTS)",
        ),
        ("claude_code", "claude-code", "user_prompt", {}, "(redacted by OTEL_LOG_USER_PROMPTS)"),
        (
            "codex",
            "codex_cli_rs",
            "codex.user_prompt",
            {"prompt": "[REDACTED]", "prompt_length": 9},
            "(9 characters, redacted by otel.log_user_prompt)",
        ),
        (
            "gemini_cli",
            "gemini-cli",
            "gemini_cli.user_prompt",
            {"prompt_length": 4},
            "(4 characters, redacted by telemetry.logPrompts)",
        ),
    ],
)
def test_text_that_is_not_sent_is_named(
    agent: str, service: str, name: str, attributes: dict[str, Any], shown: str
) -> None:
    (turn,) = events_of(TurnStarted, sent_log(name, service=service, **attributes), agent=agent)
    assert turn.prompt == shown


def test_prompt_that_comes_after_its_request_is_added_to_the_turn() -> None:
    prompt = sent_log("user_prompt", 6, **{"prompt.id": "p1", "prompt": "Fix it"})
    chunk = parsed(REQUEST, prompt)
    assert [event.text for event in chunk.events if isinstance(event, PromptAdded)] == ["Fix it"]


def test_claude_request_has_disjoint_tokens_and_the_reported_cost() -> None:
    (request,) = events_of(RequestMeasured, REQUEST)
    assert (request.key, request.model, request.at) == ("req_1", "claude-opus-5", AT_MS + 5000)
    assert (request.input_tokens, request.output_tokens) == (10, 20)
    assert (request.cache_read_tokens, request.cache_write_5m_tokens) == (300, 40)
    assert request.reported_micros == 12_500
    assert events_of(ContextMeasured, REQUEST)[0].used_tokens == 350


def test_request_of_the_program_itself_says_nothing_of_the_window() -> None:
    title = sent_log("api_request", input_tokens=5, output_tokens=1, query_source="generate_session_title")
    assert events_of(ContextMeasured, title) == []
    assert len(events_of(RequestMeasured, title)) == 1


@pytest.mark.parametrize("is_log_first", [True, False])
def test_span_and_log_of_one_request_are_merged(is_log_first: bool) -> None:
    span = sent_span(
        "claude_code.llm_request",
        3,
        2000,
        request_id="req_1",
        ttft_ms=800,
        input_tokens=10,
        output_tokens=20,
        cache_read_tokens=300,
        cache_creation_tokens=40,
        stop_reason="end_turn",
    )
    *_, last = events_of(RequestMeasured, *((REQUEST, span) if is_log_first else (span, REQUEST)))
    assert (last.key, last.input_tokens, last.stop_reason, last.first_token_ms, last.reported_micros) == (
        "req_1",
        10,
        "end_turn",
        800,
        12_500,
    )


def test_spans_of_an_agent_whose_logs_are_read_open_no_turns_and_count_nothing() -> None:
    interaction = sent_span("claude_code.interaction", user_prompt="<REDACTED>")
    request = sent_span("claude_code.llm_request", request_id="req_9", input_tokens=10, output_tokens=20)
    assert parsed(interaction, request).events == [CallTraced(AT_MS, "cc" * 16, "aa", "", "")]


def test_attempts_of_a_request_before_its_last_one_failed() -> None:
    span = sent_span("claude_code.llm_request", request_id="req_9", model="claude-opus-5", output_tokens=1)
    times = [(AT_MS + second * 1000) * 1_000_000 for second in (0, 2, 5)]
    span["events"] = [
        {"name": "gen_ai.request.attempt", "at_ns": at, "attributes": {"attempt": number}}
        for number, at in enumerate(times, 1)
    ]
    failures = events_of(RequestFailed, span)
    assert [(it.at - AT_MS, it.attempt, it.is_final, it.kind) for it in failures] == [
        (0, 1, False, "error"),
        (2000, 2, False, "error"),
    ]


def test_program_that_was_left_without_a_prompt_is_no_session() -> None:
    assert parsed(sent_log("plugin_loaded"), sent_log("managed_settings_resolved")).events == []


def test_written_cache_is_split_by_its_lifetime_where_that_is_told() -> None:
    log = sent_log("api_request", output_tokens=1, cache_creation_tokens=100, cache_creation_1h_tokens=30)
    (request,) = events_of(RequestMeasured, log)
    assert (request.cache_write_5m_tokens, request.cache_write_1h_tokens) == (70, 30)


def test_codex_time_to_the_first_token_is_that_of_the_first_request_of_the_turn() -> None:
    done = {"event.kind": "response.completed", "input_token_count": 1, "output_token_count": 1}
    logs = [sent_log("codex.turn_ttft", duration_ms="127"), sent_log("codex.sse_event", 1, **done)]
    requests = events_of(RequestMeasured, *logs, sent_log("codex.sse_event", 2, **done), agent="codex")
    assert [request.first_token_ms for request in requests] == [127, None]


def test_codex_command_that_ended_with_another_code_failed() -> None:
    result = sent_log(
        "codex.tool_result", call_id="c", success="true", output="Wall time: 1\nProcess exited with code 2\n"
    )
    (finished,) = events_of(ToolCallFinished, result, agent="codex")
    assert (finished.status, finished.exit_code) == ("failed", 2)


def test_gemini_prompt_number_that_begins_again_is_another_turn() -> None:
    prompts = [sent_log("gemini_cli.user_prompt", second, prompt_id="s########0", prompt="Hi") for second in (0, 9)]
    assert len(events_of(TurnStarted, *prompts, agent="gemini_cli")) == 2


def test_claude_error_is_a_failure_that_was_given_up() -> None:
    (failure,) = events_of(RequestFailed, sent_log("api_error", error="Overloaded", status_code="529", attempt="11"))
    assert (failure.kind, failure.status_code, failure.attempt, failure.is_final) == ("overloaded", 529, 11, True)


def test_claude_tool_result_is_a_call_with_its_command() -> None:
    result = sent_log(
        "tool_result",
        9,
        tool_name="Bash",
        tool_use_id="toolu_1",
        success="true",
        duration_ms="1500",
        tool_parameters='{"bash_command": "pytest", "full_command": "pytest -q"}',
    )
    started, finished = events_of(ToolCallStarted, result)[0], events_of(ToolCallFinished, result)[0]
    assert (started.kind, started.command, started.at, started.target) == (
        "shell",
        "pytest -q",
        AT_MS + 7500,
        "pytest -q",
    )
    assert (finished.status, finished.duration_ms, finished.key) == ("ok", 1500, "toolu_1")
    line = content(result).rstrip()
    assert SOURCE.load_input(line, "toolu_1").text == "pytest -q"


def test_claude_call_that_the_user_rejected_is_denied_and_the_decision_is_shown() -> None:
    decision = sent_log("tool_decision", tool_name="Bash", tool_use_id="t", decision="reject", source="user_reject")
    result = sent_log("tool_result", tool_name="Bash", tool_use_id="t", success="false")
    chunk = parsed(decision, result)
    assert [event.status for event in chunk.events if isinstance(event, ToolCallFinished)] == ["denied"]
    assert [event.text for event in chunk.events if isinstance(event, SystemNotice)] == ["Bash: reject (user_reject)"]


def test_call_that_a_span_repeats_is_one_call() -> None:
    result = sent_log("tool_result", tool_name="Read", tool_use_id="t", success=True)
    span = sent_span("claude_code.tool", tool_name="Read", tool_use_id="t")
    assert len(events_of(ToolCallStarted, result, span)) == 1


def test_wait_for_permission_is_a_wait_from_its_beginning_to_its_end() -> None:
    waits = events_of(
        AgentWaiting, sent_span("claude_code.tool.blocked_on_user", 4, 7000, tool_name="Bash", source="user_temporary")
    )
    assert [(wait.at - AT_MS, wait.waits_for) for wait in waits] == [(4000, "permission Bash"), (11_000, "")]


def test_wait_goes_to_the_call_whose_span_is_around_it() -> None:
    wait = sent_span("claude_code.tool.blocked_on_user", 4, 7000, span="w", parent="t", source="user_temporary")
    tool = sent_span("claude_code.tool", 3, 9000, span="t", tool_use_id="toolu_1")
    expected = [CallWaited(AT_MS + 11_000, "toolu_1", AT_MS + 4000)]
    assert events_of(CallWaited, wait, tool) == events_of(CallWaited, tool, wait) == expected
    named = sent_span("claude_code.tool.blocked_on_user", 4, 7000, tool_use_id="toolu_1", source="user_temporary")
    assert events_of(CallWaited, named) == expected
    assert events_of(CallWaited, wait) == []


def test_claude_compaction_and_answer() -> None:
    compaction = sent_log("compaction", trigger="auto", pre_tokens=150_000, post_tokens="20000")
    answer = sent_log("assistant_response", response="Done.")
    assert [(it.before_tokens, it.after_tokens) for it in events_of(Compacted, compaction)] == [(150_000, 20_000)]
    assert [it.text for it in events_of(AssistantMessage, answer)] == ["Done."]


def test_facts_of_the_agent_are_its_own_names() -> None:
    facts = {event.name: event.value for event in events_of(MetadataLearned, REQUEST)}
    assert facts == {"agent_name": "claude", "agent_version": "2.2.0", "model": "claude-opus-5"}


def test_unknown_event_is_counted_by_its_name_and_harmless_ones_are_not() -> None:
    chunk = parsed(sent_log("brand_new"), sent_log("hook_registered"), {"signal": "metric", "attributes": {}})
    assert chunk.unknown == {"log/brand_new": 1}


def test_codex_response_counts_the_cache_apart() -> None:
    log = sent_log(
        "codex.sse_event",
        service="codex_exec",
        model="gpt-5.5",
        **{
            "event.kind": "response.completed",
            "input_token_count": 1000,
            "cached_token_count": 900,
            "output_token_count": 50,
            "reasoning_token_count": 30,
            "event.timestamp": "2026-11-20T19:24:00.123Z",
        },
    )
    (request,) = events_of(RequestMeasured, log, agent="codex")
    assert (request.input_tokens, request.cache_read_tokens, request.output_tokens, request.reasoning_tokens) == (
        100,
        900,
        50,
        30,
    )
    assert request.at == 1_795_202_640_123


def test_codex_request_that_failed_is_a_failure_and_one_that_succeeded_is_none() -> None:
    failed = sent_log("codex.api_request", attempt=2, **{"http.response.status_code": 503, "error.message": "busy"})
    fine = sent_log("codex.api_request", **{"http.response.status_code": 200})
    (failure,) = events_of(RequestFailed, failed, fine, agent="codex")
    assert (failure.kind, failure.status_code, failure.attempt, failure.is_final) == ("overloaded", 503, 3, False)


def test_codex_call_has_its_output() -> None:
    result = sent_log(
        "codex.tool_result",
        tool_name="exec_command",
        call_id="c",
        arguments='{"cmd": "ls"}',
        output="a\nb",
        success="true",
        duration_ms=12,
    )
    (started,), (finished,) = (
        events_of(ToolCallStarted, result, agent="codex"),
        events_of(ToolCallFinished, result, agent="codex"),
    )
    assert (started.kind, started.command, finished.output, finished.status) == ("shell", "ls", "a\nb", "ok")
    assert SOURCE.load_output(content(result).rstrip(), "c").text == "a\nb"


@pytest.mark.parametrize(("agent", "prefix"), [("gemini_cli", "gemini_cli."), ("qwen_code", "qwen-code.")])
def test_gemini_response_and_call(agent: str, prefix: str) -> None:
    response = sent_log(
        f"{prefix}api_response",
        model="gemini-3-pro",
        input_token_count=100,
        cached_content_token_count=60,
        output_token_count=10,
        thoughts_token_count=5,
        total_token_count=115,
    )
    call = sent_log(
        f"{prefix}tool_call",
        function_name="run_shell_command",
        function_args='{"command": "ls"}',
        success=False,
        error="no such file",
        duration_ms=4,
    )
    (request,) = events_of(RequestMeasured, response, agent=agent)
    assert (request.input_tokens, request.cache_read_tokens, request.output_tokens) == (40, 60, 15)
    (finished,) = events_of(ToolCallFinished, call, agent=agent)
    assert (finished.status, finished.output) == ("failed", "no such file")


@pytest.mark.parametrize(
    "attributes",
    [
        {"input_tokens": "x" * 99, "output_tokens": -1, "cost_usd": "nan", "duration_ms": [1]},
        {"input_tokens": 1e300, "tool_input": "[" * 9999, "tool_parameters": "{", "tool_use_id": {"a": 1}},
        {"prompt.id": 7, "request_id": True, "model": None, "event.timestamp": "yesterday"},
    ],
)
@pytest.mark.parametrize(
    "name", ["user_prompt", "api_request", "api_error", "tool_result", "tool_decision", "compaction"]
)
def test_hostile_attributes_break_nothing(name: str, attributes: dict[str, Any]) -> None:
    parsed(sent_log(name, **attributes))
    parsed(sent_log(f"codex.{name}", **attributes), kind="codex")
    parsed(sent_span("chat", **{"gen_ai.operation.name": "chat"}, **attributes), kind="otel")
