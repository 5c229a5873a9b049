"""Where gptme keeps conversations, and what a path tells: ``~/.local/share/gptme/logs/<name>/conversation.jsonl``.

``branches`` and ``views`` beside it hold copies of its messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ppp_tui.sources.package_source import data_folder
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity

CONVERSATION = "conversation.jsonl"
WORKSPACE = "workspace"
"""Link beside a conversation that leads to the folder it works in."""

IGNORED = frozenset({"branches", "views", WORKSPACE})
"""What lies beside sessions and is none."""


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folder of all conversations."""
    named = environment.get("GPTME_LOGS_HOME", "").strip()
    if named:
        return [Path(named).expanduser()]
    return [data_folder(environment, home) / "gptme" / "logs"]


def is_named(name: str) -> bool:
    """Return whether a file of that name is a session."""
    return name == CONVERSATION


def identify(path: Path) -> Identity:
    """Return the conversation's name: that of its folder."""
    return Identity(path.parent.name)


def project_of(path: Path) -> str:
    """Return the folder that a conversation works in, '' if unknown."""
    try:
        target = (path.parent / WORKSPACE).readlink()
    except OSError:
        return ""
    return str(target) if target.is_absolute() else ""


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a conversation in its folder."""
    return resume_in_folder("gptme --name", native_id, project)
