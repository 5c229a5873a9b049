"""Writes stories as Claude Code writes sessions (records of versions 2.1.2xx)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ppp_tui.demo.script import Tape

VERSION = "2.1.219"


class ClaudeWriter(Tape):
    """One session, or one sub-agent of it."""

    def __init__(self, home: Path, seed: str, start_ms: int, project: str, model: str, branch: str = "main") -> None:
        """Begin a session in a project's folder."""
        super().__init__(home, seed, start_ms)
        self.session = self.uuid()
        self.project, self.model, self.branch = project, model, branch
        self.folder = home / ".claude" / "projects" / re.sub(r"[^A-Za-z0-9-]", "-", project)
        self.path = self.folder / f"{self.session}.jsonl"
        self.agent = ""
        self._parent: str | None = None
        self._message = ""
        self._open = ""

    def prompt(self, text: str) -> None:
        """The person types a prompt."""
        self._user(
            {"role": "user", "content": text}, promptId=self.uuid(), origin={"kind": "human"}, promptSource="typed"
        )

    def title(self, text: str) -> None:
        """The session gets a title."""
        self.add(self.path, {"type": "custom-title", "customTitle": text, "sessionId": self.session})

    def think(self, text: str, seconds: float = 1.0) -> None:
        """The model thinks."""
        self.wait(seconds)
        self._assistant({"type": "thinking", "thinking": text, "signature": "demo"}, text, "tool_use")

    def say(self, text: str, *, is_final: bool = False) -> None:
        """The agent speaks."""
        self.wait(0.6 + len(text) / 400)
        self._assistant({"type": "text", "text": text}, text, "end_turn" if is_final else "tool_use")

    def run(self, command: str, output: str, seconds: float, exit_code: int = 0) -> None:
        """A command runs."""
        self.call("Bash", {"command": command, "description": "run a command"})
        self.wait(seconds)
        if exit_code:
            self.result(
                f"Exit code {exit_code}\n{output}", is_error=True, told=f"Error: Exit code {exit_code}\n{output}"
            )
        else:
            self.result(output, told={"stdout": output, "stderr": "", "interrupted": False, "isImage": False})

    def read(self, path: str, content: str) -> None:
        """A file is read."""
        self.call("Read", {"file_path": f"{self.project}/{path}"})
        self.wait(0.1)
        self.result(content, told={"type": "text", "file": {"filePath": path, "content": content}})

    def edit(self, path: str, old: str, new: str) -> None:
        """A file is changed."""
        place = f"{self.project}/{path}"
        self.call("Edit", {"file_path": place, "old_string": old, "new_string": new})
        self.wait(0.2)
        lines = [f"-{line}" for line in old.splitlines()] + [f"+{line}" for line in new.splitlines()]
        hunk = {
            "oldStart": 1,
            "oldLines": len(old.splitlines()),
            "newStart": 1,
            "newLines": len(new.splitlines()),
            "lines": lines,
        }
        told = {"filePath": place, "oldString": old, "newString": new, "structuredPatch": [hunk]}
        self.result(f"The file {place} has been updated.", told=told)

    def search(self, pattern: str, output: str) -> None:
        """Something is looked for."""
        self.call("Grep", {"pattern": pattern, "path": self.project})
        self.wait(0.3)
        self.result(output, told={"mode": "content", "numFiles": 1, "filenames": [], "content": output})

    def ask(self, question: str, options: tuple[str, ...], seconds: float, answer: str | None) -> None:
        """A structured question."""
        asked = {"question": question, "header": "Choice", "multiSelect": False,
                 "options": [{"label": option, "description": ""} for option in options]}  # fmt: skip
        self.call("AskUserQuestion", {"questions": [asked]})
        self.wait(seconds)
        if answer is not None:
            told = {"questions": [asked], "answers": {question: answer}}
            self.result(f"Your questions have been answered: {answer}", told=told)

    def delegate(self, task: str, prompt: str, report: str, seconds: float) -> None:
        """A sub-agent works in a file of its own, and reports."""
        self.call("Agent", {"description": task, "prompt": prompt, "subagent_type": "Explore"})
        child = ClaudeWriter(self.home, f"{self.seed}/{task}", self.now_ms, self.project, "claude-haiku-4-5")
        child.session, child.agent = self.session, child.short("a")[:16]
        child.path = self.folder / self.session / "subagents" / f"agent-{child.agent}.jsonl"
        child.wait(0.3)
        child._user({"role": "user", "content": prompt})
        child.run("git ls-files | head -40", "app.py\ncart.py\ntests/test_cart.py", seconds * 0.4)
        child.say(report, is_final=True)
        self.beats += child.beats
        self.wait(max(seconds, (child.now_ms - self.now_ms) / 1000 + 0.2))
        told = {"status": "completed", "agentId": child.agent, "totalTokens": child.context, "totalToolUseCount": 1,
                "totalDurationMs": round(seconds * 1000)}  # fmt: skip
        self.result(report, told=told)

    def fail(self, status: int, message: str, attempt: int, wait_s: float) -> None:
        """A model request fails and will be tried again."""
        error = {"status": status, "error": {"error": {"type": "overloaded_error", "message": message}}}
        self._chain({"type": "system", "subtype": "api_error", "level": "error", "error": error,
                     "retryInMs": wait_s * 1000, "retryAttempt": attempt, "maxRetries": 10})  # fmt: skip
        self.wait(wait_s)

    def give_up(self, text: str, error: str) -> None:
        """Nothing more is tried."""
        message = {"id": self.uuid(), "model": "<synthetic>", "role": "assistant", "stop_reason": "stop_sequence",
                   "type": "message", "usage": {"input_tokens": 0, "output_tokens": 0},
                   "content": [{"type": "text", "text": text}]}  # fmt: skip
        self._chain({"type": "assistant", "message": message, "isApiErrorMessage": True, "error": error})

    def compact(self) -> None:
        """The conversation is condensed."""
        before, self.context = self.context, 18_000
        self._chain({"type": "system", "subtype": "compact_boundary", "content": "Conversation compacted",
                     "compactMetadata": {"trigger": "auto", "preTokens": before}})  # fmt: skip
        self._user({"role": "user", "content": "This session is being continued from a previous conversation."},
                   isCompactSummary=True, isVisibleInTranscriptOnly=True)  # fmt: skip

    def interrupt(self) -> None:
        """The person stops the agent."""
        self._user({"role": "user", "content": [{"type": "text", "text": "[Request interrupted by user]"}]})

    def call(self, name: str, given: dict[str, Any]) -> None:
        """A tool is called; `result` answers it."""
        self.wait(0.5)
        self._open = self.short("toolu_")
        self._assistant({"type": "tool_use", "id": self._open, "name": name, "input": given}, str(given), "tool_use")

    def result(self, text: str, *, is_error: bool = False, told: object = None) -> None:
        """The open call returns."""
        block = {"type": "tool_result", "tool_use_id": self._open, "content": text, "is_error": is_error}
        self.context += len(text) // 4
        self._user({"role": "user", "content": [block]}, toolUseResult=told)

    def _assistant(self, block: dict[str, Any], text: str, stop: str) -> None:
        fresh, read, write, output = self.spend(text)
        usage = {"input_tokens": fresh, "cache_read_input_tokens": read, "cache_creation_input_tokens": write,
                 "output_tokens": output, "service_tier": "standard", "speed": "standard",
                 "cache_creation": {"ephemeral_5m_input_tokens": write, "ephemeral_1h_input_tokens": 0}}  # fmt: skip
        message = {"id": self.short("msg_"), "type": "message", "role": "assistant", "model": self.model,
                   "content": [block], "stop_reason": stop, "usage": usage}  # fmt: skip
        self._chain({"type": "assistant", "message": message, "requestId": self.short("req_")})

    def _user(self, message: dict[str, Any], **more: object) -> None:
        self._chain({"type": "user", "message": message, **more})

    def _chain(self, record: dict[str, Any]) -> None:
        envelope: dict[str, Any] = {"parentUuid": self._parent, "isSidechain": bool(self.agent)}
        if self.agent:
            envelope["agentId"] = self.agent
        identity = self.uuid()
        self._parent = identity
        tail = {"uuid": identity, "timestamp": self.iso(), "userType": "external", "entrypoint": "cli",
                "cwd": self.project, "sessionId": self.session,
                "version": VERSION, "gitBranch": self.branch}  # fmt: skip
        self.add(self.path, {**envelope, **record, **tail})
