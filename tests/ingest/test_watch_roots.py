"""Watch roots: usual and chosen folders, what a changed path is about, and sources that fail on their own folders."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ppp_tui.ingest.watch_roots import WatchRoot, WatchRoots
from ppp_tui.sources.walk import Skips
from tests.ingest.house import House
from tests.ingest.notes_source import NotesSource


def roots_of(house: House, *extra: Path) -> WatchRoots:
    return WatchRoots(house.options(extra_roots=tuple(("notes", path) for path in extra)), {}, house.home)


def places(roots: list[WatchRoot]) -> list[tuple[Path, bool]]:
    return [(root.path, root.is_chosen) for root in roots]


def test_folder_that_is_usual_and_chosen_is_read_once_as_a_chosen_one(house: House, tmp_path: Path) -> None:
    roots = roots_of(house, house.notes, tmp_path / "more", tmp_path / "more")
    assert places(roots.roots) == [(house.notes, True), (tmp_path / "more", True)]
    assert places(roots.present()) == [(house.notes, True)]


def test_session_below_two_roots_is_found_once(house: House) -> None:
    path = house.write("deep/a.note", {"prompt": "One"})
    assert [found for _, found in roots_of(house, house.notes / "deep").find()] == [path]


def test_root_that_is_a_file_is_watched_by_its_folder(house: House, tmp_path: Path) -> None:
    chosen = tmp_path / "x.note"
    chosen.write_text("{}\n")
    assert roots_of(house, chosen).folders() == sorted([house.notes, tmp_path])


def test_changed_path_is_about_itself_or_about_all_sessions_of_a_new_folder(house: House) -> None:
    first, second = house.write("new/a.note", {"prompt": "1"}), house.write("new/b.note", {"prompt": "2"})
    roots = roots_of(house)

    def sessions(path: Path) -> list[Path]:
        return [session for _, session in roots.claims(path)]

    assert sessions(first) == [first]
    assert sessions(house.notes / "new") == [first, second]
    assert sessions(house.notes / "new" / "c.txt") == []
    assert sessions(house.home / "notes-elsewhere" / "a.note") == []


def test_event_in_a_file_of_its_own_is_about_its_conversation(house: House, tmp_path: Path) -> None:
    state = tmp_path / "conversations" / "c1" / "base_state.json"
    event = state.parent / "events" / "event-00001-x.json"
    roots = WatchRoots(house.options(extra_roots=(("openhands", tmp_path / "conversations"),)), {}, house.home)
    assert [session for _, session in roots.claims(event)] == []
    event.parent.mkdir(parents=True)
    state.write_text("{}")
    assert [(source.name, session) for source, session in roots.claims(event)] == [("openhands", state)]


def test_project_that_an_agent_registers_later_is_found_by_the_next_refresh(house: House) -> None:
    database, data = house.home / "shop" / ".crush" / "crush.db", house.home / "data"
    database.parent.mkdir(parents=True)
    database.touch()
    roots = WatchRoots(house.options(sources=("crush",)), {"CRUSH_GLOBAL_DATA": str(data)}, house.home)
    assert list(roots.find()) == []
    data.mkdir()
    (data / "projects.json").write_text(json.dumps({"projects": [{"path": str(house.home / "shop")}]}))
    roots.refresh()
    assert [path for _, path in roots.find()] == [database]


def test_presence_files_are_read_beside_usual_folders_only(house: House, tmp_path: Path) -> None:
    assert [folder for _, folder in roots_of(house, tmp_path / "copy").presences()] == [house.home / "here"]


def test_survey_counts_sessions_and_what_cannot_be_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write("a.note", {"prompt": "One"})
    secret = house.write("b.note", {"prompt": "Two"})
    monkeypatch.setattr("os.access", lambda path, _: path != secret)
    [survey] = roots_of(house).survey()
    assert (survey.root.path, survey.sessions, survey.fault) == (house.notes, 2, "")
    assert survey.skips.examples == {"unreadable": [str(secret)]}


def test_source_that_fails_on_its_folder_is_surveyed_as_failed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = house.write("a.note", {"prompt": "One"})

    def fail(self: NotesSource, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        yield path
        raise LookupError("confidential")

    monkeypatch.setattr(NotesSource, "find", fail)
    [survey] = roots_of(house).survey()
    assert (survey.sessions, survey.fault) == (1, "LookupError")


def test_source_that_cannot_name_its_folders_costs_itself_only(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: NotesSource, environment: Mapping[str, str], home: Path) -> list[Path]:
        raise KeyError("confidential")

    monkeypatch.setattr(NotesSource, "roots", fail)
    roots = roots_of(house, house.home)
    assert places(roots.roots) == [(house.home, True)]
    assert roots.problems == ["The source notes cannot name its folders (KeyError)."]
