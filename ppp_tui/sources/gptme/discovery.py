"""Where gptme keeps conversations, and what a path tells: ``~/.local/share/gptme/logs/<name>/conversation.jsonl``.

``branches`` and ``views`` beside it hold copies of its messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.package_source import data_folder
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity
from ppp_tui.sources.walk import Skips, walk_files

CONVERSATION = "conversation.jsonl"
WORKSPACE = "workspace"
"""Link beside a conversation that leads to the folder it works in."""

_IGNORED = frozenset({"branches", "views", WORKSPACE})


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folder of all conversations."""
    named = environment.get("GPTME_LOGS_HOME", "").strip()
    if named:
        return [Path(named).expanduser()]
    return [data_folder(environment, home) / "gptme" / "logs"]


def find(root: Path, skips: Skips | None = None) -> Iterator[Path]:
    """Yield every conversation below a root, or the root itself if it is one."""
    return walk_files(root, _is_named, skips, _IGNORED)


def claims(path: Path) -> bool:
    """Return whether a path is a conversation by its name."""
    return _is_named(path.name)


def _is_named(name: str) -> bool:
    return name == CONVERSATION


def identify(path: Path) -> Identity:
    """Return the conversation's name: that of its folder."""
    return Identity(path.parent.name)


def project_of(path: Path) -> str:
    """Return the folder that a conversation works in, '' if unknown."""
    try:
        target = (path.parent / WORKSPACE).readlink()
    except OSError:
        return ""
    return str(target) if target.is_absolute() else ""


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a conversation in its folder."""
    return resume_in_folder("gptme --name", native_id, project)
