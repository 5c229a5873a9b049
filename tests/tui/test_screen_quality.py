"""Quality, driven by its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.query.performance.stats import StatsBy
from ppp_tui.query.scope import Scope
from ppp_tui.tui.actions import actions_for
from ppp_tui.tui.panes.quality.measured_pages import read_tasks_page
from ppp_tui.tui.panes.quality.quality_views import QualityPage
from ppp_tui.tui.panes.session_preview_text import SessionPreview
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.screens.code import CodeScreen
from ppp_tui.tui.screens.quality import QualityScreen
from ppp_tui.tui.screens.report_screen import in_full
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, Line, StyledPieces
from tests.tui.dashboard_of import Dashboard, dashboard, ports_of
from tests.tui.database_of import SHOP, write_database
from tests.tui.work_database import write_work_database

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database, which no test here changes."""
    return write_work_database(tmp_path_factory.mktemp("database"))


def opened(shown: Dashboard) -> tuple[str, object, object]:
    """The screen that is shown, its session, and the turn under its cursor."""
    return shown.kind, getattr(shown.app.screen, "trajectory", None), shown.table("#turns").cursor_key


@pytest.mark.parametrize(("screen", "kind"), [(QualityScreen, "quality"), (CodeScreen, "code")])
def test_every_action_of_a_report_is_carried_out_by_it(screen: type[object], kind: str) -> None:
    wanted = [action.name for action in actions_for(kind) if action.owner == "screen" and not action.does]
    assert [name for name in wanted if not hasattr(screen, f"action_{name}")] == []


async def test_the_last_runs_stand_under_their_pass_rate(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "l")
        assert shown.kind == "QualityScreen"
        assert "pass rate by day, last 30 days" in shown.text
        assert "6 Quality" in shown.strip_of("#navigation")
        assert shown.table("#rows").total == 6
        await shown.press("j")
        assert "▼ 25.0" in shown.text
        assert shown.strip_of("#details-title") == "failing tests: pytest"
        assert "test_redirect" in shown.text
        assert "302 is not 200" in shown.text


