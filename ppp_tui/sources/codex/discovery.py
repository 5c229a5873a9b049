"""Where Codex keeps sessions, and what their paths tell.

``$CODEX_HOME/sessions/YYYY/MM/DD/rollout-<time>-<thread>.jsonl``; archived ones lie flat in ``archived_sessions`` and
may be compressed to ``.jsonl.zst``, to be restored when the session is resumed. A thread that is rewound (since 0.16x)
goes on in a file of its own, ``rollout-<time>-<thread>_<branch>.jsonl``. Where a thread lies in both folders, both
files are found, the active one first, and have the same id: their content tells whoever reads them that one is a copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity

BRANCH = "_"
"""Separator of a thread's id and a branch's."""

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NAME = lazy_pattern(rf"rollout-.*?({_UUID})(?:_({_UUID}))?(?![0-9a-f-]).*\.jsonl(?:\.zst)?\Z")


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the session folders, the active ones first."""
    base = Path(environment.get("CODEX_HOME") or home / ".codex").expanduser()
    return [base / "sessions", base / "archived_sessions"]


def is_named(name: str) -> bool:
    """Return whether a file of that name is a session."""
    return name.startswith("rollout-") and name.endswith((".jsonl", ".jsonl.zst"))


def identify(path: Path) -> Identity:
    """Return the thread's id in the name; of a rewound thread's branch, both its ids."""
    matched = _NAME.match(path.name)
    if not matched:
        return Identity(path.name.split(".jsonl")[0])
    return Identity(f"{matched[1]}{BRANCH}{matched[2]}" if matched[2] else matched[1])


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a thread in its folder; a branch is resumed by its thread."""
    return resume_in_folder("codex resume", native_id.partition(BRANCH)[0], project)
