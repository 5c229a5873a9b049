"""The band above Live and the lines below its feed: gauges, windows that ended, caches, waits, contexts and files."""

from __future__ import annotations

from datetime import UTC

from ppp_tui.model.activity import ContextRow
from ppp_tui.query.rows import Spend, Tokens, Totals
from ppp_tui.query.sessions.live_details import ChangedFile, LastRequest, LiveDetail, WaitedForUser
from ppp_tui.query.usage.forecasts import BudgetOutlook, LimitOutlook
from ppp_tui.query.usage.rows import NOTHING, LimitReading
from ppp_tui.query.usage.spend import DayAndMonthSpend
from ppp_tui.scoring.prices.forecast import NEVER
from ppp_tui.tui.dashboard_state import DashboardState
from ppp_tui.tui.panes.live.feed_details import SessionDetails, detail_rows
from ppp_tui.tui.panes.live.live_band import band_parts, budget_gauge, has_ended, limit_gauge, strip_parts
from ppp_tui.tui.usage_reading import UsageOutlook
from tests.tui.live_rows import NOW_MS, row

MINUTE, HOUR = 60_000, 3_600_000
TOTALS = Totals(Spend(Tokens(1, 2, 3, 4), 57_300_000, 9), Spend(), 4_460_000, 1_000_000)
BOARD = DashboardState(
    rows=(row(1, "asks"), row(2, "asks"), row(3, "working"), row(4, "idle")), totals=TOTALS, is_loaded=True
)


def limit(
    used: float, resets_at: int | None = NOW_MS + HOUR, at: int = NOW_MS, *, is_stale: bool = False, name: str = "5h"
) -> LimitOutlook:
    reading = LimitReading(
        agent_name="claude",
        name=name,
        at=at,
        used_percent=used,
        window_minutes=300,
        resets_at=resets_at,
        plan="max",
        provenance="recorded",
    )
    return LimitOutlook(reading, is_stale, None, NEVER)


def outlook(*limits: LimitOutlook) -> UsageOutlook:
    spent = DayAndMonthSpend(NOTHING, NOTHING)
    return UsageOutlook(now_ms=NOW_MS, spent=spent, burn=None, blocks=(), limits=limits, budgets=())


def test_limit_is_a_gauge_with_its_end() -> None:
    assert limit_gauge(limit(49), NOW_MS, UTC).text == "claude 5h ▓▓▓▓░░░░ 49% to 13:00"
    assert limit_gauge(limit(49), NOW_MS, UTC, is_ascii=True).text == "claude 5h ####---- 49% to 13:00"


def test_nearly_full_limit_is_marked() -> None:
    part = limit_gauge(limit(93), NOW_MS, UTC)
    assert (part.text[-1], part.tone) == ("↑", "notice")


def test_limit_whose_window_has_ended_is_unknown_and_not_what_it_was() -> None:
    assert limit_gauge(limit(95, NOW_MS), NOW_MS, UTC).text == "claude 5h –"
    assert limit_gauge(limit(95, None, NOW_MS - 5 * HOUR), NOW_MS, UTC).text == "claude 5h –"
    assert not has_ended(limit(95, None, NOW_MS - 5 * HOUR + 1).reading, NOW_MS)


def test_old_reading_of_a_window_that_goes_on_is_a_lower_bound() -> None:
    assert "≥49%" in limit_gauge(limit(49, at=NOW_MS - HOUR, is_stale=True), NOW_MS, UTC).text


def test_budget_is_a_gauge_of_its_share() -> None:
    budget = BudgetOutlook(
        name="day",
        budget_usd=60.0,
        spent_micros=57_300_000,
        state="near",
        is_lower_bound=False,
        forecast=NEVER,
        projection=None,
    )
    part = budget_gauge(budget)
    assert (part.text, part.tone) == ("day ▓▓▓▓▓▓▓░ 96% of $60.00↑", "notice")


