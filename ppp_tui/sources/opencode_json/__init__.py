"""OpenCode before it kept a database (to early 2026): a JSON file for each session, each message and each part.

A newer version takes those sessions over into its database and leaves the files: what it holds is not read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.opencode import SOURCE as DATABASE_SOURCE
from ppp_tui.sources.opencode.discovery import OPENCODE
from ppp_tui.sources.opencode_json.layout import MESSAGES, SESSIONS, messages_of
from ppp_tui.sources.package_source import PackageSource, data_folder
from ppp_tui.sources.source import TableSource, TablesRead
from ppp_tui.sources.walk import Skips, walk_files

_BEGIN, _END = "ses_", ".json"


class OpenCodeJson(PackageSource):
    """The source ``opencode_json``."""

    title = "OpenCode, to early 2026"
    agent_name = "opencode"
    home_variables = ("XDG_DATA_HOME",)
    usual_place = "`~/.local/share/opencode/storage`, sessions that are in no database"
    capabilities = DATABASE_SOURCE.capabilities
    resume_command = staticmethod(OPENCODE.resume_command)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the storage's folder, existing or not."""
        return [data_folder(environment, home) / "opencode" / "storage"]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every session below a storage's folder, or the root itself if it is one."""
        return walk_files(root / SESSIONS if (root / SESSIONS).is_dir() else root, _is_named, skips)

    def claims(self, path: Path) -> bool:
        """Return whether a path is a session by its name."""
        return _is_named(path.name) and path.parent.parent.name == SESSIONS

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the folder of the session's messages, whose time moves with each new one."""
        return (messages_of(path),)

    def session_of(self, path: Path) -> Path | None:
        """Return the session that a message belongs to; the name of its project's folder has to be looked for."""
        if path.parent.parent.name != MESSAGES:
            return None
        sessions = path.parent.parent.parent / SESSIONS
        return next(iter(sessions.glob(f"*/{path.parent.name}{_END}")), None) if _is_id(path.parent.name) else None

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `files.read_session`; a session is read whole."""
        del limit
        from ppp_tui.sources.opencode_json.files import read_session  # looking for sessions needs none of it

        return read_session(path, state)


def _is_id(name: str) -> bool:
    """Return whether a name is a session's id, and nothing that a pattern would read otherwise."""
    return name.startswith(_BEGIN) and name.isascii() and name.replace("_", "").isalnum()


def _is_named(name: str) -> bool:
    return name.endswith(_END) and _is_id(name.removesuffix(_END))


SOURCE: TableSource = OpenCodeJson()
