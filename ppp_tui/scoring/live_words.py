"""A session's state in words: plain text of one line, made of facts. Whoever shows it makes it harmless first."""

from __future__ import annotations

from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.model.path_tail import path_tail

LINE = 120
"""Characters that a state's words have at most."""

_VERBS = {
    "shell": "runs",
    "read": "reads",
    "edit": "edits",
    "search": "searches",
    "web": "looks up",
    "subagent": "delegates:",
    "mcp": "calls",
    "ask": "asks",
    "plan": "plans",
    "compaction": "condenses the conversation",
    "thinking": "thinks",
}

_WAITING_TOOLS = frozenset({"wait", "wait_agent"})
"""Delegate nothing: they wait for what was delegated before."""

_TROUBLES = {
    "rate_limit": "rate limited",
    "overloaded": "model overloaded",
    "timeout": "request timed out",
    "network": "network trouble",
    "auth": "not signed in",
    "context": "context is full",
}


def one_line(text: str, most: int = LINE) -> str:
    """At most so many characters, runs of white space made one space, ``…`` where something is cut off."""
    line = " ".join(text[: most * 4].split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def doing(step: OpenStep, others: int = 0) -> str:
    """What a step does: ``runs pytest -q``, ``reads app.py and 2 more``."""
    verb = _VERBS.get(step.kind, "uses")
    target = one_line(path_tail(step.target, 1) if step.kind in ("read", "edit") else step.target, 90)
    if step.kind in ("mcp", "tool") or verb == "uses":
        target = one_line(f"{step.tool} {target}", 90) or "a tool"
    words = f"{verb} {target}".rstrip(" :")
    if step.kind == "subagent" and step.tool in _WAITING_TOOLS:
        words = f"waits for {target or 'a sub-agent'}"
    return f"{words} and {others} more" if others > 0 else words


def trouble(facts: LiveFacts) -> str:
    """What went wrong: ``rate limited (attempt 3 of 10)``, or an error's first line."""
    known = _TROUBLES.get(facts.error_kind)
    words = known or one_line(facts.error_message, 90) or "an error"
    if facts.attempt > 0 and facts.max_attempts > 0 and not facts.is_error_final:
        return f"{words} (attempt {facts.attempt} of {facts.max_attempts})"
    return words
