"""Session files to measure on: recorded ones, copied under new ids until there are enough.

Recorded sessions are taken from the folder that ``PPP_TUI_CORPUS`` names (one folder per agent, as ``claude-code`` and
``codex``); nothing of them is kept.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

_IDS = re.compile(
    rb"(msg_|req_|toolu_|call_|resp_)([0-9A-Za-z]{6,})|([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)


def corpus() -> Path:
    """Where the recorded sessions lie. Raises SystemExit with a sentence if they are not there."""
    found = Path(os.environ.get("PPP_TUI_CORPUS", Path(__file__).resolve().parents[2] / "shared" / "corpus"))
    if not found.is_dir():
        raise SystemExit(f"No recorded sessions at {found}: name their folder with PPP_TUI_CORPUS.")
    return found


def make_home(home: Path, megabytes: int) -> tuple[int, int]:
    """Fill a home with Claude Code sessions until there are so many megabytes; returns files and bytes."""
    shutil.rmtree(home, ignore_errors=True)
    originals = sorted(path for path in (corpus() / "claude-code").rglob("*.jsonl") if "growing" not in path.parts)
    files = size = copy = 0
    while size < megabytes * 1_000_000:
        folder = home / ".claude" / "projects" / f"-bench-{copy:03d}"
        folder.mkdir(parents=True)
        for original in originals:
            content = renamed(original.read_bytes(), copy)
            name = renamed(original.name.encode(), copy).decode()
            (folder / name).write_bytes(content)
            files += 1
            size += len(content)
            if size >= megabytes * 1_000_000:
                break
        copy += 1
    return files, size


def renamed(content: bytes, copy: int) -> bytes:
    """The same records with other ids, the same ones for the same copy; copy 0 is the original."""
    if not copy:
        return content
    tail = f"{copy:03x}".encode()
    return _IDS.sub(lambda match: match[0][: -len(tail)] + tail, content)
