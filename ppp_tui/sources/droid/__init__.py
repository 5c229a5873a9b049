"""Droid (Factory): a file of lines for each session, and beside it its settings with the sums of its tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.package_source import DocumentSource
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Capabilities, TableSource, TablesRead
from ppp_tui.sources.walk import SkipReason, Skips, walk_files

_END, SETTINGS = ".jsonl", ".settings.json"
"""What the names of a session and of its settings end with."""


class _SkipsButSettings(Skips):
    """Counts what is passed over, without the settings of sessions."""

    def __init__(self, counted: Skips) -> None:
        super().__init__(counted.counts, counted.examples)

    def add(self, reason: SkipReason, path: str) -> None:
        """Count one more, unless it belongs to a session."""
        if reason != "other format" or SETTINGS not in path:
            super().add(reason, path)


class Droid(DocumentSource):
    """The source ``droid``."""

    title = "Droid"
    usual_place = "`~/.factory/sessions`"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, structured_questions=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder of sessions, existing or not."""
        del environment
        return [home / ".factory" / "sessions"]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every session below a root, or the root itself if it is one."""
        return walk_files(root, self.is_named, None if skips is None else _SkipsButSettings(skips))

    def is_named(self, name: str) -> bool:
        """Return whether a name is that of a session."""
        return name.endswith(_END) and name != _END

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return the command that resumes a session in its folder."""
        return resume_in_folder("droid --resume", native_id, project)

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the session's settings, which are rewritten with each request."""
        return (path.with_suffix(SETTINGS),)

    def session_of(self, path: Path) -> Path | None:
        """Return the session that settings belong to."""
        return path.with_name(path.name.removesuffix(SETTINGS) + _END) if path.name.endswith(SETTINGS) else None

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `session.read_session`; `limit` is met by bytes."""
        del limit
        from ppp_tui.sources.droid.session import read_session  # looking for sessions needs none of it

        return read_session(path, state, path.with_suffix(SETTINGS))


SOURCE: TableSource = Droid()
