"""A failing worker, message or action costs itself: the dashboard goes on, says so, and keeps a trace."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TypeVar

import pytest
from textual.events import Focus, Key

from ppp_tui.paths import shipped
from ppp_tui.query.changes import Changes
from ppp_tui.query.pool import Pool
from ppp_tui.query.query import Query
from ppp_tui.query.rows import Moved
from ppp_tui.tui.app import PppApp
from ppp_tui.tui.dashboard_state import NO_TOTALS
from ppp_tui.tui.messages import DatabaseChanged, OpenTrajectory, Ticked
from ppp_tui.tui.panes.live.feed import FeedPane
from ppp_tui.tui.panes.turns.turn_detail import TurnPane
from ppp_tui.tui.screens.sessions import SessionsScreen
from ppp_tui.tui.widgets.line_table import LineTable
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import NOON_MS, SHOP

pytestmark = pytest.mark.slow

SENTENCE = "A part of this screen failed (ZeroDivisionError): its trace is in the log."


class _Traces:
    """Keeps the types of errors instead of traces."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def keep(self, error: Exception) -> bool:
        self.kept.append(type(error).__name__)
        return True


def _fail(*_: object) -> None:
    raise ZeroDivisionError


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


async def test_fault_is_shown_for_a_minute(path: Path) -> None:
    async with dashboard(ports_of(path, keep_trace=_Traces().keep)) as shown:
        shown.app.report_fault(ZeroDivisionError())
        await shown.settle()
        assert any(SENTENCE in line for line in shown.lines())
        await shown.pass_time(60_000)
        assert not any("failed" in line for line in shown.lines())


