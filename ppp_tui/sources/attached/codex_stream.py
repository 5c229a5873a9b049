"""Makes plain lines of what ``codex exec --json`` prints.

No record has a time, a prompt or a model. `turn.completed` states the tokens of the whole thread so far, also of what
was done before it was resumed: a turn's own are the difference.
"""

from __future__ import annotations

import re
import shlex
from typing import Any
from uuid import UUID

from ppp_tui.model.clock import from_text
from ppp_tui.sources.attached.errand import Errand
from ppp_tui.sources.codex.tools import command_text
from ppp_tui.sources.json_records import (
    JsonObject,
    compact_json,
    count_of,
    mended_object,
    object_of,
    objects_of,
    text_of,
)

PlainLine = dict[str, Any]

MAX_START_MS = 60_000
"""Age of a thread at its first record above which it counts as resumed."""

MAX_NOTES = 20

TOTAL = "thread_total"
"""Our own field in a usage line: the tokens of the thread so far."""

_COUNTS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)
_STATUSES = {"in_progress": "running", "completed": "ok", "failed": "failed", "declined": "denied"}
_RETRY = re.compile(r"Reconnecting\D{0,9}(\d{1,3})/(\d{1,3})")
_STATUS_CODE = re.compile(r"\b([45]\d\d)\b")
_SHELL = re.compile(r"(?:\S*/)?(?:ba|z|da)?sh -l?c ")


class CodexStream:
    """Converts records of a stream to plain lines."""

    kind = "codex"

    def __init__(self, errand: Errand) -> None:
        """Begin with what the user says of the session."""
        self.native_id = ""
        self.is_under_way = False
        """Whether the model has answered, so that Codex's own rollout exists, if it keeps one."""
        self.is_turn_open = False
        self.outcome = "completed"
        self.total: list[int] | None = None
        """Tokens of the thread up to the last turn; None while unknown."""
        self._prompt = errand.prompt
        self._project = errand.project
        self._began = ""
        self._notes: list[PlainLine] = []
        """Notices that come before the turn that they belong to."""
        self._turns = 0

    def resume(self, recorded: bytes) -> None:
        """Continue after lines that were made of the same thread before."""
        for line in reversed(recorded.splitlines()):
            total = (mended_object(line) or {}).get(TOTAL)
            if isinstance(total, list) and len(total) == len(_COUNTS) and all(isinstance(part, int) for part in total):
                self.total = total
                return

    @staticmethod
    def is_record(record: JsonObject) -> bool:
        """Return whether an object is a record of such a stream."""
        return text_of(record, "type").startswith(("thread.", "turn.", "item."))

    def lines_of(self, record: JsonObject, now: str) -> list[PlainLine]:
        """Return the lines that a record, read at the time `now`, makes."""
        kind = text_of(record, "type")
        lines: list[PlainLine] = []
        if kind == "thread.started":
            self.native_id = text_of(record, "thread_id")
            if self.total is None and not _is_older(self.native_id, from_text(now)):
                self.total = [0] * len(_COUNTS)
            self._began = now
            lines = [{"type": "start", "agent_name": "codex", "project": self._project}]
        elif kind == "turn.started":
            lines = self._open_turn()
        elif kind.startswith("item."):
            lines = self._item(object_of(record, "item"), is_over=kind == "item.completed")
        elif kind == "turn.completed":
            lines = [*self._open_turn(), *self._usage(object_of(record, "usage"))]
            lines.append({"type": "response", "status": "completed"})
            self.is_turn_open, self.outcome = False, "completed"
        elif kind in ("turn.failed", "error"):
            is_final = kind == "turn.failed"
            message = text_of(object_of(record, "error"), "message") or text_of(record, "message")
            lines = [*self._open_turn(), _error(message, is_final=is_final)]
            if is_final:
                lines.append({"type": "response", "status": "failed"})
                self.is_turn_open, self.outcome = False, "failed"
        self.is_under_way = self.is_under_way or any(line["type"] in ("step", "response") for line in lines)
        return [{"at": now, **line} for line in lines]

    def _open_turn(self) -> list[PlainLine]:
        if self.is_turn_open:
            return []
        self.is_turn_open = True
        self._turns += 1
        prompt, self._prompt = self._prompt, ""
        notes, self._notes = self._notes, []
        return [{"type": "turn", "prompt": prompt, "key": f"{self._began}/{self._turns}"}, *notes]

    def _item(self, item: JsonObject, *, is_over: bool) -> list[PlainLine]:
        kind, text = text_of(item, "type"), text_of(item, "text")
        if kind == "error":
            note = {"type": "step", "kind": "note", "tool": "codex", "output": text_of(item, "message")}
            if self.is_turn_open:
                return [note]
            self._notes = [*self._notes[-MAX_NOTES:], note]
            return []
        lines = self._open_turn()
        if kind == "agent_message":
            return [*lines, {"type": "response", "text": text, "status": "open"}] if is_over else lines
        if kind == "reasoning":
            return [*lines, {"type": "step", "kind": "thinking", "tool": "", "output": text}] if is_over else lines
        status = _STATUSES.get(text_of(item, "status"), "ok") if is_over else "running"
        # Ids of items begin anew with each process.
        step = {
            "type": "step",
            "key": f"{self._began}/{self._turns}/{text_of(item, 'id')}",
            "status": status,
            **_step(kind, item),
        }
        return [*lines, step]

    def _usage(self, usage: JsonObject) -> list[PlainLine]:
        total = [count_of(usage, name) or 0 for name in _COUNTS]
        before, self.total = self.total, total
        if before is None:
            return []
        spent, cached, written, output, reasoning = (
            max(0, now - then) for now, then in zip(total, before, strict=True)
        )
        line = {"type": "usage", "model": "", "input_tokens": max(0, spent - cached - written)}
        counts = {"output_tokens": output, "reasoning_tokens": reasoning, "cache_read_tokens": cached}
        return [line | counts | {"cache_write_tokens": written, TOTAL: total}]


