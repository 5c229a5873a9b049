"""Where Kimi Code keeps sessions, and what a path tells.

``~/.kimi-code/sessions/<folder>/<session>/agents/<agent>/wire.jsonl``; the agent of the session itself is ``main``, the
others are its sub-agents. ``state.json`` beside ``agents`` describes the session.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ppp_tui.sources.json_records import read_object, text_of
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity

WIRE = "wire.jsonl"
AGENTS = "agents"
MAIN = "main"
STATE = "state.json"

MAX_STATE_BYTES = 4 * 1024 * 1024

IGNORED = frozenset({"logs", "tasks", "cron", "plans", "media", "notify", "tool-results", "file-history", STATE})
"""Folders and files of a session that are no transcripts."""


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folder of all sessions; ``KIMI_CODE_HOME`` stands for ``~/.kimi-code``."""
    return [Path(environment.get("KIMI_CODE_HOME") or home / ".kimi-code").expanduser() / "sessions"]


def is_named(name: str) -> bool:
    """Return whether a file of that name is a transcript."""
    return name == WIRE


def identify(path: Path) -> Identity:
    """Return the session's id, which is the name of its folder; of a sub-agent, its own and its session's."""
    if path.parent.parent.name != AGENTS:
        return Identity(path.parent.name)
    session = path.parent.parent.parent.name
    return Identity(session) if path.parent.name == MAIN else Identity(subagent_id(path, path.parent.name), session)


def subagent_id(path: Path, name: str) -> str:
    """Return the id of a sub-agent of the session that a transcript belongs to: their names are those of places."""
    return f"{path.parent.parent.parent.name}/{name}"


def is_subagent(path: Path) -> bool:
    """Return whether a transcript is a sub-agent's."""
    return path.parent.parent.name == AGENTS and path.parent.name != MAIN


def project_of(path: Path) -> str:
    """Return the folder that a session was begun in, by its description; '' if that does not say."""
    described = copied_with(path)
    return text_of(read_object(described[0], MAX_STATE_BYTES) or {}, "cwd") if described else ""


def copied_with(path: Path) -> list[Path]:
    """Return the file that describes the session."""
    return [path.parent.parent.parent / STATE] if path.parent.parent.name == AGENTS else []


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a session in its folder."""
    return resume_in_folder("kimi --session", native_id, project)
