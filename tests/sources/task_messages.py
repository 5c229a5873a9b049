"""Tasks of Cline, Roo Code and Kilo Code: messages of a panel, and the folder that they lie in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ppp_tui.sources.source import ParsedChunk, TableSource

T0 = 1_795_168_800_000
"""Time of the first message: 2026-11-20T10:00:00Z."""

MODEL = {"providerId": "anthropic", "modelId": "claude-sonnet-4-5-20250929", "mode": "act"}
ENVIRONMENT = (
    "\n\n<environment_details>\n# Current Working Directory (/home/me/shop) Files\na.py\n\n"
    "# Current Mode\n<slug>code</slug>\n<name>Code</name>\n<model>anthropic/claude-sonnet-4.5</model>\n"
    "</environment_details>"
)


def say(second: int, kind: str, text: str = "", **more: Any) -> dict[str, Any]:
    return {"ts": T0 + second * 1000, "type": "say", "say": kind, "text": text, "modelInfo": MODEL, **more}


def ask(second: int, kind: str, text: str = "", **more: Any) -> dict[str, Any]:
    return {"ts": T0 + second * 1000, "type": "ask", "ask": kind, "text": text, **more}


def request(second: int, sent: str, **counts: Any) -> dict[str, Any]:
    return say(second, "api_req_started", json.dumps({"request": sent + ENVIRONMENT, **counts}))


def counts(fresh: int, output: int, read: int = 0, written: int = 0, cost: float = 0.0) -> dict[str, Any]:
    return {"tokensIn": fresh, "tokensOut": output, "cacheReads": read, "cacheWrites": written, "cost": cost}


def tool(name: str, **arguments: Any) -> str:
    return json.dumps({"tool": name, **arguments})


class Task:
    """A task's folder, and what was read of it so far."""

    def __init__(self, source: TableSource, folder: Path, name: str = "1795168800000") -> None:
        self.source = source
        self.path = folder / name / "ui_messages.json"
        self.path.parent.mkdir(parents=True)
        self.state = b""

    def write(self, *messages: dict[str, Any]) -> ParsedChunk:
        self.path.write_text(json.dumps(messages))
        return self.poll()

    def beside(self, name: str, document: Any) -> None:
        (self.path.parent / name).write_text(json.dumps(document))

    def poll(self) -> ParsedChunk:
        read = self.source.poll(self.path, self.state)
        self.state = read.state
        return read.reading


SESSION = [
    say(0, "text", "Fix the failing test"),
    say(1, "checkpoint_created"),
    request(2, "<task>\nFix the failing test\n</task>", **counts(10, 595, 0, 9573, 0.0448)),
    say(3, "reasoning", "First I look.", partial=True),
    say(4, "text", "I run the tests.", partial=True),
    ask(5, "command", "pytest -q"),
    say(6, "command_output", "1 failed"),
    request(
        7,
        "[execute_command for 'pytest -q'] Result:\nCommand executed in terminal. Exit code: 1\nOutput:\n1 failed",
        **counts(10, 200, 9573, 2512, 0.0153),
    ),
    say(8, "tool", tool("readFile", path="a.py", content="/home/me/shop/a.py")),
    request(9, "[read_file for 'a.py'] Result:\nprint(1)", **counts(12, 50, 12085, 20, 0.005)),
    ask(10, "followup", json.dumps({"question": "Which one?", "options": ["A", "B"]})),
    say(20, "user_feedback", "B, please"),
    request(21, "[ask_followup_question for 'Which one?'] Result:\nB, please", **counts(9, 40, 12200, 30, 0.004)),
    ask(22, "tool", tool("editedExistingFile", path="a.py", diff="-1\n+2")),
    request(30, "[replace_in_file for 'a.py'] Result:\nThe user denied this operation.", **counts(9, 30, 12300, 10)),
    say(31, "completion_result", "Done.HAS_CHANGES"),
    ask(32, "completion_result", ""),
    say(60, "user_feedback", "Now the docs"),
    request(61, "<feedback>\nNow the docs\n</feedback>"),
]
