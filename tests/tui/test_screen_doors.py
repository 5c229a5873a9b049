"""Doors, driven by its keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.query.doors import Door, OpenDoor
from ppp_tui.tui.widgets.detail_text import DetailText
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import NOON_MS, SHOP, write_database

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database with a session of which a request was sent that its file does not have."""
    path = write_database(tmp_path_factory.mktemp("database"))
    with closing(sqlite3.connect(path)) as connection, connection:
        native_id, file_id = connection.execute(
            "SELECT native_id, file_id FROM trajectories WHERE id = ?", (SHOP,)
        ).fetchone()
        connection.execute("INSERT INTO received_sessions VALUES ('claude_code', ?, ?)", (native_id, file_id))
        connection.execute(
            "INSERT INTO received_requests VALUES (?, 1, 1, '2026-11-20 10:00:00.000', NULL, 'opus', 100, 20, 3, 0, "
            "NULL, NULL, '', NULL)",
            (file_id,),
        )
    return path


class Doors:
    """Doors that a test opens and shuts."""

    def __init__(self) -> None:
        self.is_open = False

    def __call__(self) -> Sequence[Door]:
        opened = [OpenDoor(True, ["http://127.0.0.1:4318"], NOON_MS, NOON_MS, {"codex": {"logs": 7}})]
        return [
            Door("receive", "OpenTelemetry in", "ppp-tui receive", opened if self.is_open else []),
            Door("web", "browser", "ppp-tui web"),
        ]


async def test_door_that_opens_is_shown_with_what_came_in(path: Path) -> None:
    doors = Doors()
    async with dashboard(ports_of(path, doors=doors)) as shown:
        await shown.press("9")
        assert shown.kind == "DoorsScreen"
        assert "○ shut" in shown.text
        assert "ppp-tui receive" in shown.text
        doors.is_open = True
        await shown.pass_time(3_000)
        assert "● open" in shown.text
        assert "codex: 7 logs" in shown.text
        await shown.press("j")
        assert "Shut. This opens it:" in shown.text


async def test_session_that_differs_is_opened_from_its_row(path: Path) -> None:
    async with dashboard(ports_of(path, doors=Doors())) as shown:
        await shown.press("9")
        assert "1 session read and received" in shown.text
        assert shown.table("#rows").total == 1
        await shown.press("enter", "enter")
        assert shown.kind == "TrajectoryScreen"


async def test_large_terminal_tells_of_all_doors_and_shows_the_received_session(path: Path) -> None:
    async with dashboard(ports_of(path, doors=Doors()), (200, 60)) as shown:
        await shown.press("9")
        assert "ppp-tui receive" in shown.text
        about = [line.text for line in shown.app.screen.query_one("#about", DetailText).lines]
        assert about.index("OpenTelemetry in") < about.index("browser")
        assert "last 12 of 12 turns" in shown.text
        assert "codex: ppp-tui otel setup" not in shown.text
        await shown.press("j")
        about = [line.text for line in shown.app.screen.query_one("#about", DetailText).lines]
        assert about.index("browser") < about.index("OpenTelemetry in")
