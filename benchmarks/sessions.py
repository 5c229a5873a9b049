"""Session files to measure on: recorded ones, copied under new ids until there are enough.

Recorded sessions are taken from the folder that ``PPP_TUI_CORPUS`` names (one folder per agent, as ``claude-code`` and
``codex``); nothing of them is kept.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.story import Stage

_IDS = re.compile(
    rb"(msg_|req_|toolu_|call_|resp_)([0-9A-Za-z]{6,})|([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)


def originals() -> list[tuple[str, bytes]]:
    """Names and contents of recorded Claude Code sessions; of invented ones where no recorded ones lie."""
    found = Path(os.environ.get("PPP_TUI_CORPUS", Path(__file__).resolve().parents[2] / "shared" / "corpus"))
    paths = sorted(path for path in (found / "claude-code").rglob("*.jsonl") if "growing" not in path.parts)
    if paths:
        return [(path.name, path.read_bytes()) for path in paths]
    print(f"No recorded sessions at {found} (PPP_TUI_CORPUS names their folder): invented ones are read.")
    return [invented(number) for number in range(20)]


def invented(number: int) -> tuple[str, bytes]:
    """A session of a few megabytes that never was, as Claude Code writes them."""
    stage = Stage(Path("home"), 1_795_000_000_000, f"invented/{number}")
    writer = ClaudeWriter(stage, f"/home/dev/p{number}", "claude-opus-4-5")
    for turn in range(30 + number):
        writer.prompt(f"Look at part {turn} of it, and mend what is wrong there")
        for step in range(25):
            writer.think("The log may tell what went wrong, so look there first. " * 6)
            writer.run(f"cat part{step}.log", f"{step} lines were read and none was wrong at all\n" * 60, 1.0)
        writer.say("All is well: nothing had to be changed. " * 10, is_final=True)
    return writer.path.name, b"".join(beat.content for beat in writer.beats)


def make_home(home: Path, megabytes: int, files: int) -> tuple[int, int]:
    """Fill a home with so many Claude Code sessions of so many megabytes together; returns files and bytes.

    Every session is there as often as any other, and the longest ones are cut after a line, until the sum is right.
    """
    shutil.rmtree(home, ignore_errors=True)
    sessions = originals()
    most = _most_bytes([len(sessions[number % len(sessions)][1]) for number in range(files)], megabytes * 1_000_000)
    size = 0
    for number in range(files):
        name, content = sessions[number % len(sessions)]
        copy = number // len(sessions)
        content = renamed(content[: content.rfind(b"\n", 0, most) + 1] if len(content) > most else content, copy)
        folder = home / ".claude" / "projects" / f"-bench-{copy:03d}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / renamed(name.encode(), copy).decode()).write_bytes(content)
        size += len(content)
    return files, size


def _most_bytes(sizes: list[int], wanted: int) -> int:
    """Where to cut the longest, so that the sum is about what is wanted; what is too little stays as it is."""
    low, high = 0, max(sizes)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if sum(min(size, middle) for size in sizes) > wanted else (middle, high)
    return high


def renamed(content: bytes, copy: int) -> bytes:
    """The same records with other ids, the same ones for the same copy; copy 0 is the original."""
    if not copy:
        return content
    tail = f"{copy:03x}".encode()
    return _IDS.sub(lambda match: match[0][: -len(tail)] + tail, content)
