"""Lists session files and their companions on another machine, and counts what is left out by reason.

Links are never followed, since the owner of their targets is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ppp_tui.ingest.remote.places import Remote, RemoteRoot
from ppp_tui.ingest.remote.sftp import MissingError, RefusedError, RemoteStat, SftpClient
from ppp_tui.sources import registry
from ppp_tui.sources.package_source import BESIDE_DATABASE
from ppp_tui.sources.source import has_companions, has_databases, is_copied, is_linked, is_listed, is_replaced
from ppp_tui.sources.walk import Skips

MAX_DEPTH = 16
"""Levels of folders below a root that are listed."""

DATABASE_DEPTH = 2
"""The same for databases: they are in a root, or in an agent's folder below it."""

MAX_FILES = 200_000
"""Session files of a root that are copied."""


class RemoteFile(NamedTuple):
    """A file on the other machine that is copied."""

    remote: str
    local: Path
    stat: RemoteStat
    is_session: bool = True
    """Whether it is a session file, not a companion of one."""
    session: Path | None = None
    """The copy of the session that it is a companion of; None for one that several may share."""
    is_database: bool = False
    """Whether it is a database, which `database_copy` copies."""


class Listing:
    """The files below the roots of an address at one time."""

    def __init__(self, remote: Remote) -> None:
        """Begin empty; `read` adds roots."""
        self._remote = remote
        self._source = registry.source(remote.source)
        self.files: dict[Path, RemoteFile] = {}
        """By their copies."""
        self.folders: dict[Path, str] = {}
        """Folders that were listed, by their copies."""
        self.skips = Skips()
        self._is_whole = True
        self._seen: dict[str, RemoteStat] = {}
        """All files of the folders that are listed, by their paths there."""

    def read(self, client: SftpClient, root: RemoteRoot) -> bool:
        """Add the files below a root; return whether there are any and all were listed. Raises SftpError."""
        self._is_whole = True
        listed = {file.local: file for file in self._list_root(client, root)}
        below = self._told_apart(listed)
        below |= {file.local: file for file in self._beside(client, list(below.values()))}
        self.files |= below
        return bool(listed) and self._is_whole

    def read_folder(self, client: SftpClient, local: Path) -> list[RemoteFile]:
        """Return the files that a folder has gained since it was listed. Raises SftpError."""
        remote = self.folders.get(local)
        if remote is None:
            return []
        new = [file for file in self._list(client, [RemoteRoot(remote, local)], 1) if file.local not in self.files]
        kept = self._told_apart({file.local: file for file in new})
        self.files |= kept
        return list(kept.values())

    def in_order(self) -> list[RemoteFile]:
        """Return all files in the order of copying: the newest sessions first, each after its companions."""
        first: list[RemoteFile] = []
        beside: dict[Path, list[RemoteFile]] = {}
        for file in sorted(self.files.values(), key=lambda file: file.remote):
            if file.session in self.files and file.session is not None:
                beside.setdefault(file.session, []).append(file)
            elif not file.is_session:
                first.append(file)
        return first + [
            file
            for session in self.newest()
            if session.is_session
            for file in (*beside.get(session.local, ()), session)
        ]

    def newest(self) -> list[RemoteFile]:
        """Return all files, the newest first."""
        return sorted(self.files.values(), key=lambda file: (-file.stat.modified_s, file.remote))

    def _list_root(self, client: SftpClient, root: RemoteRoot) -> Iterator[RemoteFile]:
        top = client.stat(root.remote)
        if top is None:
            return
        if top.kind == "file" and self._source.claims(root.local):
            yield from self._file(RemoteFile(root.remote, root.local, top))
        elif top.kind == "folder":
            depth = DATABASE_DEPTH if has_databases(self._source) else MAX_DEPTH
            for number, file in enumerate(self._list(client, [root], depth)):
                if number >= MAX_FILES:
                    self._is_whole = False
                    self.skips.add("too many", root.remote)
                    return
                yield file

    def _list(self, client: SftpClient, folders: list[RemoteRoot], depth: int) -> Iterator[RemoteFile]:
        """Yield the files in folders, then those in the folders below: folders of the same depth are read together."""
        below: list[RemoteRoot] = []
        each = client.entries_each([folder.remote for folder in folders])
        for folder, entries in zip(folders, each, strict=True):
            if isinstance(entries, RefusedError):
                if not isinstance(entries, MissingError):
                    self._is_whole = False
                    self.skips.add("unreadable", folder.remote)
                continue
            self.folders[folder.local] = folder.remote
            for name, entry, is_odd in sorted(entries):
                path = f"{folder.remote.rstrip('/')}/{name}"
                if is_odd:
                    self.skips.add("odd name", path)
                elif entry.kind == "file":
                    yield from self._file(RemoteFile(path, folder.local / name, entry))
                elif entry.kind == "other":
                    self.skips.add("link", path)
                elif depth > 1:
                    below.append(RemoteRoot(path, folder.local / name))
                elif not has_databases(self._source):
                    self.skips.add("too deep", path)
        if below:
            yield from self._list(client, below, depth - 1)

    def _file(self, file: RemoteFile) -> Iterator[RemoteFile]:
        """Yield a file if it is a session or belongs to one."""
        source = self._source
        self._seen[file.remote] = file.stat
        if source.claims(file.local):
            yield file._replace(is_database=has_databases(source) and source.is_database(file.local))
        elif is_linked(source):
            yield file._replace(is_session=False)  # its session follows from all names together
        elif is_copied(source) and has_companions(source) and (session := source.session_of(file.local)) is not None:
            yield file._replace(is_session=False, session=session)
        elif is_listed(source) and file.local.name == source.registry:
            yield file._replace(is_session=False)
        elif not has_databases(source):
            self.skips.add("other format", file.remote)

    def _told_apart(self, listed: dict[Path, RemoteFile]) -> dict[Path, RemoteFile]:
        """Return the files with their sessions, which follow from all names together, without those that have none.

        A file that also exists in a newer format is left to the source of that format.
        """
        source, kept = self._source, listed
        if is_linked(source):
            links = source.sessions_of((*self.files, *listed)) if listed else {}
            kept = {
                local: file if file.is_session else file._replace(session=links[local])
                for local, file in listed.items()
                if file.is_session or local in links
            }
            for local in listed.keys() - kept.keys():
                self.skips.add("other format", listed[local].remote)
        if is_replaced(source):
            kept = {
                local: file
                for local, file in kept.items()
                if self._remote.remote_path(source.replaced_by(local)) not in self._seen
            }
        return kept

    def _beside(self, client: SftpClient, sessions: list[RemoteFile]) -> Iterator[RemoteFile]:
        """Yield the companions of sessions, and the databases that they share."""
        if not is_copied(self._source):
            return
        told_of: dict[Path, Path | None] = {}
        for file in sessions:
            for local in self._source.copied_with(file.local) if file.is_session else ():
                told_of[local] = None if local in told_of else file.local
        databases: set[Path] = set()
        if is_linked(self._source):
            databases = {
                local for file in sessions if file.is_session for local in self._source.databases_beside(file.local)
            }
            told_of |= dict.fromkeys(databases)
        paths = {local: path for local in told_of if (path := self._remote.remote_path(local)) is not None}
        unseen = [path for path in paths.values() if path not in self._seen]
        stats = {**self._seen, **dict(zip(unseen, client.stat_each(unseen), strict=True))}
        for local, path in paths.items():
            stat_there = stats[path]
            if stat_there is not None and stat_there.kind == "file":
                is_database = local in databases
                yield RemoteFile(
                    path, local, stat_there, is_session=False, session=told_of[local], is_database=is_database
                )


def is_beside_database(local: Path, files: dict[Path, RemoteFile]) -> bool:
    """Return whether a file on this machine is a log or journal of SQLite for the copy of a database."""
    endings = [ending for ending in BESIDE_DATABASE if local.name.endswith(ending)]
    return any(local.with_name(local.name.removesuffix(ending)) in files for ending in endings)