def test_band_begins_with_money_then_tells_the_fullest_limit_first_and_ended_ones_last() -> None:
    limits = outlook(limit(90, NOW_MS - 1, name="7d"), limit(20), limit(60, name="opus"))
    assert [part.text for part in band_parts(BOARD, limits, NOW_MS, UTC)] == [
        " today $57.30",
        "$4.46/h",
        "claude opus ▓▓▓▓▓░░░ 60% to 13:00",
        "claude 5h ▓▓░░░░░░ 20% to 13:00",
        "claude 7d –",
    ]


def test_limit_without_a_reading_for_a_week_is_left_out() -> None:
    old = limit(20, NOW_MS - 1, at=NOW_MS - 8 * 24 * HOUR)
    assert len(band_parts(BOARD, outlook(old), NOW_MS, UTC)) == 2


def test_strip_counts_in_few_cells_and_leaves_idle_ones_out() -> None:
    assert [part.text for part in strip_parts(BOARD)] == [" ◆2", "●1", "$57.30"]
    assert [part.text for part in strip_parts(BOARD, is_ascii=True)] == [" @2", "*1", "$57.30"]


def rows(details: SessionDetails, width: int = 64, height: int = 9) -> list[str]:
    waiting = row(1, "asks", since_ms=NOW_MS - 2 * MINUTE)
    made = detail_rows(waiting, details, NOW_MS, (width, height))
    return ["".join(cell.text for cell in cells).rstrip() for cells in made]


def test_cache_shows_its_end_and_the_cost_of_the_next_prompt_after_it() -> None:
    request = LastRequest(NOW_MS - 108_000, "m", 61_000, 300_000)
    told = rows(SessionDetails(detail=LiveDetail("", request), recache_micros=410_000), 90)
    assert told[0] == " cache   ends in 3:12, then the next prompt writes 61.0k tokens anew, ~$0.41"
    ended = LastRequest(NOW_MS - 300_000, "m", 61_000, 300_000)
    told = rows(SessionDetails(detail=LiveDetail("", ended)), 90)
    assert told[0] == " cache   cold: the next prompt writes 61.0k tokens anew, –"


def test_cache_without_a_recorded_lifetime_is_unknown() -> None:
    assert rows(SessionDetails())[0] == " cache   –  nothing tells how long it lives"


def test_wait_that_goes_on_is_part_of_today_and_of_the_week() -> None:
    waited = WaitedForUser(HOUR, 5 * HOUR, is_lower_bound=False)
    assert rows(SessionDetails(waited=waited))[1] == " waited  1h for you today, 5h this week"
    waited = WaitedForUser(58 * MINUTE, 58 * MINUTE, is_lower_bound=True)
    assert rows(SessionDetails(waited=waited))[1] == " waited  ≥1h for you today, ≥1h this week"


def test_context_is_one_bar_to_the_scale_of_its_window() -> None:
    turn = ContextRow(
        turn_number=3,
        used_tokens=100_000,
        peak_tokens=100_000,
        window_tokens=200_000,
        system_tokens=10_000,
        file_tokens=40_000,
        tool_tokens=30_000,
        conversation_tokens=20_000,
        compactions=0,
        overflows=0,
        is_window_inferred=True,
    )
    told = rows(SessionDetails(context=turn), 70)
    assert told[1] == " context 100k of ~200k  files ~40%  tools ~30%  talk ~20%  system ~10%"
    assert told[2] == "         " + "█" * 30 + "░" * 30


def test_changed_files_stand_with_a_bar_of_their_edits_as_far_as_rows_go() -> None:
    files = (ChangedFile("/home/dev/shop/src/app.py", 4), ChangedFile("b.py", 2), ChangedFile("c.py", 1))
    told = rows(SessionDetails(files=files), 40, 5)
    assert told[2:] == [
        " changed 3 files, 7 edits",
        " shop/src/app.py         4 ████████████",
        " b.py                    2 ██████",
    ]
