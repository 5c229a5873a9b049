"""What a door tells of itself: bounded counts in a private file that goes when the door is shut."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.door_status import (
    MAX_NAMES,
    OTHERS,
    DoorStatus,
    doors_folder,
    is_running,
    open_door,
    read_status,
)
from tests.waiting import until

NOON_MS = 1_795_176_000_000


def test_file_is_private_kept_up_to_date_and_gone_in_the_end(tmp_path: Path) -> None:
    folder = doors_folder(tmp_path / "archive.db")
    path = folder / f"serve-{os.getpid()}.json"
    with open_door(folder, "serve", ["http://127.0.0.1:4319"], FrozenClock(NOON_MS)) as status:
        assert (folder.name, folder.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (
            "archive.db-doors",
            0o700,
            0o600,
        )
        status.count("GET /v1/sessions", "answered")
        until(lambda: bool((read_status(path) or {}).get("records")))
        assert json.loads(path.read_text()) == {
            "pid": os.getpid(),
            "addresses": ["http://127.0.0.1:4319"],
            "since": "2026-11-20 12:00:00.000",
            "last": "2026-11-20 12:00:00.000",
            "records": {"GET /v1/sessions": {"answered": 1}},
            "refused": {},
            "trouble": "",
        }
    assert list(folder.iterdir()) == []


def test_strangers_cannot_fill_the_memory_with_names_and_reasons(tmp_path: Path) -> None:
    status = DoorStatus(tmp_path / "x.json", FrozenClock(NOON_MS))
    for number in range(MAX_NAMES + 10):
        status.count(f"{number}" + "x" * 500, "calls")
        status.count_refusal(404, f"{number}" + "x" * 500)
    content = status.content(is_open=True)
    assert (len(content["records"]), content["records"][OTHERS]) == (MAX_NAMES + 1, {"calls": 10})
    assert (len(content["refused"]), content["refused"][f"404 {OTHERS}"]) == (MAX_NAMES + 1, 10)
    assert max(map(len, content["records"])) == 80
    assert max(map(len, content["refused"])) == 204


def test_trouble_stays_until_something_comes_in(tmp_path: Path) -> None:
    status = DoorStatus(tmp_path / "x.json", FrozenClock(NOON_MS))
    status.note_trouble("The receiver is away.")
    assert status.content(is_open=True)["trouble"] == "The receiver is away."
    status.count("sessions", "sent", 3)
    assert status.content(is_open=True)["trouble"] == ""


def test_folder_that_cannot_be_written_stops_no_door(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with open_door(tmp_path / "file" / "doors", "mcp", ["/home/ann"], FrozenClock(NOON_MS)) as status:
        status.count("hot_files", "calls")


NOON = "2026-11-20 12:00:00.000"


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"pid": 0, "since": NOON},
        {"pid": -1, "since": NOON},
        {"pid": 2**70, "since": NOON},
        {"pid": "1", "since": NOON},
        {"pid": 1},
        {"pid": 1, "since": "yesterday"},
        {"pid": 1, "since": "1980-01-01 00:00:00.000"},
    ],
)
def test_status_that_names_no_process_of_that_time_is_not_running(status: dict[str, object]) -> None:
    assert not is_running(status)


def test_what_a_killed_process_left_goes_when_the_door_opens_anew(tmp_path: Path) -> None:
    left, other, odd = tmp_path / "mcp-1.json", tmp_path / "web-1.json", tmp_path / "mcp-2.json"
    for path in (left, other):
        path.write_text(json.dumps({"pid": 2**22 + 1, "since": NOON}))
    odd.write_text("{")
    with open_door(tmp_path, "mcp", ["/home/ann"], FrozenClock(NOON_MS)):
        assert [path.name for path in sorted(tmp_path.iterdir())] == [f"mcp-{os.getpid()}.json", "web-1.json"]
