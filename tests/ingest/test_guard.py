"""Whatever fails on one file, row or job costs that alone, is tried again when it changes, and leaves its trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.ingest.file_registry import FileRegistry
from ppp_tui.ingest.guard import REST_MS, Guard
from ppp_tui.ingest.jobs.score import ScoreJob
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.connect import DatabaseError
from tests.ingest.house import LATER_MS, House
from tests.ingest.notes_source import NotesSource

HEALTH = "SELECT health, health_detail FROM source_files WHERE path LIKE '%b.note'"
PROMPTS = "SELECT prompt FROM trajectory_turns ORDER BY 1"


def fault(kind: str) -> list[tuple[str, str]]:
    return [("unreadable", f"a fault of ppp-tui itself ({kind}): its trace is in the log")]


def test_a_row_that_cannot_be_stored_costs_its_file_only(house: House) -> None:
    log = house.home / "log"
    house.write("a.note", {"prompt": "One"})
    house.write("b.note", {"prompt": "Confidential \ud800"})
    house.write("c.note", {"prompt": "Three"})
    house.ingest(log=log)
    assert house.ask(PROMPTS) == [("One",), ("Three",)]
    assert house.ask(HEALTH) == fault("UnicodeEncodeError")
    assert " UTC UnicodeEncodeError" in log.read_text()
    assert "Confidential" not in log.read_text()


def test_a_file_that_failed_is_read_once_it_has_changed(house: House) -> None:
    house.write("b.note", {"prompt": "Two"}, {"crash": "why"})
    house.ingest()
    assert house.ask(HEALTH) == fault("ZeroDivisionError")
    house.write("b.note", {"prompt": "Two"}, {"say": "mended"})
    house.ingest()
    assert house.ask(HEALTH) == [("ok", "")]
    assert house.ask("SELECT prompt, response FROM trajectory_turns") == [("Two", "mended")]


def test_what_was_committed_of_a_file_that_fails_later_is_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ppp_tui.ingest.tailer.CHUNK_BYTES", 100)
    house.write(
        "b.note", {"prompt": "Two"}, *({"say": f"part {number} {'x' * 40}"} for number in range(4)), {"crash": 1}
    )
    house.ingest()
    assert house.ask(HEALTH) == fault("ZeroDivisionError")
    [(response,)] = house.ask("SELECT response FROM trajectory_turns")
    assert response.startswith("part 0 ")


def test_a_folder_that_cannot_be_searched_ends_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    find = NotesSource.find

    def failing(self: NotesSource, root: Path, *more: Any) -> Iterator[Path]:
        yield from find(self, root, *more)
        raise LookupError

    monkeypatch.setattr(NotesSource, "find", failing)
    house.write("a.note", {"prompt": "One"})
    house.ingest()
    assert house.ask(PROMPTS) == [("One",)]


def test_a_file_that_cannot_be_looked_at_is_named(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    check = FileRegistry.check

    def failing(self: FileRegistry, source: Any, path: Path, **more: Any) -> Any:
        if path.name == "b.note":
            raise KeyError(path)
        return check(self, source, path, **more)

    monkeypatch.setattr(FileRegistry, "check", failing)
    house.write("a.note", {"prompt": "One"})
    house.write("b.note", {"prompt": "Two"})
    house.ingest()
    assert house.ask(PROMPTS) == [("One",)]
    assert house.ask(HEALTH) == fault("KeyError")


def test_a_session_that_cannot_be_judged_is_left_and_others_are_judged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = ScoreJob._score_slice

    def failing(self: ScoreJob, trajectory_id: int, method: Any, scorer: str) -> bool:
        if trajectory_id == 1:
            raise KeyError(trajectory_id)
        return judge(self, trajectory_id, method, scorer)

    monkeypatch.setattr(ScoreJob, "_score_slice", failing)
    house.write("a.note", {"prompt": "One"}, {"say": "Which?"})
    house.write("b.note", {"prompt": "Two"}, {"say": "Which?"})
    house.ingest()
    house.ask("UPDATE trajectory_summaries SET scored_by = ''")
    house.ingest()
    assert house.ask("SELECT count(*) FROM trajectory_summaries WHERE scored_by = ''") == [(0,)]


def test_a_job_that_fails_rests_and_is_tried_again(tmp_path: Path) -> None:
    clock = FrozenClock(LATER_MS)
    guard = Guard(tmp_path / "log", clock)
    calls: list[int] = []

    def step() -> bool:
        calls.append(clock.at_ms)
        if len(calls) == 1:
            raise RuntimeError("Confidential")
        return True

    assert not guard.job("prices", step)
    assert guard.trouble == "A part of ingest failed (prices, RuntimeError): its trace is in the log."
    assert not guard.job("prices", step)
    clock.at_ms += REST_MS
    assert guard.job("prices", step)
    assert (len(calls), guard.trouble) == (2, "")
    assert (tmp_path / "log").read_text().count("RuntimeError") == 1


def test_what_the_database_failed_of_passes() -> None:
    guard = Guard(None, FrozenClock(LATER_MS))
    with pytest.raises(DatabaseError), guard.caught():
        raise DatabaseError("The disk is full.")
