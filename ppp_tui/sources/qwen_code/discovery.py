"""Where Qwen Code keeps sessions, and what a path tells: ``~/.qwen/projects/<folder>/chats/<session>.jsonl``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity
from ppp_tui.sources.walk import Skips, walk_files

CHATS = "chats"
"""Folder of a project's sessions; others beside it are no sessions."""


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folder of projects; ``QWEN_RUNTIME_DIR`` or ``QWEN_HOME`` stands for ``~/.qwen``."""
    base = environment.get("QWEN_RUNTIME_DIR") or environment.get("QWEN_HOME") or home / ".qwen"
    return [Path(base).expanduser() / "projects"]


def find(root: Path, skips: Skips | None = None) -> Iterator[Path]:
    """Yield every session file below a root, or the root itself if it is one."""
    return (path for path in walk_files(root, _is_named, skips) if path == root or claims(path))


def claims(path: Path) -> bool:
    """Return whether a path is a session by its name and folder."""
    return _is_named(path.name) and path.parent.name == CHATS


def _is_named(name: str) -> bool:
    return name.endswith(".jsonl") and name != ".jsonl"


def identify(path: Path) -> Identity:
    """Return the session's id."""
    return Identity(path.stem)


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a session in its folder."""
    return resume_in_folder("qwen --resume", native_id, project)
