"""Writes stories as Codex writes rollouts (lines of version 0.169)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ppp_tui.demo.script import Tape
from ppp_tui.model.clock import to_text

VERSION = "0.169.0"
WINDOW = 258_400


class CodexWriter(Tape):
    """One thread."""

    def __init__(self, home: Path, seed: str, start_ms: int, project: str, model: str, branch: str = "main") -> None:
        """Begin a thread in a project's folder."""
        super().__init__(home, seed, start_ms)
        self.thread = self.uuid()
        self.project, self.model = project, model
        day = to_text(start_ms)
        stamp = day[:19].replace(" ", "T").replace(":", "-")
        folder = home / ".codex" / "sessions" / day[:4] / day[5:7] / day[8:10]
        self.path = folder / f"rollout-{stamp}-{self.thread}.jsonl"
        self._turn = ""
        self._began = 0
        self._totals = [0, 0, 0, 0]
        self._call = ""
        self._ordinal = 0
        self._line("session_meta", {"id": self.thread, "session_id": self.thread,
        "timestamp": self.iso(), "cwd": project,
                                    "originator": "codex-tui", "cli_version": VERSION, "source": "cli",
                                    "model_provider": "openai", "git": {"branch": branch}})  # fmt: skip

    def prompt(self, text: str) -> None:
        """The person types a prompt, and a turn begins."""
        self._turn, self._began = self.uuid(), self.now_ms
        self._event("task_started", turn_id=self._turn, started_at=self.now_ms // 1000, model_context_window=WINDOW)
        self._line(
            "turn_context", {"turn_id": self._turn, "cwd": self.project, "model": self.model, "effort": "medium"}
        )
        item = {
            "type": "UserMessage",
            "id": self.uuid(),
            "content": [{"type": "text", "text": text, "text_elements": []}],
        }
        self._event("item_completed", thread_id=self.thread, turn_id=self._turn, item=item)

    def think(self, text: str, seconds: float = 1.0) -> None:
        """The model thinks; of that only a summary is written."""
        self.wait(seconds)
        self._item(
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}], "encrypted_content": "demo"}
        )

    def say(self, text: str, *, is_final: bool = False) -> None:
        """The agent speaks."""
        self.wait(0.6 + len(text) / 400)
        identity = self.short("msg_")
        item = {"type": "AgentMessage", "id": identity, "content": [{"type": "Text", "text": text}],
                "phase": "final_answer" if is_final else "commentary"}  # fmt: skip
        self._event("item_completed", thread_id=self.thread, turn_id=self._turn, item=item)
        content = [{"type": "output_text", "text": text}]
        self._item({"type": "message", "id": identity, "role": "assistant", "content": content})
        self._measure(text)
        if is_final:
            self._event("task_complete", turn_id=self._turn, last_agent_message=text, completed_at=self.now_ms // 1000,
                        duration_ms=self.now_ms - self._began, time_to_first_token_ms=900)  # fmt: skip

    def run(self, command: str, output: str, seconds: float, exit_code: int = 0) -> None:
        """A command runs."""
        self.call("exec_command", {"cmd": command, "workdir": self.project})
        self.wait(seconds)
        self.result(
            f"Chunk ID: demo\nWall time: {seconds:.4f} seconds\nProcess exited with code {exit_code}\nOutput:\n{output}"
        )

    def read(self, path: str, content: str) -> None:
        """A file is read, as Codex does it: by a command."""
        self.run(f"sed -n '1,120p' {path}", content, 0.1)

    def edit(self, path: str, old: str, new: str) -> None:
        """A file is patched."""
        self.wait(0.5)
        self._call = self.short("call_")
        changed = "\n".join([*(f"-{line}" for line in old.splitlines()), *(f"+{line}" for line in new.splitlines())])
        patch = f"*** Begin Patch\n*** Update File: {path}\n@@\n{changed}\n*** End Patch"
        self._item(
            {
                "type": "custom_tool_call",
                "status": "completed",
                "call_id": self._call,
                "name": "apply_patch",
                "input": patch,
            }
        )
        self._measure(patch)
        self.wait(0.3)
        output = f"Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nM {path}\n"
        self._item({"type": "custom_tool_call_output", "call_id": self._call, "output": output})

    def search(self, pattern: str, output: str) -> None:
        """Something is looked for."""
        self.run(f"rg -n {json.dumps(pattern)}", output, 0.2)

    def ask(self, question: str, options: tuple[str, ...], seconds: float, answer: str | None) -> None:
        """A structured question."""
        asked = {
            "id": "q1",
            "header": "Choice",
            "question": question,
            "options": [{"label": option, "description": ""} for option in options],
        }
        self.call("request_user_input", {"questions": [asked]})
        self.wait(seconds)
        if answer is not None:
            self.result(json.dumps({"answers": {"q1": {"answers": [answer]}}}))

    def interrupt(self) -> None:
        """The person stops the agent."""
        self._event("turn_aborted", turn_id=self._turn, reason="interrupted", duration_ms=self.now_ms - self._began)

    def call(self, name: str, given: dict[str, Any]) -> None:
        """A tool is called; `result` answers it."""
        self.wait(0.5)
        self._call = self.short("call_")
        arguments = json.dumps(given)
        self._item(
            {
                "type": "function_call",
                "id": self.short("fc_"),
                "name": name,
                "arguments": arguments,
                "call_id": self._call,
            }
        )
        self._measure(arguments)

    def result(self, text: str) -> None:
        """The open call returns."""
        self.context += len(text) // 4
        self._item({"type": "function_call_output", "call_id": self._call, "output": text})

    def _measure(self, text: str) -> None:
        fresh, read, write, output = self.spend(text)
        used = [fresh + read + write, read, output, output // 4]
        self._totals = [total + value for total, value in zip(self._totals, used, strict=True)]
        usage, total = self._counts(used), self._counts(self._totals)
        self._line("token_usage_record", {"thread_id": self.thread, "turn_id": self._turn,
        "response_id": self.short("resp_"),
                                          "usage": usage, "thread_token_usage": total})  # fmt: skip
        hours, week = 12.0 + self.context / 9000, 31.0 + self.context / 40000
        soon, later = self.now_ms // 1000 + 9000, self.now_ms // 1000 + 300_000
        limits = {"limit_id": "codex", "plan_type": "pro",
                  "primary": {"used_percent": round(hours, 1), "window_minutes": 300, "resets_at": soon - soon % 900},
                  "secondary": {"used_percent": round(week, 1), "window_minutes": 10080,
                  "resets_at": later - later % 86400}}  # fmt: skip
        info = {"total_token_usage": total, "last_token_usage": usage, "model_context_window": WINDOW}
        self._event("token_count", info=info, rate_limits=limits)

    @staticmethod
    def _counts(numbers: list[int]) -> dict[str, int]:
        given, cached, output, reasoning = numbers
        return {"input_tokens": given, "cached_input_tokens": cached, "cache_write_input_tokens": 0,
                "output_tokens": output, "reasoning_output_tokens": reasoning,
                "total_tokens": given + output}  # fmt: skip

    def _item(self, payload: dict[str, Any]) -> None:
        self._line("response_item", payload)

    def _event(self, kind: str, **payload: object) -> None:
        self._line("event_msg", {"type": kind, **payload})

    def _line(self, kind: str, payload: dict[str, Any]) -> None:
        self.add(self.path, {"timestamp": self.iso(), "ordinal": self._ordinal, "type": kind, "payload": payload})
        self._ordinal += 1
