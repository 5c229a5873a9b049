"""The pictures in ``screenshots/``: the demo's agents, read by the real ingest, under a clock that stands still.

The same code gives the same bytes, so that a test can compare them.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, cast

from ppp_tui.cli.dashboard import make_ports
from ppp_tui.cli.doors.door_uses import with_uses
from ppp_tui.cli.invocation import Invocation
from ppp_tui.demo import Demo
from ppp_tui.demo.codebases import write_codebases
from ppp_tui.demo.plans import log_plans
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.ingest.progress import status_row
from ppp_tui.model.clock import HOUR_MS, MINUTE_MS, FrozenClock
from ppp_tui.query.doors import Door, OpenDoor
from ppp_tui.query.pool import Pool
from ppp_tui.query.query import Answer, Query
from ppp_tui.query.rows import Totals
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.status import put_status
from ppp_tui.tui.app import PppApp
from ppp_tui.tui.screens.registry import MAIN_SCREENS
from ppp_tui.tui.terminal.picture import picture_of
from ppp_tui.tui.widgets.table_view import TableView
from tests.tui.dashboard_of import Dashboard, NoIngest, dashboard

START_MS = 1_795_176_000_000
"""2026-11-20 12:00:00 UTC, when the demo begins."""

SIZES = ((80, 24), (120, 36), (200, 60))
"""Columns and rows."""

DATABASE_BYTES = 786_432
"""What the pictures call the database's size: the true one depends on how its rows came together."""


_OPEN = (
    Door(
        kind="receive",
        title="OpenTelemetry in",
        command="ppp-tui receive",
        processes=[
            OpenDoor(
                is_open=True,
                addresses=["http://127.0.0.1:4318", "http://[::1]:4318"],
                since=START_MS - 2 * HOUR_MS,
                last=START_MS + 101_000,
                records={"claude-code": {"logs": 1_284, "metrics": 96}, "codex_cli_rs": {"logs": 412}},
                refused={"404 this is an OTLP/HTTP receiver: send POST requests to /v1/logs": 3},
                notes=["sent again, kept once: 12"],
            )
        ],
    ),
    Door(
        kind="send",
        title="OpenTelemetry out",
        command="ppp-tui send --to URL --follow",
        sent_up_to={"http://127.0.0.1:6006 openinference": 1},
    ),
    Door("serve", "HTTP", "ppp-tui serve"),
    Door(
        kind="mcp",
        title="agents, by MCP",
        command="claude mcp add ppp-tui -- ppp-tui mcp",
        processes=[
            OpenDoor(
                is_open=True,
                addresses=["/home/dev/shop"],
                since=START_MS - 12 * MINUTE_MS,
                last=START_MS - 3 * MINUTE_MS,
                records={"find_past_work": {"calls": 2}, "failed_commands": {"calls": 1}},
            )
        ],
    ),
    Door("web", "browser", "ppp-tui web"),
)

DOORS = with_uses(_OPEN, 4318)
"""What the pictures show as open."""

RECEIVED = {"Add OAuth login": 1, "Move the ledger to integer cents": 3}
"""Sessions of the pictures that were received, too, by titles; of every so many requests one is not in the file."""