async def test_suites_have_a_strip_of_their_runs_and_lead_to_them(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("6")
        rows = shown.table("#rows")
        assert rows.total == 2
        first = rows.render_line(1).text
        assert first.startswith(("▸ ✕", "▸ ●"))
        assert "●" in first
        assert shown.strip_of("#details-title").startswith("runs: ")
        assert shown.table("#details").total >= 1
        await shown.press("enter", "enter")
        assert shown.kind == "TrajectoryScreen"


async def test_enter_opens_the_turn_that_ran_the_tests(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "l", "j", "enter")
        assert opened(shown) == ("TrajectoryScreen", SHOP, 11)
        await shown.press("escape")
        assert shown.kind == "QualityScreen"


async def test_a_shorter_span_leaves_out_what_is_older(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "l", "D")
        await shown.write("24h")
        await shown.press("enter")
        assert shown.strip_of("#views").endswith("trends              24h")
        assert shown.table("#rows").total == 5
        assert "pass rate by day, 24h" in shown.text


async def test_one_project_alone_and_all_again(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "l", "G", "p")
        assert "project api" in shown.strip_of("#views")
        assert shown.table("#rows").total == 1
        await shown.press("p")
        assert shown.strip_of("#views").endswith("trends     last 30 days")
        assert shown.table("#rows").total == 6


async def test_tab_switches_views(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "l", "l")
        assert shown.table("#rows").total == 1
        assert "▼ 25.0" in shown.text
        await shown.press("l")
        assert "test_flicker" in shown.text
        assert "failed→passed" in shown.text
        await shown.press("h", "h", "h", "h", "h", "h")
        assert "questions by effort, last 30 days" in shown.text
        assert "Add OAuth login" in shown.text


async def test_a_flaky_test_leads_over_its_evidence_to_the_turn(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "l", "l", "l", "enter", "enter")
        assert opened(shown) == ("TrajectoryScreen", SHOP, 12)


async def test_retries_change_grouping_and_lead_to_the_turn(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "l", "l", "l", "l")
        assert "failures that were tried again by reason, last 30 days" in shown.text
        assert [word in shown.text for word in ("overloaded", "rate_limit", "recovered after 3")] == [True, True, True]
        await shown.press("b")
        assert "by agent" in shown.text
        assert shown.table("#rows").total == 1
        assert shown.table("#details").total == 2
        await shown.press("b")
        assert "by hour of the day" in shown.text
        await shown.press("enter", "j", "enter")
        assert opened(shown) == ("TrajectoryScreen", SHOP, 3)


async def test_row_of_several_projects_says_so(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "h", "h", "h", "p")
        assert shown.notices() == ["This row belongs to no single project: choose one among the tests."]


async def test_a_session_that_asked_opens(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "h", "h", "h", "enter", "enter")
        assert opened(shown)[:2] == ("TrajectoryScreen", SHOP)


async def test_empty_database_is_explained_in_every_view(tmp_path: Path) -> None:
    async with dashboard(ports_of(write_database(tmp_path))) as shown:
        await shown.press("6", "l")
        assert "no test runs yet" in shown.text
        await shown.press("enter", "l")
        assert "no regressions yet" in shown.text
        await shown.press("l")
        assert "no flaky tests yet" in shown.text
        await shown.press("l")
        assert "nothing was retried yet" in shown.text


async def test_cut_failure_is_shown_in_full_below(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "l", "l")
        assert "failing test test_redirect  reason 302 is not 200" in shown.text
        await shown.press("l", "l")
        assert "when 30m  agent claude  what failed overloaded: opus-4-8  how it ended recovered after 3" in shown.text


def test_a_row_in_full_names_what_its_cells_hold_and_leaves_out_empty_ones() -> None:
    titles = ("", "when", "rate", "what", "runs")
    columns = [Column(title, title) for title in titles]
    cells = ("keep", Cell(""), "–", StyledPieces((Cell("a"), Cell("b"))), " 3 ")
    assert in_full(Line(1, cells), columns) == "keep  what ab  runs 3"


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_failing_tests_are_in_sight_at_every_size(path: Path, size: tuple[int, int]) -> None:
    async with dashboard(ports_of(path), size) as shown:
        await shown.press("6", "l", "l")
        assert "test_redirect" in shown.text
        assert "▼ 25.0" in shown.text


async def test_time_that_passes_makes_runs_older(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "l")
        assert "2m  shop" in shown.text
        await shown.pass_time(60_000)
        assert "3m  shop" in shown.text


async def test_trends_show_the_days_of_the_measure_under_the_cursor(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("6", "h")
        rows = shown.table("#rows")
        assert rows.cursor_key == "cost"
        assert shown.strip_of("#details-title") == "days of: cost"
        assert "cost by day, last 30 days, over the span before" in shown.text
        await shown.press("j")
        assert shown.strip_of("#details-title") == "days of: tokens"
        assert shown.table("#details").total == 30
        await shown.press("enter")
        assert shown.app.focused is shown.table("#details")
        await shown.press("enter")
        assert shown.kind == "QualityScreen"


async def test_large_terminal_shows_conduct_askers_retries_and_regressions_below_each_view(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("6", "a")
        totals = {
            name: shown.table(f"#overview-{name}").total for name in ("conduct", "askers", "retries", "regressions")
        }
        assert min(totals.values()) > 0, totals
        assert "questions and violations by agent" in shown.text
        shown.table("#overview-askers").focus()
        await shown.press("enter")
        assert shown.kind == "TrajectoryScreen"


async def test_overview_is_not_read_on_a_terminal_without_room_for_it(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("6", "a")
        assert shown.table("#overview-conduct").total == 0


async def test_b_shows_trends_by_week_and_by_day_again(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("6", "h")
        assert shown.table("#details").total == 30
        await shown.press("b")
        assert "cost by week, last 30 days" in shown.text
        assert shown.table("#details").total == 5
        await shown.press("b")
        assert shown.table("#details").total == 30


async def test_agents_without_enough_runs_have_no_chance_of_success(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("6", "h", "h")
        assert shown.strip_of("#views").split("  ").count("success") == 1
        assert "base rates; 60 runs are needed to measure them" in shown.text


async def test_large_terminal_shows_the_session_of_the_detail_under_the_cursor(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("6", "h", "h", "h")
        preview = shown.app.screen.query_one("#session", SessionPreview)
        assert preview.lines[0].text.split("  ")[0] == "Add OAuth login"
        # A suite's last run leads to its session, too.
        await shown.press("l", "l", "l")
        assert shown.app.screen.has_class("-session")
        assert preview.lines[0].text.split("  ")[0] == "Add OAuth login"


async def test_small_terminal_reads_no_session_for_a_detail(path: Path) -> None:
    async with dashboard(ports_of(path), (120, 36)) as shown:
        await shown.press("6", "h", "h", "h")
        assert not shown.app.screen.has_class("-session")


async def test_tasks_of_the_newest_sessions_stand_there_before_those_of_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[tuple[int, ...]] = []

    async def read(ports: Ports, by: StatsBy, scope: Scope, *most: int) -> QualityPage:
        parts.append(most)
        return await read_tasks_page(ports, by, scope, *most)

    monkeypatch.setattr("ppp_tui.tui.screens.quality.read_tasks_page", read)
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("6")
        while shown.app.screen.view != "tasks":  # type: ignore[attr-defined]
            await shown.press("h")
        assert parts == [(200,), ()]
        assert "claude" in shown.text
        await shown.press("b")
        assert parts == [(200,), (), ()], "another grouping is read as a whole: the view stands there"
