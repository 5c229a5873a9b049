"""Attributes of spans under all names that they have or had: GenAI, OpenInference, Traceloop and Vercel's AI SDK.

GenAI's names are those of its conventions of 2026, with earlier ones behind them.
"""

from __future__ import annotations

from typing import Literal

from ppp_tui.sources.otel.attributes import Attributes, decoded, text_in

SpanKind = Literal["request", "call", "agent", ""]
"""What a span is about: a model request, a tool call, an agent's work; '' for anything else."""

MODEL = (
    "gen_ai.response.model",
    "gen_ai.request.model",
    "llm.model_name",
    "llm.request.model",
    "ai.response.model",
    "ai.model.id",
    "model",
)
PROVIDER = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider")
INPUT_TOKENS = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "llm.usage.prompt_tokens",
    "ai.usage.inputTokens",
    "ai.usage.promptTokens",
    "input_tokens",
)
OUTPUT_TOKENS = (
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "llm.usage.completion_tokens",
    "ai.usage.outputTokens",
    "ai.usage.completionTokens",
    "output_tokens",
)
CACHE_READ_TOKENS = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.input_tokens.cached",
    "llm.token_count.prompt_details.cache_read",
    "ai.usage.cachedInputTokens",
    "cache_read_tokens",
)
CACHE_WRITE_TOKENS = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.input_tokens.cache_write",
    "llm.token_count.prompt_details.cache_write",
    "cache_creation_tokens",
)
REASONING_TOKENS = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.output_tokens.reasoning",
    "llm.token_count.completion_details.reasoning",
    "llm.usage.reasoning_tokens",
    "ai.usage.reasoningTokens",
)
COST = ("llm.cost.total", "gen_ai.usage.cost", "gen_ai.cost.total_cost", "cost_usd")
FIRST_TOKEN_MS = ("ttft_ms", "ai.response.msToFirstChunk", "ai.stream.msToFirstChunk")
FIRST_TOKEN_S = ("gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token")
REQUEST_ID = ("request_id", "gen_ai.response.id", "ai.response.id", "llm.response.id")
STOP_REASON = ("stop_reason", "gen_ai.response.finish_reasons", "llm.finish_reason", "ai.response.finishReason")
CALL_ID = ("tool_use_id", "gen_ai.tool.call.id", "gen_ai.tool.call_id", "tool_call.id", "ai.toolCall.id")
TOOL_NAME = ("gen_ai.tool.name", "tool.name", "tool_name", "tool_call.function.name", "ai.toolCall.name")
ARGUMENTS = (
    "gen_ai.tool.call.arguments",
    "tool_call.function.arguments",
    "ai.toolCall.args",
    "input.value",
    "traceloop.entity.input",
    "tool_input",
)
RESULT = (
    "gen_ai.tool.call.result",
    "ai.toolCall.result",
    "output.value",
    "traceloop.entity.output",
)
AGENT_NAME = ("gen_ai.agent.name", "agent.name", "traceloop.entity.name", "graph.node.id")

_REQUEST_OPERATIONS = frozenset({"chat", "text_completion", "generate_content", "llm_call", "completion"})
_CALL_OPERATIONS = frozenset({"execute_tool", "tool_call"})
_AGENT_OPERATIONS = frozenset({"invoke_agent", "agent_call", "invoke_workflow", "user_prompt"})
_OPENINFERENCE: dict[str, SpanKind] = {"LLM": "request", "TOOL": "call", "AGENT": "agent", "CHAIN": "agent"}
_TRACELOOP: dict[str, SpanKind] = {"tool": "call", "agent": "agent", "workflow": "agent", "task": "agent"}
_NAMES: dict[str, SpanKind] = {
    "claude_code.llm_request": "request",
    "claude_code.tool": "call",
    "claude_code.interaction": "agent",
    "ai.toolCall": "call",
    "ai.streamText": "agent",
    "ai.generateText": "agent",
    "ai.streamText.doStream": "request",
    "ai.generateText.doGenerate": "request",
}


def span_kind(name: str, attributes: Attributes) -> SpanKind:
    """Return what a span is about."""
    if name in _NAMES:
        return _NAMES[name]
    operation = text_in(attributes, "gen_ai.operation.name")
    if operation in _REQUEST_OPERATIONS:
        return "request"
    if operation in _CALL_OPERATIONS:
        return "call"
    if operation in _AGENT_OPERATIONS:
        return "agent"
    kind = _OPENINFERENCE.get(text_in(attributes, "openinference.span.kind").upper(), "")
    if kind:
        return kind
    if text_in(attributes, "llm.request.type") in _REQUEST_OPERATIONS:
        return "request"
    return _TRACELOOP.get(text_in(attributes, "traceloop.span.kind"), "")


def prompt_of(attributes: Attributes) -> str:
    """Return the last text of the user in a span's input, '' for none."""
    messages = decoded(attributes.get("gen_ai.input.messages") or attributes.get("ai.prompt.messages"))
    if isinstance(messages, list):
        return _last_text(messages, "user")
    return (
        _flat_message(attributes, "llm.input_messages.{}.message.role", "llm.input_messages.{}.message.content", "user")
        or _flat_message(attributes, "gen_ai.prompt.{}.role", "gen_ai.prompt.{}.content", "user")
        or text_in(attributes, "user_prompt", "input.value", "traceloop.entity.input", "ai.prompt")
    )


def answer_of(attributes: Attributes) -> str:
    """Return the text that a span's model or agent answered, '' for none."""
    messages = decoded(attributes.get("gen_ai.output.messages"))
    if isinstance(messages, list):
        return _last_text(messages, "assistant")
    role, content = "llm.output_messages.{}.message.role", "llm.output_messages.{}.message.content"
    return (
        _flat_message(attributes, role, content, "assistant")
        or _flat_message(attributes, "gen_ai.completion.{}.role", "gen_ai.completion.{}.content", "assistant")
        or text_in(attributes, "ai.response.text")
    )


def output_of(attributes: Attributes) -> str:
    """Return what an agent's span gave back, '' for none."""
    return answer_of(attributes) or text_in(attributes, "output.value", "traceloop.entity.output")


def _flat_message(attributes: Attributes, role: str, content: str, wanted: str) -> str:
    """Return the last message of a role, where each has attributes with its number."""
    text, number = "", 0
    while (stated := attributes.get(role.format(number))) is not None:
        if stated == wanted:
            text = text_in(attributes, content.format(number)) or text
        number += 1
    return text


def _last_text(messages: list[object], role: str) -> str:
    for message in reversed(messages):
        if isinstance(message, dict) and message.get("role") == role:
            text = _message_text(message)
            if text:
                return text
    return ""


def _message_text(message: dict[str, object]) -> str:
    content = message.get("parts") or message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (
        part.get("content") or part.get("text")
        for part in parts
        if isinstance(part, dict) and part.get("type", "text") == "text"
    )
    return "\n".join(text for text in texts if isinstance(text, str))