class StillPool(Pool):
    """A database that states the same size each time."""

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Answer a query, with the size replaced by `DATABASE_BYTES`."""
        answer = await super().fetch(query)
        return cast("Answer", answer._replace(database_bytes=DATABASE_BYTES)) if isinstance(answer, Totals) else answer


TEAM = {
    "shop": ("Ann", "laptop"),
    "atlas": ("Bea", "studio"),
    "ledger": ("Ann", "server"),
    "docs": ("Carl", "desk"),
    "greenhouse": ("Bea", "studio"),
    "infra": ("Carl", "server"),
}
"""Whose sessions the pictures of a team show, and on which machine they ran, by project."""


class Shot(NamedTuple):
    """A picture: its name, when in the demo it is taken, and the keys that lead there."""

    name: str
    after_s: int
    keys: tuple[str, ...] = ()
    theme: str = "ppp-dark"
    is_team: bool = False
    """Whether the sessions are those of a team, as the store that it shares has them."""


STAGED = {
    "live": Shot("live", 59),
    "compare": Shot("compare", 105, ("space", "space", "c")),
    "consensus": Shot("consensus", 105, ("4", "enter", "j", "j")),
    "usage": Shot("usage", 105, ("5", "d", "d")),
}
"""Main screens that a number key alone does not show at their best."""

_DARK = (
    *(STAGED.get(entry.kind, Shot(entry.kind, 105, (entry.key,))) for entry in MAIN_SCREENS),
    Shot("trajectory", 105, ("enter", "E", "E")),
    Shot("steps", 105, ("enter", "l")),
    Shot("requests", 105, ("enter", *"lllll")),
    Shot("step", 105, ("enter", "tab", "l", *"jjjjjj", "enter")),
    Shot("score", 105, ("enter", *"llllllll")),
    Shot("search", 59, ("ctrl+f", *"tests", "enter")),
    Shot("help", 59, ("question_mark",)),
    Shot("team-live", 59, is_team=True),
    Shot("team-sessions", 105, ("2",), is_team=True),
    Shot("team-usage", 105, ("5", "d", "d", *"bbbbb"), is_team=True),
)
"""Every main screen, and others, in the dark theme."""

_LIT = frozenset({entry.kind for entry in MAIN_SCREENS} | {"trajectory", "steps"})

SHOTS = (*_DARK, *(shot._replace(name=f"{shot.name}-light", theme="ppp-light") for shot in _DARK if shot.name in _LIT))
"""All pictures; each is drawn at every size."""


def demo_below(folder: Path) -> Invocation:
    """Return how a dashboard over the demo below a folder is called."""
    return Invocation(home=folder / "home", database=folder / "data" / "archive.db")


def read_demo(folder: Path, now_ms: int) -> Invocation:
    """Play the demo below a folder until a time, let ingest read it, and return how a dashboard over it is called."""
    [invocation] = followed_demo(folder, [now_ms])
    writer = Writer(invocation.database_path)
    put_received(writer._connection)
    writer.close()
    return invocation


def followed_demo(folder: Path, times_ms: Sequence[int]) -> Iterator[Invocation]:
    """Play the demo below a folder; yield how a dashboard over it is called each time that ingest has read it."""
    invocation = demo_below(folder)
    demo = Demo(invocation.home_path, START_MS)
    demo.write_history()
    log_plans(invocation.database_path, START_MS)
    write_codebases(invocation.database_path, START_MS)
    # Several processes would number the sessions in the order in which they happen to end.
    options = replace(invocation.ingest_options(), processes=1)
    for now_ms in times_ms:
        demo.play_until(now_ms)
        writer = Writer(invocation.database_path)
        pipeline = Pipeline(writer, options, FrozenClock(now_ms), invocation.environment, invocation.home_path)
        progress = pipeline.run(follow=False)
        # The run above has ended, but a dashboard is looked at while an ingest is at work.
        put_status(writer._connection, status_row(progress._replace(phase="following"), os.getpid(), "events"))
        writer.close()
        yield invocation


def put_received(connection: sqlite3.Connection) -> None:
    """Let sessions have been received, too; only the screen of doors looks at that."""
    for title, every in RECEIVED.items():
        connection.execute(
            "INSERT INTO received_sessions SELECT source, native_id, file_id FROM trajectories WHERE title = ?",
            (title,),
        )
        connection.execute(
            "INSERT INTO received_requests SELECT t.file_id, 1, row_number() OVER (ORDER BY u.id), u.at, NULL, "
            "u.model, u.input_tokens, u.output_tokens, u.cache_read_tokens, u.cache_write_5m_tokens, NULL, NULL, '', "
            "iif(:every > 1 AND row_number() OVER (ORDER BY u.id) % :every = 0, NULL, u.id) FROM trajectories AS t "
            "JOIN token_usage AS u ON u.id BETWEEN t.id << 40 AND ((t.id + 1) << 40) - 1 "
            "WHERE t.title = :title AND u.is_counted = 1",
            {"title": title, "every": every},
        )


def share_with_team(connection: sqlite3.Connection) -> None:
    """Say whose each session is and where it ran, as a push into a shared store does."""
    # There each session has a source, those that programs logged, too.
    logged = [row[0] for row in connection.execute("SELECT id FROM trajectories WHERE file_id IS NULL")]
    for number in logged:
        added = connection.execute("INSERT INTO source_files (source, path) VALUES ('replica', ?)", (number,))
        connection.execute("UPDATE trajectories SET file_id = ? WHERE id = ?", (added.lastrowid, number))
    connection.executemany(
        "UPDATE source_files SET person = ?, host = ? WHERE id IN (SELECT file_id FROM trajectories "
        "WHERE project = ? OR project LIKE ? || '/%')",
        [(*owner, f"/home/dev/{project}", f"/home/dev/{project}") for project, owner in TEAM.items()],
    )


async def draw(invocation: Invocation, shot: Shot, size: tuple[int, int]) -> str:
    """Return a picture as SVG: the dashboard after the keys of a shot, in a terminal of a size."""
    async with staged(invocation, shot, size) as shown:
        return picture_of(shown.app)


async def draw_lines(invocation: Invocation, shot: Shot, size: tuple[int, int]) -> list[str]:
    """Return the same as text, line by line."""
    async with staged(invocation, shot, size) as shown:
        return shown.lines()


@asynccontextmanager
async def staged(invocation: Invocation, shot: Shot, size: tuple[int, int]) -> AsyncIterator[Dashboard]:
    """Yield the dashboard after the keys of a shot."""
    with TemporaryDirectory() as folder:
        if shot.is_team:
            invocation = _team_copy(invocation, Path(folder))
        async with _staged(invocation, shot, size) as shown:
            yield shown


def _team_copy(invocation: Invocation, folder: Path) -> Invocation:
    copy = folder / "team.db"
    with closing(sqlite3.connect(invocation.database_path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        with target:
            share_with_team(target)
    return replace(invocation, database=copy)


@asynccontextmanager
async def _staged(invocation: Invocation, shot: Shot, size: tuple[int, int]) -> AsyncIterator[Dashboard]:
    ports = make_ports(invocation, FrozenClock(START_MS + shot.after_s * 1000))
    checked = invocation.loaded.settings
    screen = checked.screen.model_copy(update={"theme": shot.theme, "time": "utc"})
    settings = checked.model_copy(update={"screen": screen})
    still = replace(
        ports,
        database=StillPool(invocation.database_path),
        is_team=shot.is_team,
        ingest=NoIngest(),
        settings=settings,
        zone=UTC,
        is_still=True,
        is_alive=lambda _pid: True,
        doors=lambda: DOORS,
    )
    async with dashboard(still, size) as shown:
        await shown.press(*shot.keys)
        _end_glow(shown.app)
        await shown.settle()
        yield shown


def _end_glow(app: PppApp) -> None:
    """Draw changed rows as they are a second later: how far that second has gone depends on the machine."""
    for screen in app.screen_stack:
        for table in screen.query(TableView):
            table._cool()
            table._cool()
            # Below a modal, rows that cooled would be drawn from memory.
            table.refresh(layout=True)