async def test_failing_message_handler_and_action_leave_the_screen_running(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces = _Traces()
    async with dashboard(ports_of(path, keep_trace=traces.keep)) as shown:
        await shown.press("2")
        monkeypatch.setattr(SessionsScreen, "tick", _fail)
        monkeypatch.setattr(SessionsScreen, "action_sort_rows", _fail)
        shown.app.screen.post_message(Ticked(NOON_MS))
        await shown.settle()
        await shown.press("s", "1")
        assert shown.kind == "LiveScreen"
        assert traces.kept == ["ZeroDivisionError"]


async def test_widget_that_cannot_be_drawn_leaves_the_rest_of_the_screen(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces = _Traces()
    async with dashboard(ports_of(path, keep_trace=traces.keep)) as shown:
        monkeypatch.setattr(LineTable, "draw_lines", _fail)
        await shown.press("2")
        assert "▸" not in shown.text
        assert "6 sessions" in shown.text
        assert any(SENTENCE in line for line in shown.lines())
        monkeypatch.undo()
        await shown.press("j")
        assert "▸" in shown.text
    assert traces.kept == ["ZeroDivisionError"]


async def test_widget_handles_the_next_message_after_a_failing_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    traces = _Traces()
    async with dashboard(ports_of(path, keep_trace=traces.keep)) as shown:
        await shown.press("2")
        table = shown.table("#sessions")
        monkeypatch.setattr(LineTable, "on_focus", _fail, raising=False)
        table.post_message(Focus())
        await shown.settle()
        monkeypatch.undo()
        await shown.press("j")
        assert (traces.kept, table.cursor_key) == (["ZeroDivisionError"], SHOP)


async def test_failing_timer_and_app_message_leave_the_dashboard_running(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces = _Traces()
    async with dashboard(ports_of(path, keep_trace=traces.keep)) as shown:
        monkeypatch.setattr(PppApp, "open_trajectory", _fail)
        fired = asyncio.Event()

        def fail() -> None:
            fired.set()
            raise IndexError

        shown.app.post_message(OpenTrajectory(SHOP))
        await shown.settle()
        shown.app.set_timer(0.001, fail)
        await fired.wait()
        await shown.press("2")
        assert (shown.kind, traces.kept) == ("SessionsScreen", ["ZeroDivisionError", "IndexError"])


@pytest.mark.parametrize("is_shown", [True, False])
async def test_missing_widget_is_reported_on_the_current_screen_only(is_shown: bool, path: Path) -> None:
    traces = _Traces()
    async with dashboard(ports_of(path, keep_trace=traces.keep)) as shown:
        await shown.press("2")
        screen = shown.app.screen
        if not is_shown:
            await shown.press("1")

        async def look_for_a_part() -> None:
            screen.query_one("#gone")

        for _ in range(2):
            screen.run_worker(look_for_a_part())
            await shown.settle()
        assert traces.kept == ["NoMatches"]
        assert any("A part of this screen failed (NoMatches)" in line for line in shown.lines()) == is_shown


async def test_missing_widget_is_reported_even_if_first_missed_out_of_sight(path: Path) -> None:
    async with dashboard(ports_of(path, keep_trace=_Traces().keep)) as shown:
        await shown.press("2")
        screen = shown.app.screen

        async def look_for_a_part() -> None:
            screen.query_one("#gone")

        for key in ("1", "2"):
            await shown.press(key)
            screen.run_worker(look_for_a_part())
            await shown.settle()
        assert any("A part of this screen failed (NoMatches)" in line for line in shown.lines())


@pytest.mark.parametrize("rounds", [0, 1, 3])
async def test_screen_that_leaves_before_it_has_parts_misses_none(rounds: int, path: Path) -> None:
    traces = _Traces()
    async with dashboard(ports_of(path, keep_trace=traces.keep)) as shown:
        shown.app.open_trajectory(SHOP)
        for _ in range(rounds):
            await asyncio.sleep(0)
        await shown.app.pop_screen()
        await shown.settle()
        assert (shown.kind, traces.kept) == ("LiveScreen", [])


async def test_work_of_a_screen_ends_before_its_parts_go(path: Path) -> None:
    parts_at_end: list[int] = []
    async with dashboard(ports_of(path, keep_trace=_Traces().keep)) as shown:
        await shown.app.open_trajectory(SHOP)
        await shown.settle()
        screen = shown.app.screen

        async def work_on() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                parts_at_end.append(len(screen.query(TurnPane)))

        screen.run_worker(work_on())
        await asyncio.sleep(0)
        await shown.app.pop_screen()
        await shown.settle()
    assert parts_at_end == [1]


async def test_key_before_a_new_screen_has_parts_waits_for_them(path: Path) -> None:
    traces = _Traces()
    async with dashboard(ports_of(path, keep_trace=traces.keep)) as shown:
        shown.app.open_trajectory(SHOP)
        key = Key("a", "a")
        key._set_forwarded()
        await shown.app._dispatch_message(key)
        await shown.settle()
        assert (shown.app.screen.query_one(TurnPane).view, traces.kept) == ("questions", [])


async def test_states_are_not_updated_after_the_screens_are_gone(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        app = shown.app
    app.update_states()


Answer = TypeVar("Answer")


class _SlowCount(Pool):
    """Lets a test change the database while sessions are being counted."""

    release = asyncio.Event()
    is_slow = False

    async def fetch(self, query: Query[Answer]) -> Answer:
        if self.is_slow and "count(" in query.sql:
            await self.release.wait()
        return await super().fetch(query)


async def test_filter_typed_while_an_agent_writes_is_applied(path: Path) -> None:
    database = _SlowCount(path)
    database.release = asyncio.Event()
    async with dashboard(ports_of(path, database=database)) as shown:
        await shown.press("2")
        screen = shown.app.screen
        assert isinstance(screen, SessionsScreen)
        database.is_slow = True
        await shown.pilot.press("slash", "o", "a", "u", "t", "h")
        for _ in range(5):
            screen.reload()
            await shown.pilot.pause()
        database.release.set()
        await shown.settle()
        table = shown.table("#sessions")
        first = table._pages.line(0)
        assert first is not None
        assert (screen._filter.text, table.total, first.key) == ("oauth", 1, SHOP)


async def test_late_results_do_not_fail_when_the_screens_are_gone(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        app, feed = shown.app, shown.app.screen.query_one(FeedPane)
    changes = Changes(Moved(9, (1,), is_everything=False), [], NO_TOTALS, None)
    app.update_states()
    app._show_changes(changes, NOON_MS)
    app._post_changes(DatabaseChanged((1,), is_everything=False))
    feed._show_loading()
    await app.poller.poll()
    assert not app.is_running


def test_missing_style_sheet_of_a_screen_is_named_before_anything_is_drawn(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(shipped("styles"), tmp_path / "styles")
    (tmp_path / "styles/screens/quality.tcss").unlink()
    (tmp_path / "ppp_tui").mkdir()
    ports = ports_of(path)
    monkeypatch.setattr("ppp_tui.paths.__file__", str(tmp_path / "ppp_tui/paths.py"))
    with pytest.raises(FileNotFoundError, match=r"styles/screens/quality\.tcss is missing .*: install ppp-tui again\."):
        PppApp(ports)
