"""Where Kimi CLI keeps sessions, and what a path tells.

``~/.kimi/sessions/<MD5 of the folder>/<session>/wire.jsonl``, a sub-agent's in
``<session>/subagents/<agent>/wire.jsonl``. The folders stand in ``~/.kimi/kimi.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import md5
from pathlib import Path

from ppp_tui.sources.json_records import objects_of, read_object, text_of
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity

WIRE = "wire.jsonl"
"""The file of a session, in the folder that has the session's id for a name."""

SESSIONS = "sessions"
SUBAGENTS = "subagents"
REGISTRY = "kimi.json"
"""File beside `SESSIONS` that names the folders in which the program was used."""

MAX_REGISTRY_BYTES = 4 * 1024 * 1024


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folder of all sessions; ``KIMI_SHARE_DIR`` stands for ``~/.kimi``."""
    return [Path(environment.get("KIMI_SHARE_DIR") or home / ".kimi").expanduser() / SESSIONS]


def is_named(name: str) -> bool:
    """Return whether a file of that name is a session."""
    return name == WIRE


def identify(path: Path) -> Identity:
    """Return the session's id, which is the name of its folder; of a sub-agent, its own and its session's."""
    folder = path.parent
    if folder.parent.name == SUBAGENTS:
        return Identity(folder.name, folder.parent.parent.name)
    return Identity(folder.name)


def project_of(path: Path) -> str:
    """Return the folder that a session was begun in, '' if the registry does not name it."""
    for folder in path.parents[:4]:
        if folder.parent.name == SESSIONS:
            return _registered(folder.parent.parent / REGISTRY, folder.name)
    return ""


def _registered(registry: Path, digest: str) -> str:
    for entry in objects_of(read_object(registry, MAX_REGISTRY_BYTES) or {}, "work_dirs"):
        project = text_of(entry, "path")
        # The name of a folder on another machine begins with that machine's.
        if md5(project.encode(errors="replace"), usedforsecurity=False).hexdigest() == digest:
            return project
    return ""


def copied_with(path: Path) -> list[Path]:
    """Return the registry, which names the project."""
    return [folder.parent.parent / REGISTRY for folder in path.parents[:4] if folder.parent.name == SESSIONS]


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a session in its folder."""
    return resume_in_folder("kimi --session", native_id, project)
