"""How long a session may be quiet before it counts as something else. All times are milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ppp_tui.model.clock import HOUR_MS, MINUTE_MS

QUICK_KINDS = frozenset({"read", "edit", "plan"})
"""Steps that take milliseconds once they are allowed: one that stays open waits for permission."""

SILENT_TOOL_MS: Mapping[str, int] = MappingProxyType(
    {
        "read": 10_000,
        "edit": 10_000,
        "plan": 10_000,
        "search": 30_000,
        "web": MINUTE_MS,
        "mcp": 2 * MINUTE_MS,
        "shell": 2 * MINUTE_MS,
        "tool": 2 * MINUTE_MS,
        "compaction": 5 * MINUTE_MS,
        "subagent": 30 * MINUTE_MS,
    }
)
"""How long a step of a kind may be open without a sign of life. Agents end a shell command after two minutes unless
told otherwise, and only some formats record that a running command still prints."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Durations after which a silent session gets another state."""

    finished_needs_you_ms: int = 30 * MINUTE_MS
    """How long a finished turn waits for the user before the session is idle."""
    quiet_ms: int = 20_000
    """After how long the agent's last text is taken for its answer where no end is on record. Of the texts that agents
    went on from in recorded sessions, 12 % were followed by more only after 5 s, and 2 % only after 20 s."""
    structured_question_ms: int = 8 * HOUR_MS
    """How long a question put through a tool counts as open where it is unknown whether the agent still runs."""
    guessed_wait_ms: int = 2 * HOUR_MS
    """How long a question in prose, a guessed wait for permission and a failure are shown as such."""
    thinking_silent_ms: int = 10 * MINUTE_MS
    """How long a model may think without output."""
    short_wait_ms: int = 30_000
    """A pause before the next attempt up to this counts as work; in a longer one the session is limited."""
    idle_after_ms: int = 30 * MINUTE_MS
    """How long an open turn may be without any event before it is given up, unless its process is alive."""
    clock_ahead_ms: int = 10 * MINUTE_MS
    """How far the newest event may lie in the future."""
    silent_tool_ms: Mapping[str, int] = field(default_factory=lambda: SILENT_TOOL_MS)
    """By kind of step; a kind that is not named is a `tool`."""

    def silence_of(self, kind: str) -> int:
        """Return how long a step of that kind may be silent."""
        limit_ms = self.silent_tool_ms.get(kind)
        return limit_ms if limit_ms is not None else self.silent_tool_ms.get("tool", SILENT_TOOL_MS["tool"])


DEFAULT = Thresholds()
"""The default thresholds."""
