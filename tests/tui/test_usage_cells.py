"""Usage as lines, bars and phrases: what each says, what nobody knows, and what misses its target."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, timezone
from typing import Any

from ppp_tui.model.clock import DAY_MS
from ppp_tui.query.periods import TODAY
from ppp_tui.query.rows import Spend, Tokens
from ppp_tui.query.usage.blocks import BlockRow
from ppp_tui.query.usage.forecasts import BudgetOutlook, LimitOutlook
from ppp_tui.query.usage.hour_totals import WeekGrid
from ppp_tui.query.usage.rows import NOTHING, Grouping, LimitReading, UsageBar, UsageSums
from ppp_tui.query.usage.spans import HOUR_MS, TimeSpan
from ppp_tui.query.usage.spend import DayAndMonthSpend
from ppp_tui.scoring.prices.blocks import UsageBlock
from ppp_tui.scoring.prices.forecast import NEVER, Forecast
from ppp_tui.settings.schema import Targets
from ppp_tui.tui.panes.usage.usage_cells import (
    group_tone,
    prompt_lines,
    series_mark,
    total_parts,
    usage_columns,
    usage_lines,
)
from ppp_tui.tui.panes.usage.usage_panels import (
    choice_parts,
    figure_lines,
    hour_lines,
    is_one_day,
    money_parts,
    multiple_lines,
    outlook_lines,
    week_lines,
)
from ppp_tui.tui.panes.usage.usage_plot import bar_label, plot_of, span_words, title_of, written_span
from ppp_tui.tui.usage_reading import (
    SHOWN_GROUPINGS,
    Measure,
    RunningBlock,
    UsageOutlook,
    UsageReading,
    UsageSelection,
    grouped,
    rest,
)
from ppp_tui.tui.widgets.columns import lay_out
from ppp_tui.tui.widgets.lines import Cell, Line, cell_text, parts_of
from tests.tui.database_of import HOUR, MINUTE, NOON_MS
from tests.tui.live_rows import session, turn

TARGETS = Targets(
    cache_hit_percent=60,
    token_efficiency_percent=15,
    context_percent=(70, 90),
    pass_rate_percent=95,
    retry_success_percent=80,
)
SPANS = (TimeSpan(NOON_MS - HOUR_MS, NOON_MS), TimeSpan(NOON_MS, NOON_MS + HOUR_MS))
OPUS = UsageSums(
    requests=3,
    input_tokens=1_000,
    output_tokens=400,
    cache_read_tokens=9_000,
    cache_write_tokens=500,
    cost_micros=420_000,
    unpriced_requests=1,
    cache_write_1h_tokens=200,
    saved_micros=30_000,
)
HAIKU = UsageSums(
    requests=1,
    input_tokens=10_000,
    output_tokens=500,
    reasoning_tokens=80,
    reasoning_requests=1,
    cost_micros=80_000,
    reported_micros=90_000,
    reported_requests=1,
    saved_micros=-2_000,
)
NAMELESS = UsageSums(requests=2, output_tokens=7, unpriced_requests=2)


def reading(
    *bars: tuple[int, str, UsageSums],
    grouping: Grouping = "model",
    measure: Measure = "cost",
    only: tuple[tuple[Grouping, str], ...] = (),
) -> UsageReading:
    """What a reading makes of bars in two hours."""
    made = [UsageBar(*bar) for bar in bars]
    groups = grouped(made, measure)
    total = UsageSums(*map(sum, zip(*(group.sums for group in groups), strict=True))) if groups else NOTHING
    return UsageReading(UsageSelection(TODAY, grouping, measure, only), "hour", SPANS, made, groups, total)


ALL = reading((0, "haiku", HAIKU), (1, "opus", OPUS), (1, "", NAMELESS))


def cells(line: Line) -> dict[str, str]:
    """The cells of a line by the keys of their columns."""
    texts = (cell_text(cell) for cell in line.cells)
    return dict(zip((column.key for column in usage_columns("model")), texts, strict=True))


def test_stated_tokens_are_marked_and_stand_apart_from_what_is_recorded() -> None:
    found = reading((0, "haiku", HAIKU), (0, "", NOTHING))._replace(stated={"": 1_200, "haiku": 5})
    both, stated = (cells(line) for line in usage_lines(found, TARGETS))
    assert (both["stated"], both["input"], both["cost"]) == ("~5", "10.0k", "$0.08")
    assert (stated["stated"], stated["input"], stated["written"], stated["cost"]) == ("~1.2k", "–", "–", "–")
    assert [cell.text for cell in total_parts(found)][-1] == "~1.2k tokens stated by programs"


def test_total_of_stated_tokens_shows_them_alone() -> None:
    found = reading((0, "", NOTHING))._replace(stated={"": 7})
    assert [cell.text for cell in total_parts(found)] == ["~7 tokens stated by programs"]
    assert plot_of(found, UTC) is None


def test_cost_of_an_uncut_hour_is_marked_as_an_estimate() -> None:
    uncut = HAIKU._replace(uncut_requests=2)
    found = reading((0, "haiku", uncut))
    assert cells(usage_lines(found, TARGETS)[0])["cost"] == "~$0.08"
    assert next(part.text for part in total_parts(found)) == "~$0.08 at API prices"
    assert "~ of 2 forgotten only the hour is known" in [part.text for part in total_parts(found)]


def test_plan_without_a_five_hour_limit_shows_none() -> None:
    spent = DayAndMonthSpend(NOTHING, NOTHING)
    free = UsageOutlook(NOON_MS, spent, None, (), (), (), unlimited=("claude",))
    assert " claude five-hour limit: none" in [cell_text(line) for line in outlook_lines(free, UTC)]


def cell(line: Line, key: str) -> Cell:
    """One cell of a line, with its tone."""
    place = [column.key for column in usage_columns("model")].index(key)
    return parts_of(line.cells[place], "text")[0]


def test_a_line_tells_every_kind_of_token_and_what_it_cost() -> None:
    assert cells(usage_lines(ALL, TARGETS)[0]) == {
        "mark": "█",
        "name": "opus",
        "bar": "██████████▏ ",
        "share": "84%",
        "trend": "                  ▁█",
        "requests": "3",
        "input": "1.0k",
        "output": "400",
        "reasoning": "–",
        "read": "9.0k",
        "written": "500",
        "hour": "200",
        "hit": "90%",
        "stated": "",
        "cost": "≥$0.42",
        "unpriced": "1",
        "reported": "–",
        "saved": "$0.03",
    }
    assert cells(usage_lines(ALL, TARGETS)[1])["reported"] == "$0.09"


def test_unknown_tokens_are_not_zero_and_unpriced_cost_says_so() -> None:
    nameless = cells(usage_lines(ALL, TARGETS)[2])
    assert (nameless["name"], nameless["cost"], nameless["saved"]) == ("(no model recorded)", "unpriced", "–")
    assert (nameless["share"], nameless["hit"]) == ("–", "–")


def test_a_figure_that_misses_its_target_has_a_mark_and_not_only_a_colour() -> None:
    opus, haiku, _ = usage_lines(ALL, TARGETS)
    assert (cell(opus, "hit"), cell(haiku, "hit")) == (Cell("90%", "good"), Cell("0%↓", "notice"))
    assert cell(usage_lines(ALL, TARGETS.model_copy(update={"cache_hit_percent": 91}))[0], "hit").text == "90%↓"


def test_a_cache_that_cost_more_than_it_saved_is_noticed() -> None:
    assert cell(usage_lines(ALL, TARGETS)[1], "saved") == Cell("−<$0.01", "notice")


def test_groups_are_sorted_by_the_measure_of_bars() -> None:
    assert [group.key for group in ALL.groups] == ["opus", "haiku", ""]
    by_tokens = reading((0, "haiku", HAIKU._replace(input_tokens=90_000)), (1, "opus", OPUS), measure="tokens")
    assert [line.key for line in usage_lines(by_tokens, TARGETS)] == ["haiku", "opus"]
    assert cells(usage_lines(by_tokens, TARGETS)[1])["share"] == "11%"


def test_marks_are_those_of_the_chart() -> None:
    many = reading(*((0, f"m{cost}", UsageSums(1, cost_micros=cost)) for cost in range(1, 11)))
    assert [group_tone(place, many) for place in (0, 4, 5, 9)] == ["series-1", "series-5", "dim", "dim"]
    assert [series_mark(place, "dim", has_colours=False).text for place in (0, 1, 5, 9)] == ["*", "+", "@", "@"]


def test_a_project_is_named_by_its_folder_and_its_path() -> None:
    project = reading((0, "/home/dev/shop", OPUS), grouping="project")
    assert cells(usage_lines(project, TARGETS)[0])["name"] == "shop  /home/dev/shop"


def test_a_reasoning_effort_is_named_apart_from_what_a_question_asks() -> None:
    assert [column.title for column in usage_columns("reasoning_effort")][1] == "reasoning effort"
    told = reading((0, "high", OPUS), (0, "", OPUS), grouping="reasoning_effort")
    names = {cells(line)["name"] for line in usage_lines(told, TARGETS)}
    assert names == {"high", "(no reasoning effort recorded)"}
    assert "cost by reasoning effort" in title_of(told, UTC)


def test_the_cache_and_the_cost_are_told_on_80_cells() -> None:
    columns = usage_columns("model")
    shown = {column.key for column, width in zip(columns, lay_out(columns, 79, 2), strict=True) if width}
    assert shown == {"mark", "name", "input", "output", "read", "written", "hit", "cost", "saved"}


def test_the_sum_tells_what_is_missing_from_it() -> None:
    assert [part.text for part in total_parts(ALL)] == [
        "≥$0.50 at API prices",
        "21.4k tokens",
        "cache saved $0.03",
        "3 requests without a price",
    ]
    assert total_parts(reading()) == ()
    assert total_parts(reading((0, "", NAMELESS)))[0].text == "– at API prices"


def test_bars_are_stacked_by_group_and_the_rest_shares_one() -> None:
    plot = plot_of(reading(*((1, f"m{cost}", UsageSums(1, cost_micros=cost)) for cost in range(1, 8))), UTC)
    assert plot is not None
    assert [series.name for series in plot.series] == ["m7", "m6", "m5", "m4", "m3", "others"]
    assert [bar.values for bar in plot.bars] == [(0.0,) * 6, (7.0, 6.0, 5.0, 4.0, 3.0, 3.0)]
    assert plot.series[-1].tone == "dim"


def test_rest_of_a_span_is_what_no_bar_holds() -> None:
    totals = [UsageBar(0, "", UsageSums(3, 10, cost_micros=5)), UsageBar(1, "", UsageSums(2, 7, cost_micros=1))]
    bars = [UsageBar(0, "a", UsageSums(1, 4, cost_micros=2)), UsageBar(1, "a", UsageSums(2, 7, cost_micros=1))]
    assert rest(totals, bars) == [UsageBar(0, "\0", UsageSums(2, 6, cost_micros=3))]


def test_tokens_have_bars_where_cost_has_none() -> None:
    assert plot_of(reading((0, "", NAMELESS)), UTC) is None
    plot = plot_of(reading((0, "", NAMELESS), measure="tokens"), UTC)
    assert plot is not None
    assert plot.bars[0].values == (7.0,)
    assert plot.y_label(33_100.0) == "33.1k"


def test_a_bar_is_named_by_the_time_that_it_holds() -> None:
    span = TimeSpan(NOON_MS, NOON_MS + HOUR)
    assert bar_label(span, "hour", 24, UTC) == "12"
    assert bar_label(span, "day", 7, UTC) == "Fri 20"
    assert bar_label(span, "day", 30, UTC) == "20 Nov"
    assert bar_label(span, "month", 12, UTC) == "Nov"
    assert span_words(span, "week", UTC) == "week of 20 Nov 2026"


def test_the_title_says_grouping_and_days() -> None:
    assert title_of(ALL, UTC) == " cost by model: 2026-11-20"
    inside = reading((0, "1", OPUS), grouping="session", measure="tokens", only=(("model", "opus"),))
    assert title_of(inside, UTC) == " tokens by session of model opus: 2026-11-20"
    assert title_of(ALL._replace(grain="week"), UTC) == " cost by model: 2026-11-20, by the week"


def test_an_agent_has_its_own_colour_whatever_it_cost() -> None:
    few = reading((0, "gemini", OPUS), (0, "claude", HAIKU), grouping="agent")
    assert [group_tone(place, few) for place in range(2)] == ["series-2", "series-4"]


def test_figures_compare_with_the_period_before_up_to_the_same_hour() -> None:
    twice = ALL._replace(total_before=UsageSums(requests=1, cost_micros=250_000))
    above, below = figure_lines(twice, NOON_MS, UTC)
    assert cell_text(above).startswith(" ≥$0.50 today")
    assert "▲ 100% on the one before" in cell_text(below)
    assert "which saved $0.03" in cell_text(below)
    assert "on the one before" not in cell_text(figure_lines(ALL, NOON_MS, UTC)[1])


def test_hours_of_the_week_are_darkest_where_most_was_used() -> None:
    week = WeekGrid(((0, 100, 400, *[0] * 21), *[(0,) * 24] * 6), ((0,) * 24,) * 7)
    monday, tuesday, *_ = week_lines(ALL._replace(week=week), 40)
    assert cell_text(monday).startswith(" Mon ·▒█·")
    assert cell_text(tuesday) == f" Tue {'·' * 24}       –"
    assert week_lines(ALL, 40) == []


def test_small_charts_share_one_scale() -> None:
    lines = multiple_lines(ALL, 80)
    assert cell_text(lines[0]).split() == ["opus", "haiku"]
    # Haiku's tallest bar is 80 of 420: six of 32 eighths.
    assert [cell_text(line)[33:].strip() for line in lines[1:]] == ["", "", "", "▆" * 15]


def limit(used: float, *, at: int = NOON_MS, resets_at: int | None = NOON_MS + HOUR) -> LimitReading:
    return LimitReading(
        agent_name="codex",
        name="codex:primary (5h)",
        at=at,
        used_percent=used,
        window_minutes=300,
        resets_at=resets_at,
        plan="pro",
        provenance="recorded",
    )


def outlook(**changes: Any) -> UsageOutlook:
    return UsageOutlook(NOON_MS, DayAndMonthSpend(NOTHING, NOTHING), None, (), (), ())._replace(**changes)


def said(**changes: Any) -> list[str]:
    """What the panel of limits says, without blanks at the ends."""
    return [cell_text(line).strip() for line in outlook_lines(outlook(**changes), UTC)]


def test_limit_shows_its_provenance_and_when_it_is_full() -> None:
    calm = LimitOutlook(limit(34), False, None, NEVER)
    assert said(limits=[calm])[1:] == [
        "codex primary (5h)   ▓▓▓▓░░░░░░░░  34%  recorded",
        "renewed 13:00",
    ]
    filling = LimitOutlook(limit(61), False, None, Forecast(NOON_MS + 30 * MINUTE, NOON_MS + 20 * MINUTE, None))
    assert said(limits=[filling])[1:] == [
        "codex primary (5h)   ▓▓▓▓▓▓▓░░░░░  61%↑ recorded",
        "renewed 13:00, full ~12:30 (12:20 to never)",
    ]


def test_a_limit_whose_window_has_ended_is_unknown() -> None:
    ended = LimitOutlook(limit(5, at=NOON_MS - 30 * HOUR, resets_at=NOON_MS - 26 * HOUR), True, None, NEVER)
    assert said(limits=[ended])[1:] == [
        "codex primary (5h)   ░░░░░░░░░░░░    –  recorded",
        "window ended 1d ago: unknown now",
    ]
    old = LimitOutlook(limit(34, at=NOON_MS - 3 * HOUR), True, None, NEVER)
    assert said(limits=[old])[2] == "34% when recorded 3h ago: unknown now"


def test_no_limit_is_no_agents_silence_where_limits_are_never_shared() -> None:
    assert said()[1] == "limits –  no agent recorded any"
    shared = [cell_text(line).strip() for line in outlook_lines(outlook(), UTC, is_team=True)]
    assert shared[1] == "limits –  they are never shared: each user's own"


def test_block_shows_its_projected_cost() -> None:
    row = BlockRow("claude", UsageBlock(NOON_MS - 3 * HOUR, NOON_MS + 2 * HOUR), OPUS, True, "estimated")
    assert said(blocks=[RunningBlock(row, None)])[1] == "≥$0.42 to 14:00"
    projected = RunningBlock(row, (840_000.0, 600_000.0, 1_080_000.0))
    assert said(blocks=[projected])[:2] == [
        "claude 5h block      ▓▓▓▓▓▓░░░░░░  50%  estimated",
        "≥$0.42 to 14:00, will come to ~$0.84 ($0.60 to $1.08)",
    ]


def test_a_budget_warns_by_a_sign_and_in_words() -> None:
    day = BudgetOutlook(
        name="day",
        budget_usd=10.0,
        spent_micros=4_000_000,
        state="within",
        is_lower_bound=False,
        forecast=NEVER,
        projection=None,
    )
    assert said(budgets=[day])[2:] == ["budget a day         ▓▓▓▓▓░░░░░░░  40%  yours", "$4.00 of $10.00"]
    near = day._replace(
        spent_micros=9_000_000,
        state="near",
        is_lower_bound=True,
        forecast=Forecast(NOON_MS + HOUR, NOON_MS + HOUR, NOON_MS + 2 * HOUR),
    )
    assert said(budgets=[near])[2:] == [
        "budget a day         ▓▓▓▓▓▓▓▓▓▓▓░  90%↑ yours",
        "≥$9.00 of $10.00, used up ~13:00 (13:00 to 14:00)",
    ]
    assert said(budgets=[day._replace(state="over")])[3] == "$4.00 of $10.00, used up"


def test_empty_outlook_says_so() -> None:
    assert said() == ["no five-hour block runs", "limits –  no agent recorded any"]
    assert [part.text for part in money_parts(outlook())] == [" today $0.00", "burn –"]
    unpriced = outlook(spent=DayAndMonthSpend(NAMELESS, NAMELESS), burn=(3_000_000.0, 2_000_000.0, 4_000_000.0))
    assert [part.text for part in money_parts(unpriced)] == [" today –", "burn ~$3.00 ($2.00 to $4.00) per hour"]


def test_hours_of_a_day_stand_beside_each_group_by_the_clock_of_the_user() -> None:
    lines = [cell_text(line) for line in hour_lines(ALL, timezone(timedelta(hours=1)), 60)]
    assert lines == [
        f" {'opus':<18} {'·' * 13}█{'·' * 10}   $0.42",
        f" {'haiku':<18} {'·' * 12}░{'·' * 11}   $0.08",
        f" {'(no model recorded)'[:17]}… {'·' * 24}       –",
        f" {'':<18} 00    06    12    18    ",
    ]
    narrow = [cell_text(line) for line in hour_lines(ALL, UTC, 46)]
    assert narrow[0] == f" {'opus':<12} {'·' * 12}█{'·' * 11}   $0.42"
    assert {len(line) for line in narrow[:3]} == {46}
    assert is_one_day(ALL)
    week = ALL._replace(
        spans=(TimeSpan(NOON_MS, NOON_MS + HOUR_MS), TimeSpan(NOON_MS + 47 * HOUR_MS, NOON_MS + DAY_MS * 2))
    )
    assert not is_one_day(week)


def test_prompts_that_used_most_lead_to_their_turns() -> None:
    first = replace(turn(7, "Fix\x1b[31m\nthe  login", spend=Spend(Tokens(1, 2, 3, 4), 420_000, 1)), id=(1 << 20) + 7)
    first = replace(first, started_at=NOON_MS - HOUR_MS, wall_ms=61_000, failed_steps=1, retries=1)
    second = replace(turn(2, "", status="interrupted"), id=(9 << 20) + 2, started_at=0, wall_ms=None)
    prompts = ALL._replace(prompts=(first, second), sessions={"1": session(1)})
    lines = prompt_lines(prompts, NOON_MS)
    assert [line.key for line in lines] == [f"1 7 {(1 << 20) + 7}", f"9 2 {(9 << 20) + 2}"]
    assert [[cell_text(cell) for cell in line.cells] for line in lines] == [
        ["$0.42", "10", "1h", "1:01", "2", "shop", "Fix␛[31m the login"],
        ["–", "–", "–", "–", "–", "–", "(interrupted)"],
    ]


def test_span_of_a_bar_is_written_as_users_write_it() -> None:
    assert written_span(TimeSpan(NOON_MS, NOON_MS + HOUR_MS), UTC) == "2026-11-20T12:00..2026-11-20T12:59"
    assert written_span(TimeSpan(NOON_MS - 12 * HOUR_MS, NOON_MS + 12 * HOUR_MS), UTC) == "2026-11-20"


def test_choices_without_room_are_abbreviated_and_never_lose_the_current_ones() -> None:
    choice = UsageSelection(TODAY, "session")

    def shown(width: int) -> str:
        return " ".join(part.text for part in choice_parts(choice, TODAY, SHOWN_GROUPINGS, width)[0][1:])

    groupings = "by model agent project ‹session› reasoning effort"
    periods = "‹today› last 7 days last 30 days last 90 days this month all time"
    assert [shown(width) for width in (200, 120, 100, 80)] == [
        f"{periods} {groupings}",
        f"‹today› 7d 30d 90d month all {groupings}",
        f"‹today› {groupings}",
        "‹today› by ‹session›",
    ]
