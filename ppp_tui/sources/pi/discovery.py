"""Where pi keeps sessions, and what a path tells: ``~/.pi/agent/sessions/--<folder>--/<time>_<id>.jsonl``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ppp_tui.sources.json_records import mended_object, text_of
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity

MAX_HEADER_BYTES = 64 * 1024
"""The longest first line in which a session's id is looked for."""

_NAME = re.compile(r"[0-9T.Z:-]+_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl\Z")


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folder of all sessions; ``PI_CODING_AGENT_DIR`` stands for ``~/.pi/agent``."""
    return [Path(environment.get("PI_CODING_AGENT_DIR") or home / ".pi" / "agent").expanduser() / "sessions"]


def is_named(name: str) -> bool:
    """Return whether a file of that name is a session."""
    return _NAME.match(name) is not None


def identify(path: Path) -> Identity:
    """Return the session's id, which the name holds."""
    return Identity(session_id(path.name))


def session_id(name: str) -> str:
    """Return the id in a session file's name, the name without its suffix where there is none."""
    matched = _NAME.match(name)
    return matched[1] if matched else name.removesuffix(".jsonl")


def is_rewritten(path: Path) -> bool:
    """Return whether the file holds the session that its path names, in the form of a tree. Raises OSError."""
    with path.open("rb") as file:
        header = mended_object(file.readline(MAX_HEADER_BYTES))
    if header is None or text_of(header, "type") != "session":
        return False
    version = header.get("version")
    return isinstance(version, int) and version > 1 and text_of(header, "id") == session_id(path.name)


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a session in its folder."""
    return resume_in_folder("pi --session", native_id, project)
