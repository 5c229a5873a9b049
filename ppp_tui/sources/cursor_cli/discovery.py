"""Where Cursor CLI keeps transcripts, and what a path tells.

``~/.cursor/projects/<folder>/agent-transcripts/<id>/<id>.jsonl``, also without the folder of its own; sub-agents in
``<id>/subagents/<child>.jsonl``. A folder's name is its path without what is no letter or digit, which
``.workspace-trusted`` states.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ppp_tui.sources.json_records import read_object, text_of
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity

TRANSCRIPTS = "agent-transcripts"
SUBAGENTS = "subagents"
TRUSTED = ".workspace-trusted"
"""File beside `TRANSCRIPTS` that names the project's folder."""

MAX_TRUSTED_BYTES = 64 * 1024

_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jsonl\Z")
IGNORED = frozenset({"agent-tools", "agent-notes", "terminals", "mcps"})
"""Folders of a project that hold no transcripts."""


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folder that holds the projects."""
    del environment
    return [home / ".cursor" / "projects"]


def is_named(name: str) -> bool:
    """Return whether a file of that name is a session."""
    return _NAME.match(name) is not None


def identify(path: Path) -> Identity:
    """Return the transcript's id; of a sub-agent, its own and its session's."""
    folder = path.parent
    return Identity(path.stem, folder.parent.name) if folder.name == SUBAGENTS else Identity(path.stem)


def project_of(path: Path) -> str:
    """Return the folder that a transcript belongs to, '' if unknown."""
    for folder in path.parents[:4]:
        if folder.name == TRANSCRIPTS:
            return text_of(read_object(folder.parent / TRUSTED, MAX_TRUSTED_BYTES) or {}, "workspacePath")
    return ""


def copied_with(path: Path) -> list[Path]:
    """Return the file that names the project."""
    return [folder.parent / TRUSTED for folder in path.parents[:4] if folder.name == TRANSCRIPTS]


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a session in its folder."""
    return resume_in_folder("cursor-agent --resume", native_id, project)
