"""One answer in the words of Google's generateContent (Gemini CLI) and of OpenAI's Chat Completions.

Qwen Code, OpenCode and pi speak the latter, each with tools of its own names.
Pure functions, as in `dialects`.
"""

from __future__ import annotations

import json
from typing import Any

from tests.agents.scenario import Answer, Tokens

Event = dict[str, Any]
Body = dict[str, Any]

_ROUTED = {"reasoning": "simple", "model_choice": "pro", "complexity_score": 50, "complexity_reasoning": "simple"}
"""What Gemini CLI wants to know of a prompt, where it asks which model is to answer."""


def offered_tools(body: Body) -> set[str]:
    """The names of the tools that a request offers, in either API."""
    tools = [entry for tool in body.get("tools") or [] for entry in tool.get("functionDeclarations") or [tool]]
    return {str(entry.get("name") or (entry.get("function") or {}).get("name")) for entry in tools}


def generate_content(body: Body, answer: Answer) -> Event:
    """An answer as Google gives it: one chunk with all its parts."""
    parts: list[dict[str, Any]] = [{"text": answer.say}] if answer.say else []
    tools = offered_tools(body)
    if not tools:
        parts = [{"text": json.dumps(_ROUTED)}]
    elif "complete_task" in tools and _is_last(answer):
        # A sub-agent hands its report over by a call.
        parts = [{"functionCall": {"name": "complete_task", "args": {"result": {"response": answer.say}}}}]
    elif answer.delegate:
        parts.append({"functionCall": {"name": "invoke_agent", "args": _delegated(answer, "agent_name", "generalist")}})
    elif (call := _call(answer)) is not None:
        parts.append({"functionCall": {"name": call[0], "args": call[1]}})
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "usageMetadata": _google_usage(answer.tokens)}


def chat_chunks(body: Body, key: str, answer: Answer) -> list[Event]:
    """An answer as Chat Completions streams it: one chunk with all of it, one with what it used."""
    delta: dict[str, Any] = {"role": "assistant", "content": answer.say}
    call = _chat_call(offered_tools(body), answer)
    if call is not None:
        function = {"name": call[0], "arguments": json.dumps(call[1])}
        delta["tool_calls"] = [{"index": 0, "id": f"call_{key}", "type": "function", "function": function}]
    base = {"id": f"chat_{key}", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
    finish = "tool_calls" if "tool_calls" in delta else "stop"
    return [
        {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}], "usage": _chat_usage(answer.tokens)},
    ]


def _is_last(answer: Answer) -> bool:
    return not (answer.run or answer.read or answer.delegate)


def _delegated(answer: Answer, kind: str, agent: str) -> dict[str, str]:
    return {"description": "Look around", "prompt": answer.delegate, kind: agent}


def _call(answer: Answer) -> tuple[str, dict[str, str]] | None:
    if answer.run:
        return "run_shell_command", {"command": answer.run, "description": "Run a command"}
    return ("read_file", {"file_path": answer.read}) if answer.read else None


def _chat_call(tools: set[str], answer: Answer) -> tuple[str, dict[str, str]] | None:
    """Return the call of an answer in the words of the agent that offers these tools; None for an answer without."""
    if not tools:
        return None
    if "agent" in tools:
        task = _delegated(answer, "subagent_type", "general-purpose")
        return ("agent", task) if answer.delegate else _call(answer)
    if answer.delegate and "task" in tools:
        return "task", _delegated(answer, "subagent_type", "general")
    # pi has no sub-agents: its model looks by itself.
    run = "ls" if answer.delegate else answer.run
    if run:
        return "bash", {"command": run, "description": "Run a command"}
    # OpenCode has sub-agents and names a file by filePath, pi by path.
    return ("read", {"filePath" if "task" in tools else "path": answer.read}) if answer.read else None


def _google_usage(tokens: Tokens) -> dict[str, int]:
    """Google's prompt holds what was cached and written to the cache; its output leaves thoughts out."""
    prompt = tokens.input + tokens.cache_read + tokens.cache_write
    said = tokens.output - tokens.reasoning
    return {
        "promptTokenCount": prompt,
        "cachedContentTokenCount": tokens.cache_read,
        "candidatesTokenCount": said,
        "thoughtsTokenCount": tokens.reasoning,
        "totalTokenCount": prompt + tokens.output,
    }


def _chat_usage(tokens: Tokens) -> dict[str, Any]:
    prompt = tokens.input + tokens.cache_read + tokens.cache_write
    return {
        "prompt_tokens": prompt,
        "prompt_tokens_details": {"cached_tokens": tokens.cache_read},
        "completion_tokens": tokens.output,
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": prompt + tokens.output,
    }
