"""Lines of Codex rollouts as plain dictionaries, and what the parser makes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ppp_tui.model.event import Event
from ppp_tui.sources.codex import SOURCE
from tests.sources.parsed_lines import ParsedLines
from tests.sources.parsed_lines import content as content

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""

THREAD = "01a1f8d0-4e00-7000-8000-000000000001"
TURN = "01a1f8d0-4e01-7000-8000-0000000000a1"
TURN_2 = "01a1f8d0-4e02-7000-8000-0000000000a2"

NAME = Path(f"/home/a/.codex/sessions/2026/11/20/rollout-2026-11-20T10-00-00-{THREAD}.jsonl")

Line = dict[str, Any]


def line(kind: str, payload: Line, ms: int = 0, **more: Any) -> Line:
    """A line, so many milliseconds (less than a minute) after `T0`."""
    stamp = f"2026-11-20T10:00:{ms // 1000:02d}.{ms % 1000:03d}Z"
    return {"timestamp": stamp, **more, "type": kind, "payload": payload}


def event(kind: str, ms: int = 0, /, **payload: Any) -> Line:
    """An `event_msg` line."""
    return line("event_msg", {"type": kind, **payload}, ms)


def item(kind: str, ms: int = 0, /, **payload: Any) -> Line:
    """A `response_item` line."""
    return line("response_item", {"type": kind, **payload}, ms)


def completed(kind: str, ms: int = 0, /, **payload: Any) -> Line:
    """An `item_completed` event."""
    return event("item_completed", ms, thread_id=THREAD, turn_id=TURN, item={"type": kind, **payload})


def meta(**more: Any) -> Line:
    """The thread's description."""
    told = {"id": THREAD, "cwd": "/home/a/shop", "originator": "codex-tui", "cli_version": "0.169.0", "source": "cli"}
    return line("session_meta", {**told, **more})


def context(ms: int = 0, model: str = "gpt-5.5", **more: Any) -> Line:
    """A turn's context."""
    return line("turn_context", {"cwd": "/home/a/shop", "model": model, **more}, ms)


def user_item(text: str, ms: int = 0) -> Line:
    """A user message in the model's history."""
    return item("message", ms, role="user", content=[{"type": "input_text", "text": text}])


def agent_item(text: str, ms: int = 0, **more: Any) -> Line:
    """A message of the agent in the model's history."""
    return item("message", ms, role="assistant", content=[{"type": "output_text", "text": text}], **more)


def call(name: str, arguments: Line, key: str = "c1", ms: int = 0, **more: Any) -> Line:
    """A function call: its arguments are JSON inside a string."""
    return item("function_call", ms, name=name, arguments=json.dumps(arguments), call_id=key, **more)


def output(text: Any, key: str = "c1", ms: int = 0) -> Line:
    """A function call's output."""
    return item("function_call_output", ms, call_id=key, output=text)


def counts(given: int, cached: int, written: int, said: int, thought: int) -> Line:
    """Token counts as Codex writes them."""
    return {
        "input_tokens": given,
        "cached_input_tokens": cached,
        "cache_write_input_tokens": written,
        "output_tokens": said,
        "reasoning_output_tokens": thought,
        "total_tokens": given + said,
    }


_PARSED = ParsedLines(SOURCE, NAME)
read = _PARSED.read


def events(*lines: Line, path: Path = NAME) -> list[Event]:
    """The events of the lines; they must hold nothing unknown or damaged."""
    reading = read(*lines, path=path)
    assert (reading.unknown, reading.damage) == ({}, [])
    return reading.events


def only(kind: type[Any] | tuple[type[Any], ...], *lines: Line, path: Path = NAME) -> list[Any]:
    """The events of these kinds."""
    return [found for found in events(*lines, path=path) if isinstance(found, kind)]


def started(ms: int = 0, key: str = TURN, **more: Any) -> Line:
    """The beginning of a turn, as the newest version writes it."""
    told = {"root_turn_id": key, "turn_attribution": {"turn_id": key, "turn_trigger": "user"}}
    return event("task_started", ms, turn_id=key, model_context_window=258_400, **{**told, **more})


def old_started(ms: int = 0, key: str = TURN) -> Line:
    """The beginning of a turn in 0.140 to 0.142."""
    return event("task_started", ms, turn_id=key, started_at=1, model_context_window=258_400)


def ended(ms: int = 0, key: str = TURN, last: str | None = "Done.", **more: Any) -> Line:
    """The end of a turn, as the newest version writes it."""
    told = {"duration_ms": 900, "time_to_first_token_ms": 80, "root_turn_id": key, **more}
    return event("task_complete", ms, turn_id=key, last_agent_message=last, **told)
