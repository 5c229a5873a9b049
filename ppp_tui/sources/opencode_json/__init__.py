"""OpenCode before it kept a database (to early 2026): a JSON file for each session, each message and each part.

A newer version takes those sessions over into its database and leaves the files: what it holds is not read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.opencode import SOURCE as DATABASE_SOURCE
from ppp_tui.sources.opencode.discovery import OPENCODE
from ppp_tui.sources.opencode_json.layout import MESSAGES, PARTS, SESSIONS, messages_of
from ppp_tui.sources.package_source import PackageSource, data_folder
from ppp_tui.sources.source import TableSource, TablesRead
from ppp_tui.sources.walk import Skips, walk_files

_SESSION, _MESSAGE, _END = "ses_", "msg_", ".json"
"""Begin the ids of sessions and messages, and end the names of files."""


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
        """Return the session that a message, or a part of one, belongs to; what lies above it has to be looked for."""
        storage, owner = path.parents[2] if len(path.parents) > 2 else path, path.parent.name
        if path.parent.parent.name == PARTS and _is_id(owner, _MESSAGE):
            message = next(iter((storage / MESSAGES).glob(f"*/{owner}{_END}")), None)
            owner = message.parent.name if message is not None else ""
        elif path.parent.parent.name != MESSAGES:
            return None
        return next(iter((storage / SESSIONS).glob(f"*/{owner}{_END}")), None) if _is_id(owner, _SESSION) else None

    def copied_with(self, path: Path) -> Iterable[Path]:
        """Return nothing: messages and parts, which a copy should have with it, are found by `sessions_of`."""
        del path
        return ()

    def sessions_of(self, paths: Iterable[Path]) -> Mapping[Path, Path]:
        """Return the session of each message and of each part."""
        files = [path for path in paths if path.suffix == _END]
        by_id = {path.stem: path for path in files if self.claims(path)}
        links = {path: by_id[path.parent.name] for path in _of(files, MESSAGES) if path.parent.name in by_id}
        by_message = {path.stem: session for path, session in links.items()}
        parts = _of(files, PARTS)
        return links | {path: by_message[path.parent.name] for path in parts if path.parent.name in by_message}

    def databases_beside(self, path: Path) -> Iterable[Path]:
        """Return the database into which a newer version takes sessions over."""
        return (path.parents[3] / OPENCODE.patterns[0],)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `files.read_session`; a session is read whole."""
        del limit
        from ppp_tui.sources.opencode_json.files import read_session  # looking for sessions needs none of it

        return read_session(path, state)


def _of(files: list[Path], folder: str) -> list[Path]:
    return [path for path in files if path.parent.parent.name == folder]


def _is_id(name: str, begin: str) -> bool:
    """Return whether a name is an id of a kind, and nothing that a pattern would read otherwise."""
    return name.startswith(begin) and name.isascii() and name.replace("_", "").isalnum()


def _is_named(name: str) -> bool:
    return name.endswith(_END) and _is_id(name.removesuffix(_END), _SESSION)


SOURCE: TableSource = OpenCodeJson()
