"""The folders in which sessions are searched, and the session files in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ppp_tui.ingest.known_files import path_key
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.remote.places import Remote
from ppp_tui.sources import registry
from ppp_tui.sources.source import PresenceSource, Source, has_companions, has_presences, reads_tables
from ppp_tui.sources.walk import Skips, may_be_read

Guarded = Callable[[Iterator[Path]], Iterator[Path]]
"""Passes paths on, up to a fault of the source that finds them."""


class WatchRoot(NamedTuple):
    """A folder (or one file) that a source is read from."""

    source: Source
    path: Path
    is_chosen: bool
    """Whether the user named it; else it is the agent's usual folder."""


class Survey(NamedTuple):
    """What lies below a root."""

    root: WatchRoot
    sessions: int
    """Session files."""
    skips: Skips
    fault: str = ""
    """Type of the error with which the source failed on it, '' if it did not."""


class WatchRoots:
    """All roots of a run."""

    def __init__(self, options: IngestOptions, environment: Mapping[str, str], home: Path) -> None:
        """Find the roots of the selected sources, default and configured ones."""
        self.problems: list[str] = []
        """A sentence for each source that failed to name its folders."""
        self._options, self._environment, self._home = options, environment, home
        self.roots: list[WatchRoot] = []
        self.refresh()

    def refresh(self) -> None:
        """Find the roots again: an agent's registry may list more projects than before."""
        options = self._options
        self.problems.clear()
        configured = [
            WatchRoot(source, path, True)
            for name, path in (*options.extra_roots, *_copies(options.remotes))
            if (source := registry.find_source(name)) is not None
        ]
        usual = [
            WatchRoot(source, path, False)
            for source in registry.usable_sources(options.sources)
            for path in self._usual_paths(source)
        ]
        self.roots = _distinct(configured + usual)
        self._claimants = [(root, str(root.path).rstrip(os.sep), reads_tables(root.source)) for root in self.roots]
        self._presences = _presences(self.roots)
        self.presence_folders = frozenset(folder for _, folder in self._presences)
        """Folders of presence files."""

    def _usual_paths(self, source: Source) -> list[Path]:
        try:
            return source.roots(self._environment, self._home)
        except Exception as error:  # noqa: BLE001 - another package's source costs itself only
            self.problems.append(f"The source {source.name} cannot name its folders ({type(error).__name__}).")
            return []

    def present(self) -> list[WatchRoot]:
        """Return the roots that exist now."""
        return [root for root in self.roots if root.path.exists()]

    def find(self, each: Guarded = iter, yielded: set[int] | None = None) -> Iterator[tuple[Source, Path]]:
        """Yield every session file, each once; `each` may end the list of a root whose source fails.

        `yielded` collects their numbers (`known_files.path_key`).
        """
        keys: set[int] = set() if yielded is None else yielded
        for root in self.present():
            source = root.source
            is_table = reads_tables(source)
            for path in each(source.find(root.path)):
                key = path_key(source.name, str(path))
                # What reads files finds them by `walk_files`, which follows no link that leads elsewhere.
                is_elsewhere = is_table and path.is_symlink() and not may_be_read(path, root.path)
                if key not in keys and not is_elsewhere:
                    keys.add(key)
                    yield source, path

    def survey(self) -> list[Survey]:
        """Count what lies below each root that exists: sessions, and what is passed over. Nothing is read."""
        surveys = []
        for root in self.present():
            skips, sessions = Skips(), 0
            fault = ""
            try:
                for path in root.source.find(root.path, skips):
                    sessions += 1
                    if not os.access(path, os.R_OK):
                        skips.add("unreadable", str(path))
            except Exception as error:  # noqa: BLE001 - another package's source costs itself only
                fault = type(error).__name__
            surveys.append(Survey(root, sessions, skips, fault))
        return surveys

    def claims(self, path: Path, each: Guarded = iter) -> Iterator[tuple[Source, Path]]:
        """Yield the sessions that a changed path is about: itself, the database whose log it is, all in a new folder.

        `each` may end the list of a root whose source fails.
        """
        name = str(path)
        for root, folder, is_table in self._claimants:
            is_below = name == folder or name.startswith(folder + os.sep)
            # A table may be a file whose log lies beside it.
            if is_below or is_table:
                for session in each(_claimed(root, path, is_below=is_below)):
                    yield root.source, session

    def presences(self) -> list[tuple[PresenceSource, Path]]:
        """Return the folders of presence files, without folders that the user named: those may hold copies."""
        return self._presences

    def folders(self) -> list[Path]:
        """Return the folders to watch: each root, or the folder of one that is a file, and those of presence files."""
        roots = {root.path if root.path.is_dir() else root.path.parent for root in self.present()}
        return sorted(roots | {folder for _, folder in self.presences() if folder.is_dir()})


def _copies(remotes: Iterable[Remote]) -> Iterator[tuple[str, Path]]:
    """Return the folders with copies of what lies on other machines, each with its source's name."""
    for remote in remotes:
        for root in remote.roots():
            yield remote.source, root.local


def _claimed(root: WatchRoot, path: Path, *, is_below: bool) -> Iterator[Path]:
    if reads_tables(root.source) and root.path.is_file():
        if path == root.path or path in set(root.source.companions(root.path)):
            yield root.path
    elif not is_below:
        return
    elif root.source.claims(path):
        if may_be_read(path, root.path):
            yield path
    elif has_companions(root.source) and (session := root.source.session_of(path)) is not None:
        if session.exists() and may_be_read(session, root.path):
            yield session
    elif path.is_dir() and may_be_read(path, root.path):
        yield from root.source.find(path)


def _presences(roots: list[WatchRoot]) -> list[tuple[PresenceSource, Path]]:
    folders = []
    for root in roots:
        if has_presences(root.source) and not root.is_chosen:
            folder = root.source.presence_folder(root.path)
            if folder is not None:
                folders.append((root.source, folder))
    return folders


def _distinct(roots: list[WatchRoot]) -> list[WatchRoot]:
    roots_by_path: dict[tuple[str, Path], WatchRoot] = {}
    for root in roots:
        roots_by_path.setdefault((root.source.name, root.path), root)
    return list(roots_by_path.values())
