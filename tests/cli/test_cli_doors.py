"""Which doors are open and what came in, from the files that their processes write: for doctor and the dashboard."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from ppp_tui.cli.doors.open_doors import door_fields, door_lines, find_doors
from ppp_tui.cli.doors.sent_revisions import keep_revision
from ppp_tui.model.clock import to_text
from ppp_tui.query.doors import Door
from tests.cli.conftest import Run


def own_status(**changes: Any) -> str:
    """What this process would write."""
    began = to_text(round(psutil.Process().create_time() * 1000) + 1)
    return json.dumps({"pid": os.getpid(), "addresses": [], "since": began, "last": "", **changes})


def write(database: Path, name: str, content: str) -> None:
    folder = database.with_name(f"{database.name}-doors")
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content)


def lines_of(doors: list[Door], waiting: dict[str, int | None] | None = None) -> list[str]:
    return door_lines([door_fields(door, waiting or {}) for door in doors])


def test_doors_that_are_shut_are_told_with_the_command_that_opens_them(tmp_path: Path) -> None:
    assert lines_of(find_doors(tmp_path / "archive.db", tmp_path / "received")) == [
        "",
        "Doors to other programs",
        "  OpenTelemetry in   closed; ppp-tui receive opens it",
        "  OpenTelemetry out  closed; ppp-tui send --to URL --follow opens it",
        "  HTTP               closed; ppp-tui serve opens it",
        "  agents, by MCP     closed; claude mcp add ppp-tui -- ppp-tui mcp opens it",
        "  browser            closed; ppp-tui web opens it",
    ]


def test_open_doors_are_told_with_what_came_in(tmp_path: Path) -> None:
    database, received = tmp_path / "archive.db", tmp_path / "received"
    received.mkdir()
    (received / "status.json").write_text(
        own_status(
            addresses=["http://127.0.0.1:4318", "http://[::1]:4318"],
            records={"claude-code": {"logs": 3, "metrics": 2}, "\x1b[2Jx": {"metrics": 1}},
            duplicates=1,
            without_session=0,
            refused={"404 use /v1/logs": 2},
            trouble="",
        )
    )
    write(database, "serve-1.json", own_status(addresses=["http://127.0.0.1:4319"]))
    write(database, "mcp-1.json", own_status(addresses=["/home/ann"], records={"hot_files": {"calls": 1}}))
    write(database, "mcp-2.json", own_status(addresses=["/home/bob"]))
    write(database, "send-1.json", own_status(addresses=["https://ann:secret@lf.example/otel?key=secret langfuse"]))
    keep_revision(database, "https://ann:secret@lf.example/otel?key=secret langfuse", 7)
    doors = find_doors(database, received)
    lines = lines_of(doors, {"https://lf.example/otel langfuse": 12})
    assert lines[2:] == [
        "  OpenTelemetry in   open  http://127.0.0.1:4318 and http://[::1]:4318",
        "    claude-code: 3 logs, 2 metrics",
        "    ␛[2Jx: 1 metric",
        "      metrics arrive but no logs: its sessions show up only with OTEL_LOGS_EXPORTER=otlp",
        "    refused 2×: 404 use /v1/logs",
        "    sent again, kept once: 1",
        "  OpenTelemetry out  open  https://lf.example/otel langfuse",
        "    https://lf.example/otel langfuse: 12 sessions changed since",
        "  HTTP               open  http://127.0.0.1:4319",
        "  agents, by MCP     open  /home/ann and /home/bob  2 processes",
        "    hot_files: 1 call",
        "  browser            closed; ppp-tui web opens it",
    ]
    assert "secret" not in json.dumps([door_fields(door, {}) for door in doors], default=str)


def test_what_a_killed_process_left_is_no_open_door(tmp_path: Path) -> None:
    database = tmp_path / "archive.db"
    write(database, "web-1.json", own_status(pid=2**22 + 1))
    # The number is this process's now, but it began long after that door was opened.
    write(database, "web-2.json", own_status(since="2020-01-01 00:00:00.000"))
    assert [door.kind for door in find_doors(database, tmp_path) if door.processes] == []


def test_receiver_that_ended_still_tells_what_came_in(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text(own_status(pid=0, records={"codex": {"logs": 5}}))
    assert lines_of(find_doors(tmp_path / "archive.db", tmp_path))[2:4] == [
        "  OpenTelemetry in   closed; ppp-tui receive opens it",
        "    codex: 5 logs",
    ]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "[" * 9999, "{", '{"records": 1, "refused": [], "pid": "x", "addresses": 3, "since": 9, "last": "x"}'],
)
def test_any_status_file_is_survived(tmp_path: Path, content: str) -> None:
    (tmp_path / "status.json").write_text(content)
    write(tmp_path / "archive.db", "serve-1.json", content)
    assert len(lines_of(find_doors(tmp_path / "archive.db", tmp_path))) == 7


def test_doctor_lists_doors(ppp: Run) -> None:
    report = json.loads(ppp("doctor", "--json").stdout)
    assert [(door["kind"], door["is_open"]) for door in report["doors"]] == [
        ("receive", False),
        ("send", False),
        ("serve", False),
        ("mcp", False),
        ("web", False),
    ]
    assert "Doors to other programs" in ppp("doctor").stdout
