"""Literal records of Kimi Code's transcripts for tests, as version 2.1.0 writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.sources.kimi_code import SOURCE
from ppp_tui.sources.source import ParsedChunk
from tests.sources.parsed_lines import content

SESSION = "session_cc924c86-dc98-48ff-9b0e-418fb175cd97"
FOLDER = f"wd_shop_2c10508ea808/{SESSION}/agents"
PATH = Path(f"/home/me/.kimi-code/sessions/{FOLDER}/main/wire.jsonl")
T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: second 0 of the records."""

Record = dict[str, Any]


def record(second: float, type_: str, /, **fields: Any) -> Record:
    return {"type": type_, "agentId": "main", **fields, "time": T0 + round(second * 1000)}


def metadata(version: str = "1.5") -> Record:
    return {"type": "metadata", "protocol_version": version, "created_at": T0}


def bound(folder: str = "/home/me/shop") -> Record:
    return record(0, "profile.bind", modelAlias="m1", environmentDisclosure={"cwd": folder}, systemPrompt="You are")


def prompt(second: float, text: str, id_: str = "msg_1", kind: str = "user", **origin: Any) -> Record:
    parts = [{"type": "text", "text": text}]
    return record(second, "turn.prompt", input=parts, origin={"kind": kind, **origin}, promptId=id_, turnId=0)


def event(second: float, type_: str, /, **fields: Any) -> Record:
    return record(second, "context.append_loop_event", event={"type": type_, "turnId": "0", "step": 1, **fields})


def said(second: float, text: str) -> Record:
    return event(second, "content.part", stepUuid="s1", part={"type": "text", "text": text})


def call(second: float, key: str, tool: str, **arguments: Any) -> Record:
    return event(second, "tool.call", stepUuid="s1", toolCallId=key, name=tool, args=arguments)


def result(second: float, key: str, output: str, *, is_error: bool = False, took_ms: int = 40) -> Record:
    told = {"output": output, **({"isError": True} if is_error else {}), "durationMs": took_ms}
    return event(second, "tool.result", parentUuid="u1", toolCallId=key, result=told)


def request(second: float, **fields: Any) -> Record:
    told = {"kind": "loop", "provider": "kimi", "model": "k3", "modelAlias": "kimi-code/k3", "thinkingEffort": "high"}
    return record(second, "llm.request", **{**told, **fields})


def usage(second: float, scope: str = "turn", **counts: int) -> Record:
    """100 tokens of fresh input, 50 of output, 2000 of the cache."""
    told = {"inputOther": 100, "output": 50, "inputCacheRead": 2000, "inputCacheCreation": 0, **counts}
    return record(second, "usage.record", model="kimi-code/k3", usage=told, usageScope=scope)


def step_end(second: float, latency_ms: int = 44) -> Record:
    return event(second, "step.end", finishReason="end_turn", llmFirstTokenLatencyMs=latency_ms, messageId="chat_0")


def ended(second: float, reason: str = "completed", **fields: Any) -> Record:
    return record(second, "turn.ended", turnId=0, reason=reason, durationMs=round(second * 1000), **fields)


def read(*records: Record, path: Path = PATH) -> ParsedChunk:
    return SOURCE.parser(path).feed(content(*records), 0)


def events_of(kind: type[Any], *records: Record, path: Path = PATH) -> list[Any]:
    return [event for event in read(*records, path=path).events if isinstance(event, kind)]
