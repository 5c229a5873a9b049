"""Where Claude Code keeps sessions, and what their paths tell.

``<config>/projects/<folder>/<session>.jsonl``; sub-agents below ``<session>/subagents/`` (workflows nest them deeper),
in older versions beside the session as ``agent-<id>.jsonl``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity
from ppp_tui.sources.walk import Skips, walk_files

SUBAGENTS = "subagents"
AGENT = "agent-"
OUTPUTS = "tool-results"
"""Folders of tools' outputs, which may be JSON lines, too."""


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the project folders; ``CLAUDE_CONFIG_DIR`` lists config folders (or project folders), comma-separated."""
    configured = [
        home / entry.strip()[2:] if entry.strip().startswith("~/") else Path(entry.strip())
        for entry in environment.get("CLAUDE_CONFIG_DIR", "").split(",")
        if entry.strip()
    ]
    configs = configured or [home / ".claude", Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "claude"]
    folders = [config if config.name == "projects" else config / "projects" for config in configs]
    return list(dict.fromkeys(folders))


def find(root: Path, skips: Skips | None = None) -> Iterator[Path]:
    """Yield every session file below a root, or the root itself if it is one."""
    return walk_files(root, _is_named, skips, frozenset({OUTPUTS}))


def claims(path: Path) -> bool:
    """Return whether a path is named like a session, unlike the journals of workflows and the outputs of tools."""
    return _is_named(path.name) and path.parent.name != OUTPUTS


def _is_named(name: str) -> bool:
    return name.endswith(".jsonl") and name not in ("journal.jsonl", ".jsonl")


def is_subagent(path: Path) -> bool:
    """Return whether the file is a sub-agent's."""
    return path.name.startswith(AGENT)


def identify(path: Path) -> Identity:
    """Return the session's id, or a sub-agent's and its session's."""
    if not is_subagent(path):
        return Identity(path.stem)
    for folder in path.parents:
        if folder.name == SUBAGENTS:
            return Identity(path.stem, folder.parent.name)
    return Identity(path.stem)


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a session in its folder; a sub-agent cannot be resumed."""
    return None if native_id.startswith(AGENT) else resume_in_folder("claude --resume", native_id, project)
