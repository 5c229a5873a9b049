"""Literal lines of Qwen Code sessions for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.sources.qwen_code import SOURCE
from tests.sources.parsed_lines import ParsedLines
from tests.sources.parsed_lines import content as content

SESSION = "d870314d-c7eb-4000-8000-000000000001"
MAIN = Path(f"/home/me/.qwen/projects/-home-me-shop/chats/{SESSION}.jsonl")
T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: second 0 of the lines."""

AGENT = "session#general-purpose-x1y2#0"
"""Prompt id of a sub-agent's first request."""

Line = dict[str, Any]


def record(kind: str, uuid: str, second: float = 0, **more: Any) -> Line:
    """A record of the chain; whole minutes and milliseconds are not needed."""
    stamp = f"2026-11-20T10:00:{int(second):02d}.{round(second % 1 * 1000):03d}Z"
    envelope = {"uuid": uuid, "parentUuid": None, "sessionId": SESSION, "timestamp": stamp, "type": kind}
    return {**envelope, "cwd": "/home/me/shop", "version": "0.15.10", **more}


def user(uuid: str, text: str, second: float = 0, **more: Any) -> Line:
    return record("user", uuid, second, message={"role": "user", "parts": [{"text": text}]}, **more)


def answer(uuid: str, *parts: Line, second: float = 0, prompt: int = 1200, output: int = 45, **more: Any) -> Line:
    """An answer of qwen3-coder: 1000 tokens of its prompt came from the cache, 5 of its output are thoughts."""
    usage = {"promptTokenCount": prompt, "candidatesTokenCount": output, "thoughtsTokenCount": 5}
    usage |= {"totalTokenCount": prompt + output, "cachedContentTokenCount": 1000}
    message = {"role": "model", "parts": list(parts)}
    return record("assistant", uuid, second, model="qwen3-coder", message=message, usageMetadata=usage, **more)


def call(key: str, name: str, **arguments: Any) -> Line:
    return {"functionCall": {"id": key, "name": name, "args": arguments}}


def result(uuid: str, key: str, name: str, output: str, second: float = 0, *, status: str = "success") -> Line:
    """A call's result, which is an error unless it succeeded."""
    response = {"output" if status == "success" else "error": output}
    parts = [{"functionResponse": {"id": key, "name": name, "response": response}}]
    outcome = {"callId": key, "status": status, "resultDisplay": output}
    return record("tool_result", uuid, second, message={"role": "user", "parts": parts}, toolCallResult=outcome)


def system(kind: str, uuid: str, second: float = 0, payload: Line | None = None, **more: Any) -> Line:
    return record("system", uuid, second, subtype=kind, systemPayload=payload or {}, **more)


def telemetry(name: str, uuid: str, second: float = 0, **event: Any) -> Line:
    return system("ui_telemetry", uuid, second, {"uiEvent": {"event.name": f"qwen-code.{name}", **event}})


def response(uuid: str, second: float = 0, *, prompt: int = 1200, output: int = 45, **event: Any) -> Line:
    """Telemetry of a request of qwen3-coder."""
    counts = {"input_token_count": prompt, "output_token_count": output, "cached_content_token_count": 0}
    counts |= {"thoughts_token_count": 0, "total_token_count": prompt + output}
    return telemetry("api_response", uuid, second, model="qwen3-coder", prompt_id="p", **counts, **event)


_PARSED = ParsedLines(SOURCE, MAIN)
read, events_of = _PARSED.read, _PARSED.events_of
