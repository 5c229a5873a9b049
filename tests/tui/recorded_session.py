"""A session file as Claude Code writes one, read by the real ingest: what a user finds on the screen comes from there.

Two turns around 11:50 of 2026-11-20: the first fails a command and asks two questions, the second costs most.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SESSION = "5e551015-0000-4000-8000-000000000001"
DESCRIPTION = "Run the tests of the cart"
OUTPUT = "Exit code 1\n" + "\n".join(f"test line {number}" for number in range(30)) + "\nFAILED: the cart is empty"


class _Transcript:
    """Records one after another, a few seconds apart."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._second = 0

    def add(
        self, kind: str, content: Any, *, takes_s: int = 2, usage: dict[str, int] | None = None, **more: Any
    ) -> None:
        """Append a record, so many seconds after the one before."""
        self._second += takes_s
        message: dict[str, Any] = {"role": kind, "content": content}
        if kind == "assistant":
            message |= {"id": f"msg_{len(self.lines)}", "model": "claude-sonnet-4-5", "stop_reason": None}
            message["usage"] = {"input_tokens": 10, "output_tokens": 50, "cache_read_input_tokens": 9000} | (
                usage or {}
            )
        minute, second = divmod(self._second, 60)
        record = {
            "type": kind,
            "uuid": f"u{len(self.lines)}",
            "sessionId": SESSION,
            "cwd": "/home/dev/cart",
            "version": "2.1.0",
            "timestamp": f"2026-11-20T11:{50 + minute}:{second:02d}.000Z",
            "message": message,
        }
        if kind == "assistant":
            record["requestId"] = f"req_{len(self.lines)}"
        self.lines.append(json.dumps({**record, **more}) + "\n")

    def call(self, key: str, tool: str, values: dict[str, Any], **more: Any) -> None:
        """Append a tool call."""
        self.add("assistant", [{"type": "tool_use", "id": key, "name": tool, "input": values}], **more)

    def result(self, key: str, text: str, *, is_error: bool = False, **more: Any) -> None:
        """Append the result of a tool call."""
        block = {"type": "tool_result", "tool_use_id": key, "content": text, "is_error": is_error}
        self.add("user", [block], **more)


def _records() -> Iterator[str]:
    talk = _Transcript()
    talk.add("user", "Fill the cart")
    talk.call("c1", "Bash", {"command": "cd /home/dev/cart && pytest -q", "description": DESCRIPTION})
    talk.result("c1", OUTPUT, is_error=True, takes_s=8, toolUseResult=f"Error: {OUTPUT}")
    asked = [
        {"question": "Which store fits?", "header": "Store", "options": [{"label": "Shelf"}, {"label": "Drawer"}]},
        {"question": "How many rows?", "header": "Rows", "options": [{"label": "Ten"}, {"label": "Twenty"}]},
    ]
    answers = {"Which store fits?": "Drawer", "How many rows?": "Fifteen, no more"}
    talk.call("c2", "AskUserQuestion", {"questions": asked})
    talk.result(
        "c2", "User has answered your questions", takes_s=30, toolUseResult={"questions": asked, "answers": answers}
    )
    talk.add("assistant", [{"type": "text", "text": "The cart holds **fifteen** rows."}])
    talk.add("user", "Now sort it")
    talk.call("c3", "Bash", {"command": "make sort", "description": "Sort the rows"}, usage={"output_tokens": 90_000})
    talk.result("c3", "sorted", takes_s=45)
    talk.add("assistant", [{"type": "text", "text": "The rows are sorted."}], usage={"cache_read_input_tokens": 60_000})
    yield from talk.lines


def read_recorded_session(home: Path) -> Path:
    """Write the session into a home, let ingest read it, and return the database."""
    file = home / ".claude" / "projects" / "-home-dev-cart" / f"{SESSION}.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text("".join(_records()), encoding="utf-8")
    keep = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "CLAUDE", "CODEX", "PPP"))
    }
    subprocess.run(
        [sys.executable, "-m", "ppp_tui", "ingest"],
        env={**keep, "HOME": str(home)},
        check=True,
        capture_output=True,
        timeout=60,
    )
    [database] = (home / ".local" / "share" / "ppp-tui").glob("*.db")
    return database
