"""Where Codex keeps sessions, and what a path tells.

``$CODEX_HOME/sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl``; archived ones lie flat in ``archived_sessions`` and may be
compressed to ``.jsonl.zst``, to be restored when the session is resumed.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.source import Identity

_NAME = re.compile(
    r"rollout-.*?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:__[^.]*)?\.jsonl(?:\.zst)?\Z"
)


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Session folders, the active ones first."""
    base = Path(environment.get("CODEX_HOME") or home / ".codex").expanduser()
    return [base / "sessions", base / "archived_sessions"]


def find(root: Path) -> Iterator[Path]:
    """Every rollout below a root; folders that may not be read are skipped."""
    if root.is_file():
        if claims(root):
            yield root
        return
    waiting = [str(root)]
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif claims(Path(entry.name)):
                yield Path(entry.path)


def claims(path: Path) -> bool:
    """A rollout by its name."""
    return path.name.startswith("rollout-") and path.name.endswith((".jsonl", ".jsonl.zst"))


def identify(path: Path) -> Identity:
    """The thread's id out of the name."""
    matched = _NAME.match(path.name)
    return Identity(matched[1] if matched else path.name.split(".jsonl")[0])


def resume_command(native_id: str, project: str) -> str | None:
    """The command that resumes a thread in its folder."""
    if not native_id:
        return None
    command = f"codex resume {shlex.quote(native_id)}"
    return f"cd {shlex.quote(project)} && {command}" if project else command
