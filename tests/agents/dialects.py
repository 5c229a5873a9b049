"""One answer in the words of the two APIs that the agents speak.

Anthropic's Messages and OpenAI's Responses, both as server-sent events. Every function is pure: what the agent asked
and what the scenario answers go in, events come out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.agents.scenario import Answer, Tokens

Event = dict[str, Any]
Body = dict[str, Any]

WAITING = Tokens(input=21, output=7)
"""What it costs Codex to wait for its sub-agent: a request of its own, where Claude Code's call returns the report."""

_ERRORS = {429: "rate_limit_error", 529: "overloaded_error"}
_SPAWNED = re.compile(r'"agent_id"\s*:\s*"([^"]+)"')


def refusal(status: int) -> Body:
    """The body of a refusal, in a shape that all of the APIs have."""
    kind = _ERRORS.get(status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": f"refused with {status}", "code": status}}


def heard(body: Body) -> list[str]:
    """All that the person (or, for a sub-agent, its parent) said in the conversation that a request carries."""
    entries = body.get("messages") or body.get("input") or body.get("contents") or []
    said = (entry.get("content") or entry.get("parts") for entry in entries if entry.get("role") == "user")
    return [text for content in said for text in _texts(content)]


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        yield from (part["text"] for part in content if isinstance(part.get("text"), str))


def messages_events(body: Body, key: str, answer: Answer) -> Iterator[Event]:
    """An answer as Anthropic streams it: blocks begin, grow and end inside a message."""
    blocks = _blocks(key, answer)
    stop = "tool_use" if blocks[-1]["type"] == "tool_use" else "end_turn"
    used = answer.tokens
    usage = {
        "input_tokens": used.input,
        "cache_read_input_tokens": used.cache_read,
        "cache_creation_input_tokens": used.cache_write,
        "service_tier": "standard",
        "cache_creation": {"ephemeral_5m_input_tokens": used.cache_write, "ephemeral_1h_input_tokens": 0},
    }
    message = {
        "id": f"msg_{key}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**usage, "output_tokens": 1},
    }
    yield {"type": "message_start", "message": message}
    for index, block in enumerate(blocks):
        yield from _block_events(index, block)
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": stop, "stop_sequence": None},
        "usage": {**usage, "output_tokens": used.output},
    }
    yield {"type": "message_stop"}


def _blocks(key: str, answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": answer.say}] if answer.say else []
    call: tuple[str, dict[str, Any]] | None = None
    if answer.run:
        call = "Bash", {"command": answer.run, "description": "Run a command"}
    elif answer.read:
        call = "Read", {"file_path": answer.read}
    elif answer.tool:
        call = answer.tool, {}
    elif answer.delegate:
        # In the foreground: with a sub-agent in the background, the order of the requests would be left to chance.
        call = (
            "Agent",
            {
                "description": "Look around",
                "prompt": answer.delegate,
                "subagent_type": "general-purpose",
                "run_in_background": False,
            },
        )
    if call:
        blocks.append({"type": "tool_use", "id": f"toolu_{key}", "name": call[0], "input": call[1]})
    return blocks


def _block_events(index: int, block: dict[str, Any]) -> Iterator[Event]:
    empty: dict[str, Any]
    if block["type"] == "text":
        empty, delta = {"text": ""}, {"type": "text_delta", "text": block["text"]}
    else:
        empty, delta = {"input": {}}, {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    yield {"type": "content_block_start", "index": index, "content_block": {**block, **empty}}
    yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def spawned(body: Body, key: str) -> str:
    """The id of the sub-agent that the call of that key started, as Codex tells the model; '' if it started none."""
    for entry in body.get("input") or []:
        if entry.get("type") == "function_call_output" and entry.get("call_id") == f"call_{key}":
            found = _SPAWNED.search(json.dumps(entry.get("output")).replace('\\"', '"'))
            return found[1] if found else ""
    return ""


def responses_events(key: str, answer: Answer, awaited: str = "") -> Iterator[Event]:
    """An answer as OpenAI streams it: items are added and done inside a response; `awaited` waits for a sub-agent."""
    items: list[dict[str, Any]] = []
    if answer.say:
        content = [{"type": "output_text", "text": answer.say}]
        items.append({"type": "message", "role": "assistant", "id": f"msg_{key}", "content": content})
    call = _function_call(answer, awaited)
    if call:
        items.append({"type": "function_call", "id": f"fc_{key}", "call_id": f"call_{key}", **call})
    yield {"type": "response.created", "response": {"id": f"resp_{key}"}}
    for index, item in enumerate(items):
        yield {"type": "response.output_item.added", "output_index": index, "item": item}
        if item["type"] == "message":
            yield {
                "type": "response.output_text.delta",
                "item_id": item["id"],
                "output_index": index,
                "content_index": 0,
                "delta": answer.say,
            }
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": "response.completed", "response": {"id": f"resp_{key}", "usage": _usage(answer.tokens)}}


def _function_call(answer: Answer, awaited: str) -> dict[str, str] | None:
    if awaited:
        arguments = {"targets": [awaited], "timeout_ms": 30_000}
        return {"namespace": "multi_agent_v1", "name": "wait_agent", "arguments": json.dumps(arguments)}
    if answer.delegate:
        return {
            "namespace": "multi_agent_v1",
            "name": "spawn_agent",
            "arguments": json.dumps({"message": answer.delegate}),
        }
    # Codex has no tool that reads: its model prints files.
    command = answer.run or (f"cat {answer.read}" if answer.read else "")
    return {"name": "exec_command", "arguments": json.dumps({"cmd": command})} if command else None


def _usage(tokens: Tokens) -> dict[str, Any]:
    """OpenAI's input holds what was cached and what was written to the cache."""
    total = tokens.input + tokens.cache_read + tokens.cache_write
    return {
        "input_tokens": total,
        "input_tokens_details": {"cached_tokens": tokens.cache_read},
        "output_tokens": tokens.output,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": total + tokens.output,
    }
