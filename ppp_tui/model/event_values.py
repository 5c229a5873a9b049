"""Values that events and rows share: who opened a turn, kinds of steps, the status of both, why a request failed."""

from __future__ import annotations

from typing import Literal

Origin = Literal["typed", "queued", "sdk", "command", "system", "logged"]
"""Who opened a turn: a user at the prompt, a user while the agent was busy, a program, a slash command, the agent
itself (a scheduled task, a notification), or a program through a trajectory database."""

TurnStatus = Literal["open", "completed", "interrupted", "failed", "superseded", "unknown"]
"""Status of a turn: `superseded` if the next one began before an end was recorded, `unknown` without a record."""

StepKind = Literal[
    "message",
    "thinking",
    "shell",
    "read",
    "edit",
    "search",
    "web",
    "subagent",
    "mcp",
    "ask",
    "plan",
    "tool",
    "compaction",
    "error",
    "note",
]
"""Kinds of steps. `tool` is a tool of no other kind; `note` is from the agent's own program (a hook, a command)."""

StepStatus = Literal["running", "ok", "failed", "denied", "cancelled", "unknown"]
"""Status of a step: `denied` by the user or a policy, `cancelled` with another call or by an interrupt."""

ErrorKind = Literal["rate_limit", "overloaded", "timeout", "network", "auth", "context", "error", "model_fallback"]
"""Why a model request failed or was asked again."""