def _step(kind: str, item: JsonObject) -> PlainLine:
    if kind == "command_execution":
        command = _plain_command(text_of(item, "command"))
        code = item.get("exit_code")
        return {
            "kind": "shell",
            "tool": "shell",
            "input": command,
            "output": text_of(item, "aggregated_output"),
            "exit_code": code if isinstance(code, int) and abs(code) < 2**31 else None,
        }
    if kind == "file_change":
        paths = [text_of(change, "path") for change in objects_of(item, "changes")]
        return {"kind": "edit", "tool": "apply_patch", "target": next(iter(paths), ""), "input": "\n".join(paths)}
    if kind == "mcp_tool_call":
        tool = f"mcp__{text_of(item, 'server')}__{text_of(item, 'tool')}"
        texts = [text_of(part, "text") for part in objects_of(object_of(item, "result"), "content")]
        output = "\n".join(texts) or text_of(object_of(item, "error"), "message")
        return {"kind": "mcp", "tool": tool, "input": compact_json(item.get("arguments")), "output": output}
    if kind == "web_search":
        return {"kind": "web", "tool": kind, "input": text_of(item, "query")}
    if kind == "todo_list":
        plan = [
            f"[{'x' if todo.get('completed') else ' '}] {text_of(todo, 'text')}" for todo in objects_of(item, "items")
        ]
        return {"kind": "plan", "tool": kind, "input": "\n".join(plan)}
    return {"kind": "tool", "tool": kind or "tool"}


def _plain_command(command: str) -> str:
    """Return a command as a user would type it: Codex prints ``/bin/bash -lc '…'``."""
    if not _SHELL.match(command):
        return command
    try:
        return command_text(shlex.split(command))
    except ValueError:
        return command


def _error(message: str, *, is_final: bool) -> PlainLine:
    retry, code = _RETRY.search(message), _STATUS_CODE.search(message)
    status = int(code[1]) if code else None
    kind = "rate_limit" if status == 429 else "overloaded" if status in (503, 529) else "error"
    line = {"type": "error", "kind": kind, "message": message, "status_code": status, "is_final": is_final}
    return line | ({"attempt": int(retry[1]), "max_attempts": int(retry[2])} if retry else {})


def _is_older(thread: str, now_ms: int) -> bool:
    """Return whether a thread began long before `now_ms`, from the time in its id (UUID version 7)."""
    try:
        made = UUID(thread)
    except ValueError:
        return True
    return made.version != 7 or now_ms - (made.int >> 80) > MAX_START_MS
