"""Running instances of Claude Code, from the files in which each states its process, session and wait.

``<config>/sessions/<pid>.json``, since 2.1.3xx: rewritten whenever the status changes, removed when the program
ends. Nothing else is read of them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from ppp_tui.sources.source import Presence

FOLDER = "sessions"
MOST_BYTES = 64 * 1024
"""Maximum size of such a file, which has some hundred bytes."""

_NAME = re.compile(r"\d{1,10}\.json")
_NAMESPACE = re.compile(r"pid:\[\d+\]")


class _Told(msgspec.Struct):
    pid: int
    sessionId: str
    status: str = ""
    waitingFor: str = ""
    statusUpdatedAt: int = 0
    entrypoint: str = ""
    pidDomain: str = ""


_decode = msgspec.json.Decoder(_Told).decode


def folder_of(root: Path) -> Path | None:
    """Return the folder of these files for a folder of projects; None for any other folder."""
    return root.parent / FOLDER if root.name == "projects" else None


def read(folder: Path) -> list[Presence]:
    """Return all running instances; files that cannot be read are left out."""
    try:
        paths = sorted(entry.path for entry in os.scandir(folder) if _NAME.fullmatch(entry.name))
    except OSError:
        return []
    read_ones = (_read(Path(path)) for path in paths)
    return [presence for presence in read_ones if presence is not None]


def _read(path: Path) -> Presence | None:
    try:
        if path.is_symlink() or path.stat().st_size > MOST_BYTES:
            return None
        content = _decode(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    waits_for = (content.waitingFor or "the user") if content.status == "waiting" else ""
    pid = content.pid if _is_here(content.pidDomain) else 0
    return Presence(
        content.sessionId, pid, waits_for, max(0, content.statusUpdatedAt), content.entrypoint in ("", "cli")
    )


def _is_here(domain: str) -> bool:
    """Return whether process numbers of that domain are valid here: a container shares the home, not the numbers."""
    namespace = _NAMESPACE.search(domain)
    if namespace is None:
        return True
    try:
        return str(Path("/proc/self/ns/pid").readlink()) == namespace[0]
    except OSError:
        return False
