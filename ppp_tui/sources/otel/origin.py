"""Tells which agent sent an OpenTelemetry record, and to which of its sessions it belongs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ppp_tui.model.ids import hash64

OTHER_AGENT = "otel"
"""Stands for every agent that has no source of its own."""

KINDS_BY_SERVICE = {
    "claude-code": "claude_code",
    "gemini-cli": "gemini_cli",
    "qwen-code": "qwen_code",
    "copilot-chat": "copilot_chat",
    "github-copilot": "copilot_cli",
    "copilot-cli": "copilot_cli",
    "opencode": "opencode",
}
"""The source of an agent's own session files, by the name under which it sends."""

KINDS_BY_PREFIX = {
    "claude_code": "claude_code",
    "codex": "codex",
    "gemini_cli": "gemini_cli",
    "qwen-code": "qwen_code",
    "qwen_code": "qwen_code",
}
"""The same, by what stands before the first dot of its events' names."""

SESSION_ATTRIBUTES = (
    "session.id",
    "conversation.id",
    "gen_ai.conversation.id",
    "langfuse.session.id",
    "copilot_chat.session_id",
    "traceloop.association.properties.session_id",
    "ai.telemetry.metadata.sessionId",
    "thread.id",
    "thread_id",
    "conversation_id",
    "Helicone-Session-Id",
)
"""Attributes that name a session, the surest first."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")


def session_id(record: Mapping[str, Any]) -> str:
    """Return the session that a record or its resource names, '' for none."""
    for attributes in (record["attributes"], record["resource"]):
        for name in SESSION_ATTRIBUTES:
            value = attributes.get(name)
            if value and isinstance(value, str):
                return value
    return ""


def kind_of_agent(record: Mapping[str, Any]) -> str:
    """Return the source of the session files of the agent that sent a record, `OTHER_AGENT` if it has none."""
    service = record["resource"].get("service.name")
    service = service if isinstance(service, str) else ""
    kind = KINDS_BY_SERVICE.get(service)
    if kind is None and service.startswith("codex"):
        kind = "codex"
    return kind or KINDS_BY_PREFIX.get(str(record["name"]).partition(".")[0], OTHER_AGENT)


def is_internal(record: Mapping[str, Any]) -> bool:
    """Return whether a record is about an agent's program alone: Codex's spans, hundreds for each turn."""
    return record["signal"] == "span" and kind_of_agent(record) == "codex"


def session_file_name(kind: str, session: str) -> str:
    """Return the name of the file that a session's records are kept in, whatever its id holds."""
    return f"{kind}-{session if _SAFE.match(session) else f'{hash64(session):x}'}.jsonl"
