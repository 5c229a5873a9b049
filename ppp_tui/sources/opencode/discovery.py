"""Where OpenCode keeps its sessions: ``opencode.db``, or ``opencode-<channel>.db``, in ``~/.local/share/opencode``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity
from ppp_tui.sources.walk import Skips

DATABASE = "opencode.db"
_PATTERNS = (DATABASE, "opencode-*.db")
_IN_MEMORY = ":memory:"


def roots(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the databases in OpenCode's folder and the one that ``OPENCODE_DB`` names, the usual one if none is."""
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share").expanduser()
    folder = data / "opencode"
    named = environment.get("OPENCODE_DB") or ""
    databases = list(find(folder))
    if named and named != _IN_MEMORY:
        # A relative one is meant below OpenCode's own folder.
        databases.insert(0, folder / Path(named).expanduser())
    return list(dict.fromkeys(databases)) or [folder / DATABASE]


def find(root: Path, skips: Skips | None = None) -> Iterator[Path]:
    """Yield the root if it is a database, else those that lie in it."""
    del skips
    if root.is_file():
        yield root
    elif root.is_dir():
        yield from (path for pattern in _PATTERNS for path in sorted(root.glob(pattern)) if path.is_file())


def claims(path: Path) -> bool:
    """Return whether a path is a database of OpenCode by its name."""
    return any(path.match(pattern) for pattern in _PATTERNS)


def identify(path: Path) -> Identity:
    """Return the file's name, which stands for all its sessions."""
    return Identity(path.stem)


def resume_command(native_id: str, project: str) -> str | None:
    """Return the command that resumes a session in its folder."""
    return resume_in_folder("opencode --session", native_id, project)
