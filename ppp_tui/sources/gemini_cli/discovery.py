"""Where Gemini CLI keeps sessions, and what a path tells.

``~/.gemini/tmp/<project>/chats/session-<minute>-<id>.jsonl``; sub-agents in ``chats/<session>/<id>.jsonl``. The
project's folder is named in ``tmp/<project>/.project_root``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity

CHATS = "chats"
"""Folder of a project's sessions."""

PROJECT_ROOT = ".project_root"
"""File beside `CHATS` that holds the project's folder."""

MAX_PATH_BYTES = 4096
"""The longest project folder that is read."""

_NAME = re.compile(r"(?:session-.+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl\Z")
_MAIN = "session-"


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folder that holds the projects; ``GEMINI_CLI_HOME`` stands for the home."""
    return [Path(environment.get("GEMINI_CLI_HOME") or home).expanduser() / ".gemini" / "tmp"]


def is_named(name: str) -> bool:
    """Return whether a file of that name is a session."""
    return _NAME.match(name) is not None


def is_subagent(path: Path) -> bool:
    """Return whether a session file is a sub-agent's."""
    return not path.name.startswith(_MAIN)


def identify(path: Path) -> Identity:
    """Return a sub-agent's id and its session's; a session's own id stands in its file."""
    return Identity(path.stem, path.parent.name) if is_subagent(path) else Identity(path.stem)


def project_of(path: Path) -> str:
    """Return the folder of the project that a session file belongs to, '' if unknown."""
    for folder in path.parents[:3]:
        if folder.name == CHATS:
            try:
                with (folder.parent / PROJECT_ROOT).open("rb") as file:
                    return file.read(MAX_PATH_BYTES).decode().strip()
            except (OSError, UnicodeDecodeError):
                return ""
    return ""


def copied_with(path: Path) -> list[Path]:
    """Return the file that names the project."""
    return [folder.parent / PROJECT_ROOT for folder in path.parents[:3] if folder.name == CHATS]


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a session in its folder."""
    return resume_in_folder("gemini --resume", native_id, project)
