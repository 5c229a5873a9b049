"""Writes stories as Claude Code writes sessions (records of version 2.1.329)."""

from __future__ import annotations

import re
from typing import Any

from ppp_tui.demo.story import Stage, Tape, changed_lines

VERSION = "2.1.329"

RETRIES = 10
"""How often a refused request is asked again."""

_RANKS = {"thinking": 0, "text": 1, "tool_use": 2}
"""In which order the blocks of one message come."""


class ClaudeWriter(Tape):
    """One session, or one sub-agent of it."""

    def __init__(self, stage: Stage, project: str, model: str, branch: str = "main") -> None:
        """Begin a session in a project's folder."""
        super().__init__(stage)
        self.session = self.uuid4()
        self.project, self.model, self.branch = project, model, branch
        self.folder = stage.home / ".claude" / "projects" / re.sub(r"[^A-Za-z0-9-]", "-", project)
        self.path = self.folder / f"{self.session}.jsonl"
        self.agent = ""
        """A sub-agent's id."""
        self._parent: str | None = None
        self._prompt = ""
        self._message: dict[str, Any] = {}
        self._request = ""
        self._rank = 0
        self._call = ""

    def title(self, text: str) -> None:
        """Append a title of the session."""
        self.add(self.path, {"type": "ai-title", "aiTitle": text, "sessionId": self.session})

    def prompt(self, text: str) -> None:
        """Append a prompt of the user."""
        self._prompt = self.uuid4()
        self._user(text, origin={"kind": "human"}, promptSource="typed", permissionMode="default")

    def queue(self, text: str) -> None:
        """Append a prompt that the user types while the agent is busy."""
        stamp = {"timestamp": self.iso(), "sessionId": self.session}
        self.add(self.path, {"type": "queue-operation", "operation": "enqueue", **stamp, "content": text})
        self.add(self.path, {"type": "queue-operation", "operation": "remove", **stamp})
        self.hear(text)
        self._chain("attachment", attachment={"type": "queued_command", "prompt": text, "commandMode": "prompt"})

    def think(self, text: str, seconds: float = 1.0) -> None:
        """Append a thought."""
        self.wait(seconds)
        self._assistant({"type": "thinking", "thinking": text, "signature": self.token("", 24)}, text)

    def say(self, text: str, *, is_final: bool = False) -> None:
        """Append a text of the agent."""
        self.wait(0.6 + len(text) / 400)
        self._assistant({"type": "text", "text": text}, text, "end_turn" if is_final else "tool_use")
        if is_final:
            self._message = {}

    def run(self, command: str, output: str, seconds: float, exit_code: int = 0, *, description: str = "") -> None:
        """Append a command with its output."""
        self.call("Bash", {"command": command, **({"description": description} if description else {})})
        self.wait(seconds)
        if exit_code:
            text = f"Exit code {exit_code}\n{output}"
            self.result(text, is_error=True, tool_result=f"Error: {text}")
        else:
            tool_result = {
                "stdout": output,
                "stderr": "",
                "interrupted": False,
                "isImage": False,
                "noOutputExpected": False,
            }
            self.result(output, tool_result=tool_result)

    def read(self, path: str, content: str) -> None:
        """Append the reading of a file."""
        place = f"{self.project}/{path}"
        lines = content.splitlines()
        self.call("Read", {"file_path": place})
        self.wait(0.1)
        file = {"filePath": place, "content": content, "numLines": len(lines), "startLine": 1, "totalLines": len(lines)}
        numbered = "\n".join(f"{number}\t{line}" for number, line in enumerate(lines, 1))
        self.result(numbered, tool_result={"type": "text", "file": file})

    def edit(self, path: str, old: str, new: str, *, asking_s: float = 0.2) -> None:
        """Append a change of a file, after a wait for permission that is not recorded."""
        place = f"{self.project}/{path}"
        self.call("Edit", {"file_path": place, "old_string": old, "new_string": new, "replace_all": False})
        self.wait(asking_s)
        hunk = {
            "oldStart": 1,
            "oldLines": len(old.splitlines()),
            "newStart": 1,
            "newLines": len(new.splitlines()),
            "lines": changed_lines(old, new),
        }
        tool_result = {
            "filePath": place,
            "oldString": old,
            "newString": new,
            "originalFile": f"{old}\n",
            "structuredPatch": [hunk],
            "userModified": False,
            "replaceAll": False,
        }
        self.result(f"The file {place} has been updated successfully.", tool_result=tool_result)

    def search(self, pattern: str, output: str) -> None:
        """Append a search."""
        self.call("Grep", {"pattern": pattern, "path": self.project, "output_mode": "content"})
        self.wait(0.3)
        tool_result = {
            "mode": "content",
            "numFiles": 0,
            "filenames": [],
            "content": output,
            "numLines": output.count("\n") + 1,
        }
        self.result(output, tool_result=tool_result)

    def ask(self, question: str, options: tuple[str, ...], seconds: float, answer: str | None) -> None:
        """Append a question through the tool for questions."""
        asked = {
            "question": question,
            "header": "Choice",
            "multiSelect": False,
            "options": [{"label": option, "description": ""} for option in options],
        }
        self.call("AskUserQuestion", {"questions": [asked]})
        self.wait(seconds)
        if answer is not None:
            tool_result = {"questions": [asked], "answers": {question: answer}}
            self.result(f'The user answered: "{question}"="{answer}".', tool_result=tool_result)

    def delegate(self, task: str, prompt: str) -> ClaudeWriter:
        """Begin a sub-agent in a file of its own and return its writer; `hear_back` ends its work."""
        self.call("Agent", {"description": task, "prompt": prompt, "subagent_type": "Explore"})
        stage = self.stage
        part = stage.named(self._call, self.now_ms, stage.speed)
        child = ClaudeWriter(part, self.project, "claude-haiku-4-5", self.branch)
        child.session, child.agent = self.session, child.token("a", 8)
        child.path = self.folder / self.session / "subagents" / f"agent-{child.agent}.jsonl"
        child.add(
            child.path.with_suffix(".meta.json"),
            {"agentType": "Explore", "description": task, "toolUseId": self._call, "spawnDepth": 1},
        )
        child.wait(0.3)
        child._prompt = self._prompt
        child._user(prompt)
        return child

    def hear_back(self, child: ClaudeWriter, report: str) -> None:
        """Append the end of a sub-agent."""
        began_ms = self.now_ms
        self.now_ms = max(self.now_ms, child.now_ms)
        self.wait(0.2)
        self.beats += child.beats
        calls = sum(b"tool_use_id" in beat.content for beat in child.beats)
        spent = {"totalTokens": child.context, "totalToolUseCount": calls, "totalDurationMs": self.now_ms - began_ms}
        content = [{"type": "text", "text": report}]
        tool_result = {
            "status": "completed",
            "agentId": child.agent,
            "agentType": "Explore",
            "content": content,
            "resolvedModel": child.model,
            **spent,
        }
        self.result(content, tool_result=tool_result)

    def refuse(self, status: int, message: str, attempt: int, wait_s: float) -> None:
        """Append a failed model request that is repeated after a while."""
        error = {
            "message": f"{status} {message}",
            "status": status,
            "requestId": self.token("req_"),
            "formatted": f"{status} {message}",
            "connection": None,
            "isNetworkDown": False,
            "rateLimits": None,
        }
        self._chain(
            "system",
            subtype="api_error",
            level="error",
            error=error,
            retryInMs=round(wait_s * 1000),
            retryAttempt=attempt,
            maxRetries=RETRIES,
            source="request_retry",
        )
        self.wait(wait_s)

    def give_up(self, status: int, error: str, text: str) -> None:
        """Append the final failure of a request, which fails the turn."""
        message = {
            "id": self.uuid4(),
            "type": "message",
            "role": "assistant",
            "model": "<synthetic>",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "stop_sequence",
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }
        self._message = {}
        self._chain("assistant", message=message, isApiErrorMessage=True, apiErrorStatus=status, error=error)

    def compact(self, kept: int, summary: str, seconds: float) -> None:
        """Append a compaction to so many tokens."""
        self.wait(seconds)
        before = self.context
        self.shrink(kept)
        self._message = {}
        last, self._parent = self._parent, None
        metadata = {"trigger": "auto", "preTokens": before, "postTokens": kept, "durationMs": round(seconds * 1000)}
        self._chain(
            "system",
            subtype="compact_boundary",
            content="Conversation compacted",
            isMeta=False,
            level="info",
            logicalParentUuid=last,
            compactMetadata=metadata,
        )
        text = f"This session is being continued from a previous conversation. {summary}"
        self._user(text, isCompactSummary=True, isVisibleInTranscriptOnly=True)

    def interrupt(self) -> None:
        """Append an interrupt by the user."""
        self._message = {}
        self._user([{"type": "text", "text": "[Request interrupted by user]"}])

    def call(self, name: str, tool_input: dict[str, Any]) -> None:
        """Append a tool call; `result` ends it."""
        self.wait(0.5)
        self._call = self.token("toolu_01")
        self._assistant({"type": "tool_use", "id": self._call, "name": name, "input": tool_input}, str(tool_input))

    def result(
        self, content: str | list[dict[str, str]], *, is_error: bool = False, tool_result: object = None
    ) -> None:
        """Append the result of the open call; `tool_result` is the program's own record of it."""
        block = {"tool_use_id": self._call, "type": "tool_result", "content": content, "is_error": is_error}
        self._message = {}
        self._user([block], toolUseResult=tool_result, sourceToolAssistantUUID=self._parent)

    def _assistant(self, block: dict[str, Any], text: str, stop: str = "tool_use") -> None:
        """Append a block to the current message if it may follow there, else to a new one."""
        rank = _RANKS[block["type"]]
        if not self._message or rank <= self._rank < _RANKS["tool_use"]:
            self._message = {"id": self.token("msg_01"), "usage": self._usage(text)}
            self._request = self.token("req_01")
        self._rank = rank
        message = {
            "type": "message",
            "role": "assistant",
            "model": self.model,
            **self._message,
            "content": [block],
            "stop_reason": stop,
            "stop_sequence": None,
        }
        self._chain("assistant", message=message, requestId=self._request)

    def _usage(self, text: str) -> dict[str, Any]:
        output = 90 + len(text) // 3
        cached, new = self.send(output)
        return {
            "input_tokens": 4,
            "cache_creation_input_tokens": new,
            "cache_read_input_tokens": cached,
            "output_tokens": output,
            "service_tier": "standard",
            "speed": "standard",
            "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
            "cache_creation": {"ephemeral_1h_input_tokens": new, "ephemeral_5m_input_tokens": 0},
        }

    def _user(self, content: str | list[dict[str, Any]], **more: object) -> None:
        self.hear(str(content))
        self._chain("user", promptId=self._prompt, message={"role": "user", "content": content}, **more)

    def _chain(self, kind: str, **fields: object) -> None:
        """Append a record that names the previous one as its parent."""
        identity = self.uuid4()
        record: dict[str, Any] = {"parentUuid": self._parent, "isSidechain": bool(self.agent)}
        if self.agent:
            record["agentId"] = self.agent
        record |= {
            "type": kind,
            **fields,
            "uuid": identity,
            "timestamp": self.iso(),
            "userType": "external",
            "entrypoint": "cli",
            "cwd": self.project,
            "sessionId": self.session,
            "version": VERSION,
            "gitBranch": self.branch,
        }
        self._parent = identity
        self.add(self.path, record)
