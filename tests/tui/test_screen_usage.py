"""Usage, driven by its keys: ranges, groupings, and the way from a bar to the turns behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.tui.widgets.charts.chart import Chart
from ppp_tui.tui.widgets.panel import Panel
from tests.tui.dashboard_of import Dashboard, dashboard, ports_of
from tests.tui.database_of import API, DOCS, HOUR, SHOP, SITE, write_database

pytestmark = pytest.mark.slow


def title(shown: Dashboard) -> str:
    """What the chart says that it shows."""
    return shown.app.screen.query_one("#usage-chart", Chart).render_line(0).text.split("  ")[0].strip()


def listed(shown: Dashboard) -> list[object]:
    """The groups of the table, from top to bottom."""
    table = shown.table("#usage-table")
    lines = (table._pages.line(index) for index in range(table.total))
    return [line.key for line in lines if line is not None]


def row(shown: Dashboard, name: str) -> str:
    """The line of a group in the table."""
    table = shown.table("#usage-table")
    return next(text for y in range(table.size.height) if name in (text := table.render_line(y).text))


async def test_today_is_listed_by_model_dearest_first(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5")
        assert shown.kind == "UsageScreen"
        assert title(shown) == "cost by model: 2026-11-20"
        assert listed(shown) == ["opus-4-8", "gpt-6-codex", "haiku-4-5"]
        opus = row(shown, "opus-4-8")
        # Twelve requests of the shop at 3 cents, one of the docs, and one without a price.
        assert "≥$0.37" in opus
        assert "93%" in opus
        assert shown.strip_of("#usage-total").startswith("≥$0.58 at API prices  ")
        assert "1 request without a price" in shown.strip_of("#usage-total")


async def test_d_cycles_through_the_periods(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5")
        assert "‹today›" in shown.strip_of("#usage-choices")
        titles = []
        for _ in range(6):
            await shown.press("d")
            titles.append(title(shown))
        assert titles == [
            "cost by model: 2026-11-14 to 2026-11-20",
            "cost by model: 2026-10-22 to 2026-11-20",
            "cost by model: 2026-08-23 to 2026-11-20",
            "cost by model: 2026-11-01 to 2026-11-20",
            "cost by model: 2026-11-20",
            "cost by model: 2026-11-20",
        ]
        assert listed(shown) == ["opus-4-8", "gpt-6-codex", "haiku-4-5"]


async def test_old_usage_is_shown_at_once_and_an_empty_period_names_the_key(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.pass_time(200 * 24 * HOUR)
        await shown.press("5")
        assert "‹all›" in shown.strip_of("#usage-choices")
        assert listed(shown) == ["opus-4-8", "gpt-6-codex", "haiku-4-5"]
        await shown.press("d")
        assert "‹today›" in shown.strip_of("#usage-choices")
        assert "nothing was used (today). The last day with any is 2026-11-20: a shows all of time" in shown.text
        assert shown.strip_of("#usage-money").startswith("today $0.00    burn –")
        await shown.press("a")
        assert listed(shown) == ["opus-4-8", "gpt-6-codex", "haiku-4-5"]


async def test_a_written_span_holds_on_every_report(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5", "D")
        await shown.write("2026-11-19..20")
        assert "2026-11-19 00:00 to 2026-11-21 00:00" in shown.text
        await shown.press("enter")
        assert title(shown) == "cost by model: 2026-11-19 to 2026-11-20"
        await shown.press("6")
        assert "2026-11-19..20" in shown.strip_of("#views")
        await shown.press("7")
        assert "2026-11-19..20" in shown.strip_of("#views")


async def test_invalid_period_is_explained_and_not_set(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5", "D")
        await shown.write("soon")
        await shown.press("enter")
        assert "soon is not a time" in shown.text
        await shown.press("escape")
        assert title(shown) == "cost by model: 2026-11-20"


async def test_a_bar_opens_its_sessions_and_escape_returns(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5", "d", "left")
        assert shown.strip_of("#usage-bar").startswith("Fri 20 Nov 2026  $0.58")
        await shown.press("o")
        assert title(shown) == "cost by session: 2026-11-20"
        assert str(SHOP) in listed(shown)
        await shown.press("escape")
        assert title(shown) == "cost by model: 2026-11-14 to 2026-11-20"
        await shown.press("left", "left")
        assert shown.strip_of("#usage-bar").startswith("Thu 19 Nov 2026  nothing used")


async def test_b_cycles_through_the_groupings(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5", "b")
        assert title(shown).startswith("cost by agent:")
        assert listed(shown) == ["claude", "codex", "gemini"]
        await shown.press("b")
        assert listed(shown)[:2] == ["/home/dev/shop", "/home/dev/api"]
        await shown.press("b")
        assert listed(shown) == [str(SHOP), str(API), str(DOCS), str(SITE)]
        # A sub-agent's request is its session's.
        assert "$0.36" in row(shown, "Add OAuth login")
        await shown.press("b")
        assert title(shown).startswith("cost by reasoning effort:")
        await shown.press("b")
        assert title(shown).startswith("cost by model:")


async def test_m_shows_tokens_and_sorts_by_them(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5", "m")
        assert title(shown) == "tokens by model: 2026-11-20"
        chart = shown.app.screen.query_one("#usage-chart", Chart)
        assert "k ┤" in "".join(chart.render_line(y).text for y in range(chart.size.height))
        await shown.press("m")
        assert title(shown) == "cost by model: 2026-11-20"


async def test_enter_leads_from_a_group_to_its_sessions_and_their_turns(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5", "j", "enter")
        assert title(shown) == "cost by session of model gpt-6-codex: 2026-11-20"
        assert listed(shown) == [str(API)]
        await shown.press("enter")
        assert shown.kind == "TrajectoryScreen"
        assert getattr(shown.app.screen, "trajectory", None) == API
        await shown.press("escape")
        assert title(shown).startswith("cost by session of model gpt-6-codex")
        await shown.press("escape")
        assert title(shown) == "cost by model: 2026-11-20"
        assert shown.table("#usage-table").cursor_key == "gpt-6-codex"
        await shown.press("escape")
        assert shown.kind == "UsageScreen"


async def test_ranges_stay_within_a_group_and_another_grouping_leaves_it(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5", "b", "enter", "d")
        assert title(shown).startswith("cost by session of agent claude: 2026-11-14")
        assert listed(shown) == [str(SHOP), str(DOCS)]
        await shown.press("b")
        assert title(shown).startswith("cost by project: 2026-11-14")


async def test_outlook_is_shown_beside_the_chart(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5")
        money = shown.strip_of("#usage-money")
        assert money.startswith("today ≥$0.58    burn ~$0.58 (")
        assert shown.strip_of("#usage-total").endswith("API-equivalent, not your bill")
        limits = shown.app.screen.query_one("#usage-limits", Panel).text
        assert "≥" not in limits
        assert "claude 5h block" in limits
        assert "$0.37 to 16:00, will come to ~$" in limits
        assert "limits –  no agent recorded any" in limits


async def test_new_usage_is_shown_with_a_tick(tmp_path: Path) -> None:
    path = write_database(tmp_path)
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5")
        panel = shown.app.screen.query_one("#usage-limits", Panel)
        before = panel.text
        await shown.pass_time(HOUR)
        assert panel.text != before


async def test_rows_carry_the_marks_of_the_chart_where_there_are_no_colours(path: Path) -> None:
    async with dashboard(ports_of(path, screen={"theme": "ppp-mono"})) as shown:
        await shown.press("5")
        assert "* opus-4-8" in shown.app.screen.query_one("#usage-chart", Chart).render_line(0).text
        assert "*  opus-4-8" in row(shown, "opus-4-8")
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5")
        assert "█  opus-4-8" in row(shown, "opus-4-8")


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60), (60, 15)])
async def test_table_is_visible_at_every_terminal_size(path: Path, size: tuple[int, int]) -> None:
    async with dashboard(ports_of(path), size) as shown:
        await shown.press("5")
        assert "≥$0.37" in row(shown, "opus-4-8")


async def test_usage_says_whether_its_measure_is_as_usual(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("5")
        told = shown.strip_of("#usage-trend")
        assert told == "all usage, last 30 days:  cost: too few days with work to tell what is usual"
        await shown.press("m")
        assert "tokens: too few days" in shown.strip_of("#usage-trend")


async def test_large_terminal_shows_the_same_use_by_project_beside_the_sessions_that_used_most(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("5", "a")
        also = shown.table("#usage-also")
        assert also.total > 0
        assert "project" in also.render_line(0).text
        await shown.press("b", "b")
        assert "model" in also.render_line(0).text


async def test_large_terminal_lists_the_prompts_that_used_most_and_opens_them(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("5", "a")
        prompts = shown.table("#usage-prompts")
        assert prompts.total > 1
        prompts.focus()
        await shown.press("enter")
        assert shown.kind == "TrajectoryScreen"


async def test_terminal_that_grows_reads_the_prompts(path: Path) -> None:
    async with dashboard(ports_of(path), (120, 36)) as shown:
        await shown.press("5", "a")
        assert shown.table("#usage-prompts").total == 0
        await shown.pilot.resize_terminal(200, 60)
        await shown.settle()
        assert shown.table("#usage-prompts").total > 1


async def test_legend_names_whole_groups_and_counts_those_without_room(path: Path) -> None:
    async with dashboard(ports_of(path), (120, 36)) as shown:
        await shown.press("5", "a")
        chart = shown.app.screen.query_one("#usage-chart", Chart)
        names = [name for name, _ in chart._legend]
        for width in (200, 80, 60, 45):
            head = "".join(cell.text for cell in chart._head(width))
            assert len(head) <= width
            named = [name for name in names if name in head]
            assert (f"+{len(names) - len(named)}" in head) == (len(named) < len(names)), head


async def test_groups_have_small_charts_from_three_on_but_not_of_a_single_day(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("5")
        multiples = shown.app.screen.query_one("#usage-multiples")
        assert shown.table("#usage-table").total >= 3 or not multiples.display
        await shown.press(*"bbb")
        assert shown.table("#usage-table").total >= 3
        assert not multiples.display
        await shown.press("d", "d")
        assert shown.table("#usage-table").total >= 3
        assert multiples.display


async def test_week_beside_the_chart_has_all_seven_days_on_a_large_terminal(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("5", "d", "d")
        week = shown.app.screen.query_one("#usage-week", Panel)
        assert week.size.height >= len(week.text.splitlines()) + 1
        assert [line.split()[0] for line in week.text.splitlines()][:7] == [
            "Mon",
            "Tue",
            "Wed",
            "Thu",
            "Fri",
            "Sat",
            "Sun",
        ]
