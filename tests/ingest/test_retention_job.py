"""Ingest moves old trajectories out by itself where the person wants it, and what hinders it ends nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ppp_tui.store.archive_file import writer as archive_writer
from ppp_tui.store.write import Writer
from tests.ingest.house import House

LONG_AGO = -40 * 86_400
NOTE = ({"prompt": "Fix", "at": LONG_AGO}, {"say": "Done.", "at": LONG_AGO + 1}, {"done": 1, "at": LONG_AGO + 1})
TURNS = "SELECT count(*) FROM trajectory_turns"


def files(house: House) -> list[Path]:
    folder = house.database.parent / archive_writer.FOLDER
    return sorted(folder.iterdir()) if folder.exists() else []


def test_old_sessions_are_moved_out_into_a_file_beside_the_database(house: House) -> None:
    path = house.write("a.note", *NOTE)
    before = path.read_bytes()
    house.ingest(archive_after_days=30)
    [file] = files(house)
    assert (house.ask(TURNS), path.read_bytes()) == ([(0,)], before)
    writer = Writer(house.database)
    assert writer.restore_archive(file) == (1, 1, 0)
    writer.close()


def test_what_was_moved_out_is_not_read_again_until_it_goes_on(house: House) -> None:
    house.write("a.note", *NOTE)
    house.ingest(archive_after_days=30)
    house.ingest()
    assert house.ask(TURNS) == [(0,)]
    house.append("a.note", {"prompt": "More", "at": 8})
    house.ingest()
    assert house.ask("SELECT turn_number, prompt FROM trajectory_turns") == [(2, "More")]


def test_without_the_wish_nothing_is_moved(house: House) -> None:
    house.write("a.note", *NOTE)
    house.ingest()
    assert (files(house), house.ask(TURNS)) == ([], [(1,)])


def test_a_file_that_cannot_be_written_is_told_and_ingest_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.write("a.note", *NOTE)

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        house.ingest(archive_after_days=30)
    assert (house.ask(TURNS), files(house)) == ([(1,)], [])
    assert house.ask("SELECT phase, trouble FROM ingest_status") == [
        ("stopped", "Old trajectories cannot be archived (No space left on device): they stay in the database."),
    ]


def test_old_performance_events_are_forgotten_with_sessions(house: House) -> None:
    house.write("a.note", *NOTE)
    house.ingest()
    writer = Writer(house.database)
    for at in ("2020-01-01 00:00:00.000", "2999-01-01 00:00:00.000"):
        writer._connection.execute("INSERT INTO performance_events (at, type, data) VALUES (?, 'own', '{}')", (at,))
    writer.close()
    house.ingest(retention_days=30)
    assert house.ask("SELECT at FROM performance_events") == [("2999-01-01 00:00:00.000",)]
