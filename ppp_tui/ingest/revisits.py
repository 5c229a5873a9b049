"""Files to be checked once more: their last line waited for its newline, or a worker read them meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from ppp_tui.ingest.file_registry import ReadJob
from ppp_tui.ingest.options import QUIET_MS
from ppp_tui.model.clock import is_due
from ppp_tui.sources.source import Source


class CheckFile(Protocol):
    """Returns what is to be read at a path, as `FileRegistry.check` does."""

    def __call__(self, source: Source, path: Path, *, must_read: bool = False) -> ReadJob | None:
        """Return None if there is nothing."""
        ...


class _Planned(NamedTuple):
    source: Source
    due_ms: int
    must_read: bool
    """Read even if nothing shows that the file changed."""


class Revisits:
    """Files to be checked again, by path."""

    def __init__(self) -> None:
        """Begin without planned visits."""
        self._planned: dict[Path, _Planned] = {}

    def __bool__(self) -> bool:
        """Return whether anything is planned."""
        return bool(self._planned)

    def schedule_when_quiet(self, source: Source, path: Path, modified_ms: int) -> None:
        """Read a file again once its last line has waited long enough."""
        self._planned[path] = _Planned(source, modified_ms + QUIET_MS, must_read=True)

    def schedule_now(self, source: Source, path: Path) -> None:
        """Read a file again if it has changed since a worker read it."""
        self._planned[path] = _Planned(source, 0, must_read=False)

    def pop_due(self, check: CheckFile, now_ms: int, is_held: Callable[[str], bool]) -> list[ReadJob]:
        """Remove the files that are due, except those that a worker holds, and return what is to be read of them."""
        due = [
            path
            for path, planned in self._planned.items()
            if is_due(planned.due_ms - QUIET_MS, now_ms, QUIET_MS) and not is_held(str(path))
        ]
        work: list[ReadJob] = []
        for path in due:
            planned = self._planned.pop(path)
            item = check(planned.source, path, must_read=planned.must_read)
            if item is not None:
                work.append(item)
        return work
