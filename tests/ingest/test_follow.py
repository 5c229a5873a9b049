"""Following: what is written is heard, in new files and folders too, and the lock keeps a second ingest away."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.ingest.lock import IngestBusyError, acquire_lock
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import Clock, FrozenClock, SystemClock
from ppp_tui.query.connect import open_reader
from ppp_tui.store.write import Writer
from tests.ingest.house import LATER_MS, House
from tests.waiting import until

pytestmark = pytest.mark.slow

DEADLINE_S = 10.0
"""Far beyond what hearing takes, so that only a deaf ingest fails."""


@contextmanager
def following(house: House, clock: Clock | None = None, **changes: Any) -> Iterator[Pipeline]:
    """An ingest that has read everything and waits for more."""
    writer = Writer(house.database)
    pipeline = Pipeline(
        writer, house.options(**{"sweep_interval_s": 3600, **changes}), clock or SystemClock(), {}, house.home
    )
    thread = threading.Thread(target=pipeline.run, kwargs={"follow": True})
    thread.start()
    try:
        until(lambda: ask(house, "SELECT phase FROM ingest_status") == [("following",)])
        yield pipeline
    finally:
        pipeline.stop()
        thread.join(DEADLINE_S)
        writer.close()
    assert not thread.is_alive()


def ask(house: House, sql: str) -> list[tuple[object, ...]]:
    connection = open_reader(house.database)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def responses(house: House) -> list[tuple[object, ...]]:
    return ask(house, "SELECT prompt, response FROM trajectory_turns ORDER BY 1")


def test_an_appended_line_is_changed_paths(house: House) -> None:
    house.write("a.note", {"prompt": "One"})
    with following(house):
        with (house.notes / "a.note").open("a") as file:
            file.write('{"say": "Heard."}\n')
        until(lambda: responses(house) == [("One", "Heard.")])


def test_a_file_that_is_heard_of_while_it_waits_in_the_backlog_is_read_once(house: House) -> None:
    for name in ("a.note", "b.note"):
        house.write(name, {"prompt": name}, {"say": "Once."})
    writer = Writer(house.database)
    pipeline = Pipeline(writer, house.options(), FrozenClock(LATER_MS), {}, house.home)
    pipeline._changed_paths.put(frozenset({house.notes / "a.note", house.notes / "b.note"}))
    pipeline.run(follow=False)
    writer.close()
    assert responses(house) == [("a.note", "Once."), ("b.note", "Once.")]


def test_a_new_session_in_a_new_folder_is_changed_paths(house: House) -> None:
    house.write("a.note", {"prompt": "One"})
    with following(house):
        folder = house.notes / "project" / "deep"
        folder.mkdir(parents=True)
        (folder / "b.note").write_text('{"prompt": "Two"}\n')
        until(lambda: responses(house) == [("One", ""), ("Two", "")])


def test_a_last_line_without_newline_is_read_once_it_is_quiet(house: House) -> None:
    house.write("a.note", {"prompt": "One"})
    with following(house):
        with (house.notes / "a.note").open("a") as file:
            file.write('{"say": "No newline."}')
        until(lambda: responses(house) == [("One", "No newline.")])


def test_a_last_line_without_newline_is_read_while_others_never_stop_writing(house: House) -> None:
    house.write("a.note", {"prompt": "One"})
    with following(house) as pipeline:
        with (house.notes / "a.note").open("a") as file:
            file.write('{"say": "No newline."}')
        seen = responses(house)
        end = time.monotonic() + DEADLINE_S
        while seen != [("One", "No newline.")] and time.monotonic() < end:
            pipeline._changed_paths.put(frozenset({house.notes / "busy.note"}))
            seen = responses(house)
        assert seen == [("One", "No newline.")]


def test_the_second_ingest_is_told(tmp_path: Path) -> None:
    first = acquire_lock(tmp_path / "a.db")
    try:
        with pytest.raises(IngestBusyError, match="Another ingest is at work"):
            acquire_lock(tmp_path / "a.db")
    finally:
        first.release()
    acquire_lock(tmp_path / "a.db").release()


def test_the_lock_file_is_private(tmp_path: Path) -> None:
    acquire_lock(tmp_path / "a.db").release()
    assert (tmp_path / "a.db.lock").stat().st_mode & 0o777 == 0o600
