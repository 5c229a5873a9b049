"""Writes stories as Codex writes rollouts."""

from __future__ import annotations

import json
from typing import Any

from ppp_tui.demo.codex_items import command_item, message_item, patch_item
from ppp_tui.demo.codex_rollout import WINDOW, CodexRollout
from ppp_tui.demo.story import changed_lines

YIELD_S = 10.0
"""After so long a command goes on in the background, and the model looks after it."""


class CodexWriter(CodexRollout):
    """One thread."""

    def title(self, text: str) -> None:
        """Append a name of the thread."""
        self._event("thread_name_updated", thread_id=self.thread, thread_name=text)

    def prompt(self, text: str) -> None:
        """Append a prompt of the user, which begins a turn; the first one begins the file."""
        if not self._ordinal:
            self._describe()
        self._turn, self._began_ms, self._last_message = self.uuid7(), self.now_ms, None
        self._totals["turn"] = [0, 0, 0, 0]
        attribution = {"turn_id": self._turn, "turn_trigger": "user", "root_turn_id": self._turn}
        self._event(
            "task_started",
            turn_attribution=attribution,
            turn_id=self._turn,
            root_turn_id=self._turn,
            started_at=self.now_ms // 1000,
            model_context_window=WINDOW,
            collaboration_mode_kind="default",
        )
        self._line(
            "turn_context",
            {
                "turn_id": self._turn,
                "root_turn_id": self._turn,
                "cwd": self.project,
                "approval_policy": "on-request",
                "model": self.model,
                "effort": "medium",
                "summary": "auto",
                "sandbox_policy": {"type": "workspace-write"},
            },
        )
        self.hear(text)
        self._item(
            {
                "type": "message",
                "id": f"msg_{self.uuid7()}",
                "role": "user",
                "content": [{"type": "input_text", "text": text}],
            },
            kinds=["user.text"],
        )
        self._complete(message_item("UserMessage", self.uuid7(), text))

    def think(self, text: str, seconds: float = 1.0) -> None:
        """Append a thought, of which only a summary is written."""
        self.wait(seconds)
        identity = self.token("rs_")
        self._response_text += text * 2
        self._complete({"type": "Reasoning", "id": identity, "summary_text": [text], "raw_content": []})
        self._item(
            {
                "type": "reasoning",
                "id": identity,
                "summary": [{"type": "summary_text", "text": text}],
                "encrypted_content": self.token("", 24),
            }
        )

    def say(self, text: str, *, is_final: bool = False) -> None:
        """Append a text of the agent."""
        self.wait(0.6 + len(text) / 400)
        self._response_text += text
        self._last_message = text
        identity = self.token("msg_")
        phase = "final_answer" if is_final else "commentary"
        self._complete({**message_item("AgentMessage", identity, text), "phase": phase})
        self._item(
            {
                "type": "message",
                "id": identity,
                "role": "assistant",
                "phase": phase,
                "content": [{"type": "output_text", "text": text}],
            }
        )
        if is_final:
            self._measure()
            self._count_tokens()
            self._end_turn()

    def run(self, command: str, output: str, seconds: float, exit_code: int = 0) -> None:
        """Append a command; a long one continues in the background and is polled."""
        began_ms = self.now_ms
        self.call("exec_command", {"cmd": command, "workdir": self.project})
        call, process = self._call, str(10_000 + len(self.beats))
        if seconds > YIELD_S:
            self.wait(YIELD_S)
            self._return(f"Wall time: {YIELD_S:.4f} seconds\nProcess running with session ID {process}\nOutput:\n")
            self.call("write_stdin", {"session_id": int(process), "chars": "", "yield_time_ms": 300_000})
            seconds -= YIELD_S
        self.wait(seconds)
        taken_ms = self.now_ms - began_ms
        self._complete(
            command_item(call, process, command, self.project, output=output, exit_code=exit_code, taken_ms=taken_ms)
        )
        head = f"Chunk ID: {self.token('', 3)}\nWall time: {seconds:.4f} seconds\n"
        head += f"Process exited with code {exit_code}\n"
        self._return(f"{head}Output:\n{output}")

    def read(self, path: str, content: str) -> None:
        """Append the reading of a file by a command, as Codex does it."""
        self.run(f"sed -n '1,200p' {path}", content, 0.1)

    def edit(self, path: str, old: str, new: str) -> None:
        """Append a patch of a file."""
        self.wait(0.5)
        self._call = self.token("call_")
        lines = changed_lines(old, new)
        patch = "\n".join(["*** Begin Patch", f"*** Update File: {path}", "@@", *lines, "*** End Patch"])
        self._response_text += patch
        self._item(
            {
                "type": "custom_tool_call",
                "id": self.token("ctc_"),
                "status": "completed",
                "call_id": self._call,
                "name": "apply_patch",
                "input": patch,
            }
        )
        self._measure()
        self.wait(0.3)
        output = f"Success. Updated the following files:\nM {path}\n"
        counts = f"-1,{len(old.splitlines())} +1,{len(new.splitlines())}"
        diff = "\n".join([f"@@ {counts} @@", *lines, ""])
        self._complete(patch_item(self._call, f"{self.project}/{path}", diff, output))
        self._return(f"Exit code: 0\nWall time: 0.1 seconds\nOutput:\n{output}", "custom_tool_call_output")

    def search(self, pattern: str, output: str) -> None:
        """Append a search."""
        self.run(f"rg -n {json.dumps(pattern)}", output, 0.2)

    def plan(self, *steps: str) -> None:
        """Append a plan."""
        self.call("update_plan", {"plan": [{"step": step, "status": "pending"} for step in steps]})
        self._return("Plan updated")

    def ask(self, question: str, options: tuple[str, ...], seconds: float, answer: str | None) -> None:
        """Append a question through the tool for questions."""
        asked = {
            "id": "choice",
            "header": "Choice",
            "question": question,
            "options": [{"label": option, "description": ""} for option in options],
        }
        self.call("request_user_input", {"questions": [asked]})
        self.wait(seconds)
        if answer is not None:
            self._return(json.dumps({"answers": {"choice": {"answers": [answer]}}}))

    def delegate(self, task: str) -> CodexWriter:
        """Begin a sub-agent in a file of its own and return its writer; `hear_back` waits for it."""
        self.call("spawn_agent", {"message": task}, "multi_agent_v1")
        stage = self.stage.named(self._call, self.now_ms, self.stage.speed)
        child = CodexWriter(stage, self.project, self.model, self.branch, parent=self.thread)
        child.wait(0.3)
        child.prompt(task)
        self._complete(
            {
                "type": "CollabAgentToolCall",
                "id": self._call,
                "tool": "spawn_agent",
                "status": "completed",
                "sender_thread_id": self.thread,
                "receiver_thread_ids": [child.thread],
                "prompt": task,
                "model": self.model,
            }
        )
        self._return(json.dumps({"agent_id": child.thread, "nickname": "helper"}))
        return child

    def hear_back(self, child: CodexWriter, report: str) -> None:
        """Wait until the sub-agent is done."""
        self.call("wait_agent", {"targets": [child.thread], "timeout_ms": 300_000}, "multi_agent_v1")
        self.now_ms = max(self.now_ms, child.now_ms)
        self.wait(0.2)
        self.beats += child.beats
        self._return(json.dumps({"status": {child.thread: {"completed": report}}, "timed_out": False}))

    def fail(self, message: str, info: str) -> None:
        """Append a failure of the provider that ends the turn; `info` is its class."""
        self._end_turn(error={"message": message, "codex_error_info": info})

    def reach_limit(self, message: str) -> None:
        """Append the failure of a turn for the used-up five-hour limit."""
        self.used_percent["primary"] = 100.0
        self._count_tokens()
        self.fail(message, "usage_limit_exceeded")

    def interrupt(self) -> None:
        """Append an interrupt by the user."""
        self._event(
            "turn_aborted",
            turn_id=self._turn,
            reason="interrupted",
            completed_at=self.now_ms // 1000,
            duration_ms=self.now_ms - self._began_ms,
        )

    def leave(self) -> None:
        """Append the end of the program."""
        self._event("shutdown_complete")

    def call(self, name: str, tool_input: dict[str, Any], namespace: str = "") -> None:
        """Append a tool call."""
        self.wait(0.5)
        self._call = self.token("call_")
        arguments = json.dumps(tool_input)
        self._response_text += arguments
        item = {"type": "function_call", "id": self.token("fc_"), "name": name}
        if namespace:
            item["namespace"] = namespace
        self._item({**item, "arguments": arguments, "call_id": self._call})
        self._measure()

    def _return(self, text: str, kind: str = "function_call_output") -> None:
        """Append the output of the open call."""
        self.hear(text)
        self._item({"type": kind, "id": f"fco_{self.uuid7()}", "call_id": self._call, "output": text})
        self._count_tokens()
