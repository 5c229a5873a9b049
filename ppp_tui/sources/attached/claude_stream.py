"""Makes plain lines of what ``claude -p --output-format stream-json`` prints.

Its records are those of session files in part: the prompt is missing unless ``--replay-user-messages`` is given, and
the output of a message is counted before it is written. The true sums stand in the `result` of each turn.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ppp_tui.sources.attached.errand import Errand
from ppp_tui.sources.claude_code.records import ContentBlock, Record
from ppp_tui.sources.claude_code.tools import kind_of, read_call, read_result
from ppp_tui.sources.json_records import JsonObject, blocks_of, count_of, object_of, objects_of, text_of

PlainLine = dict[str, Any]

_ERRORS = {"rate_limit": "rate_limit", "overloaded": "overloaded", "authentication_failed": "auth"}
_TYPES = frozenset({"system", "assistant", "user", "result", "stream_event", "rate_limit_event"})
_SYNTHETIC = "<synthetic>"
_COUNTS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "cache_write_tokens": "cache_creation_input_tokens",
}
"""Names of our counts, and of a message's."""


class ClaudeStream:
    """Converts records of a stream to plain lines."""

    kind = "claude_code"

    def __init__(self, errand: Errand) -> None:
        """Begin with what the user says of the session."""
        self.native_id = ""
        """Id of the session, once it was read."""
        self.is_under_way = False
        """Whether the model has answered, so that the agent's own session file exists, if it keeps one."""
        self.is_turn_open = False
        self.outcome = "completed"
        self._prompt = errand.prompt
        self._calls: dict[str, str] = {}
        """Tools of open calls."""
        self._tasks: dict[str, str] = {}
        """Prompts of sub-agents by call."""
        self._children: set[str] = set()
        self._usage: dict[str, PlainLine] = {}
        """Usage lines of the turn's messages in the session itself."""

    def resume(self, recorded: bytes) -> None:
        """Do nothing: no record of a session depends on those before."""

    @staticmethod
    def is_record(record: JsonObject) -> bool:
        """Return whether an object is a record of such a stream."""
        return text_of(record, "type") in _TYPES and bool(text_of(record, "session_id"))

    def lines_of(self, record: JsonObject, now: str) -> list[PlainLine]:
        """Return the lines that a record makes; `now` is the time of those that have none."""
        self.native_id = self.native_id or text_of(record, "session_id")
        at = text_of(record, "timestamp") or now
        lines: list[PlainLine] = []
        # Other records are parts of messages, which follow completely.
        match text_of(record, "type"):
            case "system":
                lines = self._read_system(record)
            case "assistant":
                lines = self._read_assistant(record)
            case "user":
                lines = self._read_user(record)
            case "result":
                lines = self._read_result(record)
        return [{"at": at, **line} for line in lines]

    def _read_system(self, record: JsonObject) -> list[PlainLine]:
        kind = text_of(record, "subtype")
        if kind == "init":
            start = {
                "type": "start",
                "agent_name": "claude",
                "project": text_of(record, "cwd"),
                "model": text_of(record, "model"),
                "agent_version": text_of(record, "claude_code_version"),
            }
            return [start]
        if kind == "api_retry":
            error = text_of(record, "error")
            failed = {
                "type": "error",
                "kind": _ERRORS.get(error, "error"),
                "message": error,
                "status_code": count_of(record, "error_status"),
                "attempt": count_of(record, "attempt"),
                "max_attempts": count_of(record, "max_retries"),
                "wait_ms": count_of(record, "retry_delay_ms"),
            }
            return [*self._open_turn(), failed]
        if kind == "task_notification":
            is_error = text_of(record, "status") != "completed"
            return self._end_child(text_of(record, "tool_use_id"), is_error=is_error)
        if kind == "compact_boundary":
            trigger = text_of(object_of(record, "compact_metadata"), "trigger")
            return [{"type": "step", "kind": "compaction", "tool": "compact", "target": trigger}]
        return []

    def _open_turn(self, prompt: str = "", key: str = "") -> list[PlainLine]:
        if self.is_turn_open:
            return []
        self.is_turn_open = True
        first, self._prompt = self._prompt, ""
        return [{"type": "turn", "prompt": prompt or first, "key": key}]

    def _enter(self, record: JsonObject) -> tuple[str, list[PlainLine]]:
        """Return the trajectory of a record, and the lines that begin it if it is new."""
        call = text_of(record, "parent_tool_use_id")
        if not call:
            return "", self._open_turn(key=text_of(record, "uuid"))
        if call in self._children:
            return call, []
        self._children.add(call)
        start = {"type": "start", "trajectory": call, "parent": "", "agent_name": "claude"}
        return call, [start, {"type": "turn", "trajectory": call, "prompt": self._tasks.get(call, "")}]

    def _read_assistant(self, record: JsonObject) -> list[PlainLine]:
        self.is_under_way = True
        trajectory, lines = self._enter(record)
        message = object_of(record, "message")
        made: list[PlainLine] = []
        for block in objects_of(message, "content"):
            kind = text_of(block, "type")
            if kind == "text":
                made.append({"type": "response", "text": text_of(block, "text"), "status": "open"})
            elif kind == "thinking":
                made.append({"type": "step", "kind": "thinking", "tool": "", "output": text_of(block, "thinking")})
            elif kind == "tool_use":
                made += self._call(block)
        usage, model = object_of(message, "usage"), text_of(message, "model")
        if usage and model != _SYNTHETIC:
            line: PlainLine = {"type": "usage", "model": model, "key": text_of(message, "id")}
            line |= {ours: count_of(usage, theirs) or 0 for ours, theirs in _COUNTS.items()}
            made.append(line)
            if trajectory:
                # No sum follows for a sub-agent.
                line["is_lower_bound"] = True
            else:
                self._usage[line["key"]] = line
        return lines + [{**line, "trajectory": trajectory} for line in made]

    def _call(self, block: JsonObject) -> list[PlainLine]:
        decoded = msgspec.json.decode(msgspec.json.encode(block), type=ContentBlock, strict=False)
        key, call = text_of(block, "id"), read_call(decoded)
        self._calls[key] = decoded.name
        if call.questions:
            options = list(call.questions[0][1])
            return [{"type": "question", "key": key, "text": call.questions[0][0], "options": options}]
        if call.task:
            self._tasks[key] = call.task
        full_input = call.command or call.task or msgspec.json.encode(object_of(block, "input")).decode()
        step = {"type": "step", "kind": call.kind, "key": key, "tool": decoded.name, "status": "running"}
        return [{**step, "target": call.paths[0] if call.paths else call.target, "input": full_input}]

    def _read_user(self, record: JsonObject) -> list[PlainLine]:
        content = object_of(record, "message").get("content")
        blocks = blocks_of(content)
        text = "\n".join(text_of(block, "text") for block in blocks if text_of(block, "type") == "text")
        results = [block for block in blocks if text_of(block, "type") == "tool_result"]
        if text and not results:
            is_prompt = not record.get("parent_tool_use_id") and not record.get("isSynthetic")
            return self._open_turn(text, text_of(record, "uuid")) if is_prompt else []
        trajectory, lines = self._enter(record)
        made = [line for block in results for line in self._result(block, record)]
        return lines + [{"trajectory": trajectory, **line} for line in made]

    def _result(self, block: JsonObject, record: JsonObject) -> list[PlainLine]:
        key = text_of(block, "tool_use_id")
        tool = self._calls.pop(key, None)
        if tool is None:
            return []
        envelope = {"type": "user", "toolUseResult": record.get("tool_use_result")}
        decoded = msgspec.json.decode(msgspec.json.encode(block), type=ContentBlock, strict=False)
        result = read_result(decoded, msgspec.json.decode(msgspec.json.encode(envelope), type=Record, strict=False))
        kind = kind_of(tool)
        if tool == "AskUserQuestion" or (kind == "plan" and tool.endswith("PlanMode")):
            return [{"type": "answer", "key": key, "answer": result.text if result.status == "ok" else ""}]
        step = {"type": "step", "kind": kind, "key": key, "status": result.status, "output": result.text}
        ended = step | {"exit_code": result.exit_code, "duration_ms": result.duration_ms}
        return [ended, *self._end_child(key, is_error=result.status != "ok")]

    def _end_child(self, call: str, *, is_error: bool) -> list[PlainLine]:
        if call not in self._children:
            return []
        return [{"type": "response", "trajectory": call, "status": "failed" if is_error else "completed"}]

    def _read_result(self, record: JsonObject) -> list[PlainLine]:
        self.is_under_way = True
        lines = self._open_turn()
        usage = object_of(record, "usage")
        if self._usage:
            # Messages are printed before their output is counted: the sum's excess belongs to the last one.
            last = next(reversed(self._usage.values()))
            missing = (count_of(usage, "output_tokens") or 0) - sum(
                line["output_tokens"] for line in self._usage.values()
            )
            if missing > 0:
                lines.append({**last, "output_tokens": last["output_tokens"] + missing})
        self._usage.clear()
        is_error = record.get("is_error") is True or text_of(record, "subtype").startswith("error")
        if is_error:
            message = text_of(record, "result") or text_of(record, "subtype")
            status = count_of(record, "api_error_status")
            lines.append({"type": "error", "message": message, "status_code": status, "is_final": True})
        self.is_turn_open, self.outcome = False, "failed" if is_error else "completed"
        duration = count_of(record, "duration_ms")
        return [*lines, {"type": "response", "status": self.outcome, "latency_ms": duration}]
