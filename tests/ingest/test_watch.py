"""Hearing of changes: without events by looking, in folders that appear later, whatever the clock does."""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import watchfiles

from ppp_tui.ingest.watch import WatchStep
from ppp_tui.ingest.watch_roots import WatchRoots
from ppp_tui.model.clock import FrozenClock, is_due
from tests.ingest.house import LATER_MS, House
from tests.ingest.test_follow import ask, following, responses
from tests.waiting import until


@pytest.mark.slow
def test_where_the_system_has_no_more_watches_files_are_looked_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError("OS file watch limit reached.")

    monkeypatch.setattr(watchfiles, "watch", refuse)
    house.write("a.note", {"prompt": "One"})
    with following(house, poll_interval_s=0.02):
        (house.notes / "b.note").write_text('{"prompt": "Two"}\n')
        until(lambda: responses(house) == [("One", ""), ("Two", "")])
        told = "No file events here (OS file watch limit reached.): looking instead."
        until(lambda: ask(house, "SELECT watching, trouble FROM ingest_status") == [("polling", told)])


@pytest.mark.slow
def test_a_root_that_appears_later_is_heard_of(house: House) -> None:
    house.notes.rmdir()
    with following(house, poll_interval_s=0.02):
        house.notes.mkdir()
        (house.notes / "a.note").write_text('{"prompt": "One"}\n')
        until(lambda: responses(house) == [("One", "")])
        (house.notes / "b.note").write_text('{"prompt": "Two"}\n')
        until(lambda: responses(house) == [("One", ""), ("Two", "")])


@pytest.mark.slow
def test_what_no_event_told_is_found_by_the_sweep_though_the_clock_was_set_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object, stop_event: threading.Event, **__: object) -> Iterator[set[tuple[int, str]]]:
        stop_event.wait()
        yield from ()

    monkeypatch.setattr(watchfiles, "watch", silent)
    clock = FrozenClock(LATER_MS)
    house.write("a.note", {"prompt": "One"})
    with following(house, clock, sweep_interval_s=30) as pipeline:
        house.write("b.note", {"prompt": "Two"})
        clock.at_ms -= 3_600_000
        pipeline._changed_paths.put(frozenset())
        until(lambda: responses(house) == [("One", ""), ("Two", "")])


@pytest.mark.parametrize(
    ("since", "now", "expected"), [(0, 999, False), (0, 1000, True), (5000, 5000, False), (5000, 4999, True)]
)
def test_a_moment_that_lies_ahead_is_not_waited_for(since: int, now: int, expected: bool) -> None:
    assert is_due(since, now, 1000) is expected


def test_a_last_record_of_a_file_from_the_future_is_read(house: House) -> None:
    path = house.write("a.note", {"prompt": "Fix"}, {"say": "Done."}, end="")
    os.utime(path, (LATER_MS / 1000 + 3600, LATER_MS / 1000 + 3600))
    house.ingest()
    assert house.ask("SELECT prompt, response FROM trajectory_turns") == [("Fix", "Done.")]


def places(house: House, **changes: Any) -> WatchRoots:
    return WatchRoots(house.options(**changes), {}, house.home)


def found(looking: Callable[[], Any]) -> list[str]:
    return [str(path) for _, path in looking()]


def test_a_chosen_root_and_a_usual_one_that_are_the_same_are_read_once(house: House) -> None:
    path = house.write("a.note", {"prompt": "Fix"})
    both = places(house, extra_roots=(("notes", house.notes), ("notes", path)))
    assert [root.is_chosen for root in both.roots] == [True, True]
    assert found(both.find) == [str(path)]
    assert both.folders() == [house.notes]


def test_a_folder_of_another_program_that_moved_in_is_claimed_whole(house: House) -> None:
    first = house.write("new/deep/a.note", {"prompt": "Fix"})
    house.write("new/other.txt", {"prompt": "No session"})
    assert found(lambda: places(house).claims(house.notes / "new")) == [str(first)]
    assert found(lambda: places(house).claims(house.home / "elsewhere" / "a.note")) == []


def test_links_to_what_is_the_users_are_followed_and_loops_are_not(house: House, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.note").write_text('{"prompt": "secret"}\n')
    (house.notes / "folder").symlink_to(outside)
    (house.notes / "file.note").symlink_to(outside / "secret.note")
    (house.notes / "loop.note").symlink_to("loop.note")
    (house.notes / "around").symlink_to(house.home)
    inside = house.write("a.note", {"prompt": "Fix"})
    (house.notes / "again.note").symlink_to(inside)
    looked = places(house)
    claimed = [
        name
        for name in ("folder/secret.note", "file.note", "loop.note", "around/notes/a.note", "again.note")
        if list(looked.claims(house.notes / name))
    ]
    assert claimed == ["folder/secret.note", "file.note"]


def test_a_root_may_be_a_link_itself(house: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles"
    house.notes.rename(elsewhere)
    house.notes.symlink_to(elsewhere)
    path = house.write("a.note", {"prompt": "Fix"})
    assert found(places(house).find) == [str(path)]
    assert found(lambda: places(house).claims(path)) == [str(path)]


@pytest.mark.slow
def test_what_changes_between_the_first_look_and_the_listener_is_not_missed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_begin = threading.Event()

    def late(*_: object, stop_event: threading.Event, **__: object) -> Iterator[set[tuple[int, str]]]:
        may_begin.wait()
        while not stop_event.is_set():
            stop_event.wait()
        yield from ()

    monkeypatch.setattr(watchfiles, "watch", late)
    house.write("a.note", {"prompt": "One"})
    with following(house):
        house.write("b.note", {"prompt": "Two"})
        may_begin.set()
        until(lambda: responses(house) == [("One", ""), ("Two", "")])


def test_a_watch_looks_less_often_after_a_rest() -> None:
    at_s = [100.0]
    step = WatchStep(lambda: at_s[0])
    assert operator.index(step) == 20
    at_s[0] = 109.9
    assert operator.index(step) == 20
    at_s[0] = 110.0
    assert operator.index(step) == 80
    step.note_change()
    assert operator.index(step) == 20
