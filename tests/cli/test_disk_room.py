"""A disk that is full or nearly so is named by doctor, with what lies there and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.cli.commands import doctor
from ppp_tui.cli.disk_room import FreeRoom, disk_report, disk_warnings
from ppp_tui.cli.invocation import Invocation

MB = 1 << 20
WAY_OUT = (
    "make room there, or move old sessions to a file elsewhere (ppp-tui archive --older-than 90d --to FILE). Until "
    "then new sessions may be missing; they are read once there is room."
)


def of_room(free_bytes: int, free_files: int | None = None) -> list[str]:
    rooms = {Path("/"): FreeRoom(1, free_bytes, free_files)}
    disks = disk_report(
        {"the database": Path("/nowhere/data"), "journals": Path("/nowhere/journals")}, rooms.__getitem__
    )
    return disk_warnings(disks)


@pytest.mark.parametrize(
    ("free_bytes", "free_files", "state"),
    [
        (0, 900, "is full, 0 B are left"),
        (8 * MB - 1, None, "is full, 8.0 MB are left"),
        (200 * MB, 900, "is nearly full, 200 MB are left"),
        (900 * MB, 0, "takes no more files"),
    ],
)
def test_full_disk_is_named_once_with_all_that_lies_there(free_bytes: int, free_files: int | None, state: str) -> None:
    assert of_room(free_bytes, free_files) == [
        f"The disk of the database and journals {state} (/nowhere/data): {WAY_OUT}"
    ]


@pytest.mark.parametrize("free_files", [None, 12])
def test_disk_with_room_is_no_news(free_files: int | None) -> None:
    assert of_room(256 * MB, free_files) == []


def test_each_disk_is_judged_by_itself_and_one_that_tells_nothing_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "journals").mkdir()
    (tmp_path / "gone").mkdir()

    def room_of(folder: Path) -> FreeRoom:
        if folder.name == "gone":
            raise PermissionError(folder)
        return FreeRoom(2, 5 * MB, None) if folder.name == "journals" else FreeRoom(1, 900 * MB, None)

    folders = {"the database": tmp_path, "journals": tmp_path / "journals/new", "received": tmp_path / "gone"}
    disks = disk_report(folders, room_of)
    assert [(disk["holds"], disk["free_bytes"]) for disk in disks] == [
        (["the database"], 900 * MB),
        (["journals"], 5 * MB),
    ]
    assert disk_warnings(disks) == [
        f"The disk of journals is full, 5.0 MB are left ({tmp_path / 'journals/new'}): {WAY_OUT}"
    ]


def test_room_of_a_real_folder_is_read(tmp_path: Path) -> None:
    [disk] = disk_report({"the database": tmp_path})
    assert disk["free_bytes"] > 0


def test_doctor_warns_of_a_full_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(doctor, "disk_report", lambda folders: disk_report(folders, lambda _: FreeRoom(1, 0, None)))
    report = doctor.doctor_report(Invocation())
    assert report["disks"][0]["holds"] == ["the database", "the loggers' journals", "what was received"]
    start = "The disk of the database, the loggers' journals and what was received is full, 0 B are left ("
    assert any(warning.startswith(start) and warning.endswith(WAY_OUT) for warning in report["warnings"])
