"""Literal lines of Copilot CLI sessions for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.model.event import Event
from ppp_tui.sources.copilot_cli import SOURCE
from tests.sources.parsed_lines import content

SESSION = "1afc31c8-d97f-4331-bae9-b6417f1b79a1"
PATH = Path(f"/home/me/.copilot/session-state/{SESSION}/events.jsonl")
MODEL = "gpt-5.4-mini"
T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: second 0 of the lines."""

Line = dict[str, Any]


def line(kind: str, id_: str, second: float = 0, **data: Any) -> Line:
    """An event of the program; an `agentId` stands beside its data."""
    stamp = f"2026-11-20T10:00:{int(second):02d}.{round(second % 1 * 1000):03d}Z"
    agent = {"agentId": data.pop("agentId")} if "agentId" in data else {}
    return {"type": kind, "data": data, "id": id_, "timestamp": stamp, "parentId": None, **agent}


def started(**more: Any) -> Line:
    context = {"cwd": "/home/me/shop", "branch": "main"}
    return line("session.start", "h1", sessionId=SESSION, copilotVersion="1.0.68", context=context, **more)


def user(id_: str, text: str, second: float = 0) -> Line:
    return line("user.message", id_, second, content=text, transformedContent=f"<current_datetime>\n\n{text}")


def answer(id_: str, text: str, second: float, *calls: str, output: int = 40, **more: Any) -> Line:
    """An answer of 40 tokens, with calls."""
    requests = [{"toolCallId": key, "name": "bash", "arguments": {}} for key in calls]
    fields = {"messageId": id_, "model": MODEL, "content": text, "toolRequests": requests, "outputTokens": output}
    return line("assistant.message", id_, second, **{**fields, "apiCallId": f"resp_{id_}", **more})


def call(key: str, name: str, second: float, **arguments: Any) -> Line:
    return line("tool.execution_start", f"{key}-s", second, toolCallId=key, toolName=name, arguments=arguments)


def result(key: str, output: str, second: float, **more: Any) -> Line:
    outcome = {"success": True, "result": {"content": output, "detailedContent": output}, **more}
    return line("tool.execution_complete", f"{key}-e", second, toolCallId=key, **outcome)


def shutdown(id_: str, second: float, **usage: int) -> Line:
    metrics = {MODEL: {"requests": {"count": 1, "cost": 0}, "usage": usage}}
    return line("session.shutdown", id_, second, modelMetrics=metrics, currentTokens=15913)


def read(*lines: Line) -> list[Event]:
    return SOURCE.parser(PATH).feed(content(*lines), 0).events


def events_of(kind: type[Any], *lines: Line) -> list[Any]:
    return [event for event in read(*lines) if isinstance(event, kind)]
