"""The things that Codex tells when they are over (items of `item_completed` events)."""

from __future__ import annotations

from typing import Any


def message_item(kind: str, identity: str, text: str) -> dict[str, Any]:
    """Return the item of a message: `UserMessage` or `AgentMessage`."""
    typed = {"type": "text", "text": text, "text_elements": []}
    return {
        "type": kind,
        "id": identity,
        "content": [typed if kind == "UserMessage" else {"type": "Text", "text": text}],
    }


def command_item(
    call: str, process: str, command: str, folder: str, output: str, exit_code: int, taken_ms: int
) -> dict[str, Any]:
    """Return a command that has ended."""
    seconds, milliseconds = divmod(taken_ms, 1000)
    return {
        "type": "CommandExecution",
        "id": call,
        "process_id": process,
        "command": ["/bin/bash", "-lc", command],
        "cwd": f"file://{folder}",
        "parsed_cmd": [{"type": "unknown", "cmd": command}],
        "source": "unified_exec_startup",
        "status": "failed" if exit_code else "completed",
        "aggregated_output": output,
        "exit_code": exit_code,
        "duration": {"secs": seconds, "nanos": milliseconds * 1_000_000},
    }


def patch_item(call: str, path: str, diff: str, output: str) -> dict[str, Any]:
    """Return a change of one file."""
    return {
        "type": "FileChange",
        "id": call,
        "changes": {path: {"type": "update", "unified_diff": diff, "move_path": None}},
        "status": "completed",
        "auto_approved": True,
        "stdout": output,
        "stderr": "",
    }
