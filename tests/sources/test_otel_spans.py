"""Spans of GenAI, OpenInference, Traceloop and Vercel's AI SDK under all their names as our events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ppp_tui.model.event import (
    AssistantMessage,
    MetadataLearned,
    RequestFailed,
    RequestMeasured,
    ToolCallFinished,
    ToolCallStarted,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.sources.otel.spans import token_counts
from tests.sources.otel_lines import AT_MS, events_of, sent_span

USER = json.dumps([{"role": "system", "parts": []}, {"role": "user", "parts": [{"type": "text", "content": "Sell"}]}])
SOLD = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Sold."}]}])

GENAI = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.response.model": "gpt-5.5",
    "gen_ai.response.id": "resp_1",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.cache_read.input_tokens": 60,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.input.messages": USER,
    "gen_ai.output.messages": SOLD,
}
OLD_GENAI = {
    "gen_ai.operation.name": "chat",
    "gen_ai.system": "openai",
    "gen_ai.request.model": "gpt-5.5",
    "gen_ai.usage.prompt_tokens": 100,
    "gen_ai.usage.input_tokens.cached": 60,
    "gen_ai.usage.completion_tokens": 20,
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "You sell.",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": "Sell",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "Sold.",
}
OPENINFERENCE = {
    "openinference.span.kind": "LLM",
    "llm.provider": "openai",
    "llm.model_name": "gpt-5.5",
    "llm.token_count.prompt": 100,
    "llm.token_count.prompt_details.cache_read": 60,
    "llm.token_count.completion": 20,
    "llm.input_messages.0.message.role": "user",
    "llm.input_messages.0.message.content": "Sell",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "Sold.",
}
TRACELOOP = {
    "llm.request.type": "chat",
    "gen_ai.system": "openai",
    "gen_ai.response.model": "gpt-5.5",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.cache_read_input_tokens": 60,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "Sell",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "Sold.",
}
VERCEL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.system": "openai",
    "ai.model.id": "gpt-5.5",
    "ai.usage.inputTokens": 100,
    "ai.usage.cachedInputTokens": 60,
    "ai.usage.outputTokens": 20,
    "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": "Sell"}]}]),
    "ai.response.text": "Sold.",
}
CONVENTIONS = {
    "genai": GENAI,
    "earlier genai": OLD_GENAI,
    "openinference": OPENINFERENCE,
    "traceloop": TRACELOOP,
    "vercel": VERCEL,
}


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_request_of_each_convention_is_the_same(convention: str) -> None:
    span = sent_span("chat gpt-5.5", 0, 3000, **CONVENTIONS[convention])
    (request,) = events_of(RequestMeasured, span, agent="otel")
    assert (request.model, request.provider, request.at) == ("gpt-5.5", "openai", AT_MS + 3000)
    assert (request.input_tokens, request.cache_read_tokens, request.output_tokens) == (40, 60, 20)
    assert [turn.prompt for turn in events_of(TurnStarted, span, agent="otel")] == ["Sell"]
    assert [answer.text for answer in events_of(AssistantMessage, span, agent="otel")] == ["Sold."]


@pytest.mark.parametrize(
    ("attributes", "counts"),
    [
        ({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_creation.input_tokens": 30}, (70, 0, 30, 0, None)),
        ({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_write.input_tokens": 30}, (70, 0, 30, 0, None)),
        # Anthropic's input excludes the cache: a cache greater than the input shows it.
        ({"gen_ai.usage.input_tokens": 10, "gen_ai.usage.cache_read.input_tokens": 500}, (10, 500, 0, 0, None)),
        ({"input_tokens": 600, "cache_read_tokens": 500, "output_tokens": 1}, (600, 500, 0, 1, None)),
        ({"gen_ai.usage.output_tokens": 9, "gen_ai.usage.reasoning_tokens": 4}, (0, 0, 0, 9, 4)),
        ({"gen_ai.usage.output_tokens": 9, "gen_ai.usage.reasoning.output_tokens": 4}, (0, 0, 0, 9, 4)),
    ],
)
def test_counts_are_disjoint_whatever_they_include(attributes: dict[str, Any], counts: tuple[int | None, ...]) -> None:
    assert token_counts(attributes) == counts


def test_span_without_counts_measures_nothing() -> None:
    assert token_counts({"gen_ai.request.model": "gpt-5.5"}) is None


@pytest.mark.parametrize(
    "attributes",
    [{"ttft_ms": 250}, {"gen_ai.response.time_to_first_chunk": 0.25}, {"ai.response.msToFirstChunk": "250"}],
)
def test_time_to_the_first_token_is_milliseconds(attributes: dict[str, Any]) -> None:
    (request,) = events_of(RequestMeasured, sent_span("chat", **GENAI, **attributes), agent="otel")
    assert request.first_token_ms == 250


@pytest.mark.parametrize(
    "attributes",
    [
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "Bash",
            "gen_ai.tool.call.id": "c1",
            "gen_ai.tool.call.arguments": '{"command": "ls"}',
            "gen_ai.tool.call.result": "a",
        },
        {
            "gen_ai.operation.name": "tool_call",
            "gen_ai.tool.name": "Bash",
            "gen_ai.tool.call_id": "c1",
            "gen_ai.tool.call.arguments": '{"command": "ls"}',
            "output.value": "a",
        },
        {
            "openinference.span.kind": "TOOL",
            "tool.name": "Bash",
            "tool_call.id": "c1",
            "input.value": '{"command": "ls"}',
            "output.value": "a",
        },
        {
            "traceloop.span.kind": "tool",
            "tool.name": "Bash",
            "tool_call.id": "c1",
            "traceloop.entity.input": '{"command": "ls"}',
            "traceloop.entity.output": "a",
        },
    ],
    ids=["genai", "gemini", "openinference", "traceloop"],
)
def test_tool_call_of_each_convention_is_the_same(attributes: dict[str, Any]) -> None:
    span = sent_span("execute_tool Bash", 0, 1500, **attributes)
    started, finished = (
        events_of(ToolCallStarted, span, agent="otel")[0],
        events_of(ToolCallFinished, span, agent="otel")[0],
    )
    assert (started.key, started.tool, started.kind, started.command) == ("c1", "Bash", "shell", "ls")
    assert (finished.status, finished.output, finished.duration_ms) == ("ok", "a", 1500)


def test_root_ends_the_turn_that_its_children_began() -> None:
    child = sent_span("chat", 1, 1000, span="bb", parent="aa", **GENAI)
    root = sent_span("invoke_agent shop", 0, 5000, **{"gen_ai.operation.name": "invoke_agent"})
    assert [turn.key for turn in events_of(TurnStarted, child, root, agent="otel")] == ["cc" * 16]
    (ended,) = events_of(TurnEnded, child, root, agent="otel")
    assert (ended.at - AT_MS, ended.status, ended.duration_ms) == (5000, "completed", 5000)
    assert len(events_of(AssistantMessage, child, root, agent="otel")) == 1


def test_root_brings_the_answer_that_no_request_brought() -> None:
    root = sent_span("run", status=2, **{"openinference.span.kind": "CHAIN", "input.value": "Q", "output.value": "A"})
    assert [turn.prompt for turn in events_of(TurnStarted, root, agent="otel")] == ["Q"]
    assert [answer.text for answer in events_of(AssistantMessage, root, agent="otel")] == ["A"]
    assert [ended.status for ended in events_of(TurnEnded, root, agent="otel")] == ["failed"]


def test_agent_within_an_agent_is_a_step_of_it() -> None:
    inner = sent_span(
        "invoke_agent scout",
        span="bb",
        parent="aa",
        **{"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "scout"},
    )
    (started,) = events_of(ToolCallStarted, inner, agent="otel")
    assert (started.kind, started.tool) == ("subagent", "scout")


def test_request_that_failed_is_a_failure_and_costs_nothing() -> None:
    span = sent_span("chat", status=2, status_message="429 Too Many Requests", **GENAI)
    (failure,) = events_of(RequestFailed, span, agent="otel")
    assert (failure.kind, failure.status_code) == ("rate_limit", 429)
    assert events_of(RequestMeasured, span, agent="otel") == []


def test_trace_without_text_says_why() -> None:
    bare = {name: value for name, value in GENAI.items() if "messages" not in name}
    (turn,) = events_of(TurnStarted, sent_span("chat", **bare), agent="otel")
    assert turn.prompt == "(no text was sent: capturing content is off)"


def test_agent_without_a_source_is_named_as_it_sends() -> None:
    facts = {fact.name: fact.value for fact in events_of(MetadataLearned, sent_span("chat", **GENAI), agent="otel")}
    assert facts["agent_name"] == "shop-agent"


@pytest.mark.parametrize("messages", ["[[[", '[1, {"role": "user", "parts": 7}]', '{"role": "user"}', 5, [None]])
def test_messages_of_any_shape_break_nothing(messages: Any) -> None:
    span = sent_span("chat", **{**GENAI, "gen_ai.input.messages": messages, "gen_ai.output.messages": messages})
    assert len(events_of(RequestMeasured, span, agent="otel")) == 1
