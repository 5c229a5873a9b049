"""Running agents, as presence files beside the session files state them, folded into their sessions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ppp_tui.ingest.file_registry import FileRegistry
from ppp_tui.ingest.watch_roots import WatchRoots
from ppp_tui.model.event import AgentWaiting, Event, MetadataLearned, SessionEnded
from ppp_tui.sources.source import Presence, Source
from ppp_tui.store.writers.files import SourceFile


class PresenceChange(NamedTuple):
    """What changed in the presence of one session's agent."""

    source: Source
    file: SourceFile
    events: list[Event]


class Presences:
    """The running agents, and whether that may have changed."""

    def __init__(self, roots: WatchRoots, files: FileRegistry) -> None:
        """Begin without any agent; the first `collect_changes` returns all that run."""
        self._roots = roots
        self._files = files
        self._reported: dict[tuple[str, str], Presence] = {}
        self.is_stale = True
        """Whether presences may have changed since they were collected."""
        self._is_awaiting = False

    def note_changed_paths(self, paths: set[Path]) -> None:
        """Check presence files at the next `collect_changes` if some of these paths are, or a session is awaited."""
        folders = self._roots.presence_folders
        for path in paths:
            if self._is_awaiting or path in folders or path.parent in folders:
                self.is_stale = True
                return

    def retry_awaited(self) -> None:
        """Check again if a session was unknown or being read at the last check: some file has been read since."""
        self.is_stale = self.is_stale or self._is_awaiting

    def invalidate(self) -> None:
        """Check presence files at the next `collect_changes`: changes may have been missed."""
        self.is_stale = True

    def collect_changes(self, now_ms: int, is_busy: Callable[[str], bool]) -> list[PresenceChange]:
        """Return what changed since the last call.

        A change of a session that is unknown yet, or whose file is being read (by `is_busy`), comes with a later call.
        """
        if not self.is_stale:
            return []
        self.is_stale = self._is_awaiting = False
        present = self._present()
        changes: list[PresenceChange] = []
        for key, (source, presence) in present.items():
            if self._reported.get(key) == presence:
                continue
            file = self._session(source, presence.native_id, is_busy)
            if file is None:
                continue
            self._reported[key] = presence
            pid = MetadataLearned(presence.since, "pid", str(presence.pid))
            changes.append(PresenceChange(source, file, [pid, AgentWaiting(presence.since, presence.waits_for)]))
        for key in [key for key in self._reported if key not in present]:
            changes += self._end(key, now_ms, is_busy)
        return changes

    def _session(self, source: Source, native_id: str, is_busy: Callable[[str], bool]) -> SourceFile | None:
        file = self._files.session_file(source, native_id)
        if file is None or is_busy(file.path):
            self._is_awaiting = True
            return None
        return file

    def _present(self) -> dict[tuple[str, str], tuple[Source, Presence]]:
        """Return presences by source and session; of several processes on one session, the latest statement."""
        latest: dict[tuple[str, str], tuple[Source, Presence]] = {}
        for source, folder in self._roots.presences():
            for presence in source.presences(folder):
                key = source.name, presence.native_id
                if key not in latest or latest[key][1].since <= presence.since:
                    latest[key] = source, presence
        return latest

    def _end(self, key: tuple[str, str], now_ms: int, is_busy: Callable[[str], bool]) -> list[PresenceChange]:
        """Return the changes after a process exited.

        The session of an interactive agent ended; of others the session file records the end.
        """
        source = next(source for source, _ in self._roots.presences() if source.name == key[0])
        file = self._session(source, key[1], is_busy)
        if file is None:
            return []
        end: list[Event] = [SessionEnded(now_ms)] if self._reported.pop(key).is_attended else []
        return [PresenceChange(source, file, [AgentWaiting(now_ms, ""), *end])]
