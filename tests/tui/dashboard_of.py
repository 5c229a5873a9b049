"""A dashboard that stands still: fake ingest, frozen clock, no timers; a test says itself when time passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widget import Widget
from textual.worker import Worker, WorkerCancelled

from ppp_tui.export import export_trajectory
from ppp_tui.model.clock import FrozenClock
from ppp_tui.paths import user_paths
from ppp_tui.query.pool import Pool
from ppp_tui.settings import load
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.app import PppApp
from ppp_tui.tui.panes.live.live_list import LiveList
from ppp_tui.tui.ports import DatabaseAccess, Ports
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.status_bar import TopStrip
from tests.tui.database_of import NOON_MS
from tests.tui.stillness import quick_pilot, until_still

WIDE = (120, 36)

MAX_SETTLE_S = 20.0
"""How long a dashboard may take to come to rest: far beyond what it takes, on any machine."""

QUIET_ROUNDS = 3
"""How often in a row a dashboard must have nothing to do: what one message starts may be seen only after the next."""

FRAME_S = 1 / 60
"""The time between two pictures of a screen."""


async def all_done(workers: Iterable[Worker[Any]]) -> None:
    """Wait for all workers; one that a newer one took the place of is done, too. Raises WorkerFailed."""
    ended = await asyncio.gather(*[worker.wait() for worker in list(workers)], return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException) and not isinstance(error, WorkerCancelled):
            raise error


class NoIngest:
    """An ingest that only remembers what it was told to do."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.told = ""

    def start(self) -> None:
        """Remembered."""
        self.calls.append("start")

    async def stop(self) -> None:
        """Remembered."""
        self.calls.append("stop")

    def trouble(self) -> str:
        """What the test put into `told`."""
        return self.told


class Edited:
    """An editor that remembers which files it was given."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.lines: list[int] = []

    def __call__(self, path: Path, line: int) -> None:
        """Remembered."""
        self.paths.append(path)
        self.lines.append(line)


def ports_of(
    path: Path,
    *,
    database: DatabaseAccess | None = None,
    screen: Mapping[str, Any] | None = None,
    keys: Mapping[str, str] | None = None,
    **changes: Any,
) -> Ports:
    """Ports over the database at `path`; exports go beside it."""
    settings = load({}, Path.home(), user_paths()).settings
    fixed = {"theme": "ppp-dark", "bell": False, "notify": False, **(screen or {})}
    settings = settings.model_copy(
        update={"screen": settings.screen.model_copy(update=fixed), "keys": dict(keys or {})}
    )
    given: dict[str, Any] = {
        "looked_in": lambda: ("~/.claude", "~/.codex"),
        "export": export_trajectory,
        "exports": path.parent / "exports",
        "is_still": True,
        "is_alive": lambda _pid: True,
        **changes,
    }
    return Ports(database or Pool(path), NoIngest(), FrozenClock(NOON_MS), settings, UTC, **given)


class Dashboard:
    """A running app and the hand that drives it."""

    def __init__(self, app: PppApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self._told: list[str] = []
        notify = app.notify

        def told(message: str, **options: Any) -> None:
            self._told.append(plain(message, keep_newlines=True))
            notify(message, **options)

        # A note goes away after some seconds, which a busy machine may take to look.
        setattr(app, "notify", told)  # noqa: B010  mypy takes no other way to replace a method

    async def settle(self) -> None:
        """Wait until nothing is left to do. Raises TimeoutError if that never comes."""
        async with asyncio.timeout(MAX_SETTLE_S):
            quiet_rounds = 0
            while quiet_rounds < QUIET_ROUNDS:
                # No message is asked of each widget, as a pilot does: a loop without work has none waiting or handled.
                await until_still()
                self.app.screen._on_timer_update()
                if self._is_busy():
                    quiet_rounds = 0
                    await all_done(self.app.workers)
                    # A screen is laid out by a timer of its own while it comes into sight.
                    await asyncio.sleep(FRAME_S)
                else:
                    quiet_rounds += 1
                    await asyncio.sleep(0)

    def _is_busy(self) -> bool:
        screen = self.app.screen
        return bool(
            screen._callbacks
            or screen._dirty_widgets
            or screen._layout_required
            or screen._repaint_required
            or any(not worker.is_finished for worker in self.app.workers)
            or any(node.message_queue_size for node in (self.app, *screen.walk_children(with_self=True)))
        )

    async def press(self, *keys: str) -> None:
        """Press keys one after another, each when the one before has had its effect."""
        for key in keys:
            await self.app._press_keys([key])
            await self.settle()

    async def write(self, text: str) -> None:
        """Type a text."""
        await self.app._press_keys("space" if letter == " " else KEY_NAMES.get(letter, letter) for letter in text)
        await self.settle()

    async def poll(self) -> None:
        """Look whether the database moved, as a dashboard does all the time."""
        await self.app.poller.poll()
        await self.settle()

    async def pass_time(self, ms: int) -> None:
        """The clock goes on, and the dashboard notices."""
        clock = self.app.ports.clock
        assert isinstance(clock, FrozenClock)
        clock.at_ms += ms
        await self.poll()
        self.app.update_states()
        await self.settle()

    @property
    def kind(self) -> str:
        """Which screen is shown."""
        return type(self.app.screen).__name__

    def lines(self) -> list[str]:
        """What is on the screen, line by line."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.lines())

    def table(self, selector: str) -> LineTable:
        """A table by its id."""
        return self.app.screen.query_one(selector, LineTable)

    def strip_of(self, selector: str) -> str:
        """What a strip says."""
        return self.app.screen.query_one(selector, TopStrip).render_line(0).text.strip()

    def cell_of(self, widget: Widget, wanted: str) -> tuple[int, int]:
        """Where in a widget a text stands."""
        for y in range(widget.size.height):
            x = widget.render_line(y).text.find(wanted)
            if x >= 0:
                return x, y
        raise AssertionError(f"{wanted} is not in {widget}")

    def notices(self) -> list[str]:
        """What was told in notes, oldest first."""
        return list(self._told)


KEY_NAMES = {
    ":": "colon",
    ">": "greater_than_sign",
    "-": "minus",
    ".": "full_stop",
    "/": "slash",
    '"': "quotation_mark",
    "_": "underscore",
    "?": "question_mark",
}
"""Keys whose name is not their letter."""


@asynccontextmanager
async def dashboard(ports: Ports, size: tuple[int, int] = WIDE, *, is_settled: bool = True) -> AsyncIterator[Dashboard]:
    """The dashboard on a screen of `size`, its first picture drawn unless the database is not to be waited for."""
    app = PppApp(ports)
    with quick_pilot():
        async with app.run_test(size=size, notifications=True) as pilot:
            shown = Dashboard(app, pilot)
            if is_settled:
                await shown.settle()
            yield shown


def listed(shown: Dashboard) -> list[int]:
    """The sessions of Live's list, from top to bottom."""
    return [row.session.id for row in shown.app.screen.query_one(LiveList).rows]
