"""What running Claude Codes tell of themselves: literal files in, literal presences out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ppp_tui.sources.claude_code import SOURCE, presence
from ppp_tui.sources.source import Presence, PresenceSource

TOLD = {
    "pid": 4242,
    "sessionId": "5f0c1d9e",
    "cwd": "/home/dev/shop",
    "kind": "interactive",
    "status": "busy",
    "statusUpdatedAt": 1_795_168_800_000,
}


def write(folder: Path, name: str, **more: object) -> None:
    (folder / name).write_text(json.dumps({**TOLD, **more}))


def test_busy_program_waits_for_nothing(tmp_path: Path) -> None:
    write(tmp_path, "4242.json")
    assert presence.read(tmp_path) == [Presence("5f0c1d9e", 4242, "", 1_795_168_800_000)]


@pytest.mark.parametrize(
    ("more", "waits_for"),
    [
        ({"status": "waiting", "waitingFor": "permission prompt"}, "permission prompt"),
        ({"status": "waiting"}, "the user"),
        ({"status": "idle", "waitingFor": "permission prompt"}, ""),
    ],
)
def test_waiting_program_states_what_it_waits_for(tmp_path: Path, more: dict[str, object], waits_for: str) -> None:
    write(tmp_path, "4242.json", **more)
    assert [told.waits_for for told in presence.read(tmp_path)] == [waits_for]


@pytest.mark.parametrize(("entrypoint", "is_attended"), [("cli", True), ("sdk-cli", False), ("", True)])
def test_program_run_by_another_one_is_not_attended(tmp_path: Path, entrypoint: str, is_attended: bool) -> None:
    write(tmp_path, "4242.json", entrypoint=entrypoint)
    assert [told.is_attended for told in presence.read(tmp_path)] == [is_attended]


def test_a_process_of_another_container_has_no_number_here(tmp_path: Path) -> None:
    write(tmp_path, "4242.json", pidDomain="linux:0a1b:pid:[1]")
    assert [told.pid for told in presence.read(tmp_path)] == [0]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": "x", "sessionId": "y"}', "x" * 70_000])
def test_incomplete_presence_is_left_out(tmp_path: Path, content: str) -> None:
    (tmp_path / "4242.json").write_text(content)
    assert presence.read(tmp_path) == []


def test_other_files_are_not_opened_and_links_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "4242.abc.key")
    write(tmp_path, "note.json")
    (tmp_path / "7.json").symlink_to(tmp_path / "note.json")
    assert presence.read(tmp_path) == []
    assert presence.read(tmp_path / "nowhere") == []


def test_presence_folder_lies_beside_the_projects() -> None:
    assert isinstance(SOURCE, PresenceSource)
    assert SOURCE.presence_folder(Path("/home/dev/.claude/projects")) == Path("/home/dev/.claude/sessions")
    assert SOURCE.presence_folder(Path("/backup/old")) is None
