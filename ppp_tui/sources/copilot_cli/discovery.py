"""Where Copilot CLI keeps sessions, and what a path tells: ``~/.copilot/session-state/<id>/events.jsonl``.

Older versions kept ``session-state/<id>.jsonl``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity

EVENTS = "events.jsonl"
"""The file of a session, in the folder that has the session's id for a name."""

_OLD_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jsonl\Z")
IGNORED = frozenset({"files", "checkpoints", "research"})
"""Folders of a session in which its files lie, not those of the program."""


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folder of all sessions; ``COPILOT_HOME`` stands for ``~/.copilot``."""
    return [Path(environment.get("COPILOT_HOME") or home / ".copilot").expanduser() / "session-state"]


def is_named(name: str) -> bool:
    """Return whether a file of that name is a session."""
    return name == EVENTS or _OLD_NAME.match(name) is not None


def identify(path: Path) -> Identity:
    """Return the session's id: the folder's name, or the file's."""
    return Identity(path.parent.name if path.name == EVENTS else path.stem)


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a session in its folder."""
    return resume_in_folder("copilot --resume", native_id, project)
