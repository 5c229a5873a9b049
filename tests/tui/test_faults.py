"""A failing worker, message or action costs itself: the dashboard goes on, says so, and keeps a trace."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypeVar

import pytest

from ppp_tui.query.pool import Pool
from ppp_tui.query.query import Query
from ppp_tui.tui.messages import Ticked
from ppp_tui.tui.screens.sessions import SessionsScreen
from tests.tui.archive_of import NOON_MS, SHOP, write_archive
from tests.tui.dashboard_of import dashboard, ports_of

pytestmark = pytest.mark.slow

SENTENCE = "A part of this screen failed (ZeroDivisionError): its trace is in the log."


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive, which no test here changes."""
    return write_archive(tmp_path_factory.mktemp("archive"))


class _Traces:
    """Keeps the types of errors instead of traces."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def keep(self, error: Exception) -> bool:
        self.kept.append(type(error).__name__)
        return True


async def test_failing_worker_leaves_the_dashboard_running(path: Path) -> None:
    traces = _Traces()
    async with dashboard(ports_of(path, keep_trace=traces.keep)) as shown:

        async def fail() -> None:
            raise ZeroDivisionError

        for _ in range(3):
            shown.app.run_worker(fail())
            await asyncio.sleep(0)
        await shown.settle()
        assert traces.kept == ["ZeroDivisionError"]
        assert any(SENTENCE in line for line in shown.lines())
        await shown.press("2")
        assert shown.kind == "SessionsScreen"


async def test_fault_is_told_for_a_minute(path: Path) -> None:
    async with dashboard(ports_of(path, keep_trace=_Traces().keep)) as shown:
        shown.app.report_fault(ZeroDivisionError())
        await shown.settle()
        assert any(SENTENCE in line for line in shown.lines())
        await shown.pass_time(60_000)
        assert not any("failed" in line for line in shown.lines())


async def test_failing_message_handler_and_action_leave_the_screen_running(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    traces = _Traces()
    async with dashboard(ports_of(path, keep_trace=traces.keep)) as shown:
        await shown.press("2")
        monkeypatch.setattr(SessionsScreen, "tick", fail)
        monkeypatch.setattr(SessionsScreen, "action_sort_rows", fail)
        shown.app.screen.post_message(Ticked(NOON_MS))
        await shown.settle()
        await shown.press("s", "1")
        assert shown.kind == "LiveScreen"
        assert traces.kept == ["ZeroDivisionError"]


async def test_nothing_is_judged_after_the_screens_have_gone(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        app = shown.app
    app.judge()


Answer = TypeVar("Answer")


class _SlowCount(Pool):
    """Lets a test change the archive while sessions are being counted."""

    release = asyncio.Event()
    is_slow = False

    async def fetch(self, query: Query[Answer]) -> Answer:
        if self.is_slow and "count(" in query.sql:
            await self.release.wait()
        return await super().fetch(query)


async def test_filter_typed_while_an_agent_writes_is_applied(path: Path) -> None:
    archive = _SlowCount(path)
    archive.release = asyncio.Event()
    async with dashboard(ports_of(path, archive=archive)) as shown:
        await shown.press("2")
        screen = shown.app.screen
        assert isinstance(screen, SessionsScreen)
        archive.is_slow = True
        await shown.pilot.press("slash", "o", "a", "u", "t", "h")
        for _ in range(5):
            screen.reload()
            await shown.pilot.pause()
        archive.release.set()
        await shown.settle()
        table = shown.table("#sessions")
        first = table._pages.line(0)
        assert first is not None
        assert (screen._filter.text, table.total, first.key) == ("oauth", 1, SHOP)
