"""Files that are checked once more: when they are due, what holds them back, and what is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.ingest.file_identity import FileStat
from ppp_tui.ingest.file_registry import ReadJob
from ppp_tui.ingest.revisits import Revisits
from ppp_tui.sources.source import Source
from ppp_tui.store.writers.files import SourceFile
from tests.ingest.notes_source import NotesSource

SOURCE = NotesSource()
A, B = Path("/n/a.note"), Path("/n/b.note")
MODIFIED_MS = 1_795_176_000_000
QUIET_MS = 2_000


class Checks:
    """Remembers what was checked, and finds something to read in all files but those named."""

    def __init__(self, *unchanged: Path) -> None:
        self.calls: list[tuple[Path, bool]] = []
        self._unchanged = unchanged

    def __call__(self, source: Source, path: Path, *, must_read: bool = False) -> ReadJob | None:
        self.calls.append((path, must_read))
        if path in self._unchanged:
            return None
        return ReadJob(source, SourceFile(1, source.name, str(path)), FileStat(1, 2, 3, 4, 5))


def nothing_held(_: str) -> bool:
    return False


def due(revisits: Revisits, check: Checks, now_ms: int) -> list[str]:
    return [job.file.path for job in revisits.pop_due(check, now_ms, nothing_held)]


@pytest.mark.parametrize(("after_ms", "expected"), [(0, []), (QUIET_MS - 1, []), (QUIET_MS, [str(A)])])
def test_waiting_line_is_read_once_its_file_has_been_quiet_long_enough(after_ms: int, expected: list[str]) -> None:
    revisits, check = Revisits(), Checks()
    revisits.schedule_when_quiet(SOURCE, A, MODIFIED_MS)
    assert due(revisits, check, MODIFIED_MS + after_ms) == expected
    assert check.calls == [(A, True)] * len(expected)
    assert bool(revisits) is not bool(expected)


def test_waiting_line_is_read_though_the_clock_was_set_back() -> None:
    revisits = Revisits()
    revisits.schedule_when_quiet(SOURCE, A, MODIFIED_MS)
    assert due(revisits, Checks(), MODIFIED_MS - 3_600_000) == [str(A)]


def test_file_that_a_worker_read_is_checked_at_once_and_only_read_if_it_changed() -> None:
    revisits, check = Revisits(), Checks(A)
    revisits.schedule_now(SOURCE, A)
    revisits.schedule_now(SOURCE, B)
    assert due(revisits, check, MODIFIED_MS) == [str(B)]
    assert check.calls == [(A, False), (B, False)]
    assert not revisits


def test_file_that_a_worker_holds_stays_planned() -> None:
    revisits, check = Revisits(), Checks()
    revisits.schedule_now(SOURCE, A)
    assert revisits.pop_due(check, MODIFIED_MS, lambda path: path == str(A)) == []
    assert check.calls == []
    assert due(revisits, check, MODIFIED_MS) == [str(A)]


def test_later_plan_for_a_file_replaces_the_earlier_one() -> None:
    revisits, check = Revisits(), Checks()
    revisits.schedule_when_quiet(SOURCE, A, MODIFIED_MS)
    revisits.schedule_now(SOURCE, A)
    assert due(revisits, check, MODIFIED_MS) == [str(A)]
    assert check.calls == [(A, False)]
