"""Usage as lines, bars and phrases: what each says, what nobody knows, and what misses its target."""

from __future__ import annotations

from datetime import UTC

from ppp_tui.query.usage.blocks import BlockRow
from ppp_tui.query.usage.forecasts import BudgetOutlook, LimitOutlook
from ppp_tui.query.usage.rows import NOTHING, Grouping, LimitReading, UsageBar, UsageSums
from ppp_tui.query.usage.spans import HOUR_MS, TimeSpan
from ppp_tui.query.usage.spend import DayAndMonthSpend
from ppp_tui.scoring.prices.blocks import UsageBlock
from ppp_tui.scoring.prices.forecast import NEVER, Forecast
from ppp_tui.settings.schema import Targets
from ppp_tui.tui.panes.usage.usage_cells import series_mark, total_parts, usage_columns, usage_lines
from ppp_tui.tui.panes.usage.usage_plot import labels_of, plot_of, title_of
from ppp_tui.tui.panes.usage.usage_strip import block_part, budget_part, limit_part, outlook_lines
from ppp_tui.tui.usage_reading import (
    Measure,
    RunningBlock,
    UsageOutlook,
    UsageReading,
    UsageSelection,
    grouped,
    rest,
    spans_of,
)
from ppp_tui.tui.widgets.columns import lay_out
from ppp_tui.tui.widgets.lines import Cell, Line, parts_of
from ppp_tui.tui.widgets.status_bar import StripPart
from tests.tui.database_of import HOUR, MINUTE, NOON_MS

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
    return UsageReading(UsageSelection("today", grouping, measure, only), SPANS, made, groups, total)


ALL = reading((0, "haiku", HAIKU), (1, "opus", OPUS), (1, "", NAMELESS))


def cells(line: Line) -> dict[str, str]:
    """The cells of a line by the keys of their columns."""
    texts = ("".join(part.text for part in parts_of(cell, "text")) for cell in line.cells)
    return dict(zip((column.key for column in usage_columns("model")), texts, strict=True))


def test_stated_tokens_are_marked_and_stand_apart_from_what_is_recorded() -> None:
    found = reading((0, "haiku", HAIKU), (0, "", NOTHING))._replace(stated={"": 1_200, "haiku": 5})
    both, stated = (cells(line) for line in usage_lines(found, TARGETS))
    assert (both["stated"], both["input"], both["cost"]) == ("~5", "10.0k", "$0.08")
    assert (stated["stated"], stated["input"], stated["written"], stated["cost"]) == ("~1.2k", "–", "–", "–")
    assert [cell.text for cell in total_parts(found)][-1] == "~1.2k tokens stated by programs"


def test_where_all_tokens_are_stated_the_sum_says_nothing_else() -> None:
    found = reading((0, "", NOTHING))._replace(stated={"": 7})
    assert [cell.text for cell in total_parts(found)] == ["~7 tokens stated by programs"]
    assert plot_of(found, UTC) is None


def test_a_cost_that_could_not_be_cut_is_marked_as_about_right() -> None:
    uncut = HAIKU._replace(uncut_requests=2)
    found = reading((0, "haiku", uncut))
    assert cells(usage_lines(found, TARGETS)[0])["cost"] == "~$0.08"
    assert next(part.text for part in total_parts(found)) == "~$0.08 at API prices"
    assert "~ of 2 forgotten only the hour is known" in [part.text for part in total_parts(found)]


def test_a_plan_without_a_five_hour_limit_says_none() -> None:
    spent = DayAndMonthSpend(NOTHING, NOTHING)
    outlook = UsageOutlook(NOON_MS, spent, None, (), (), (), unlimited=("claude",))
    assert "claude five-hour limit: none" in "".join(part.text for part in outlook_lines(outlook, UTC).blocks)


def cell(line: Line, key: str) -> Cell:
    """One cell of a line, with its tone."""
    place = [column.key for column in usage_columns("model")].index(key)
    return parts_of(line.cells[place], "text")[0]


def test_a_line_tells_every_kind_of_token_and_what_it_cost() -> None:
    assert cells(usage_lines(ALL, TARGETS)[0]) == {
        "mark": "━",
        "name": "opus",
        "share": "84%",
        "requests": "3",
        "input": "1.0k",
        "output": "400",
        "reasoning": "–",
        "read": "9.0k",
        "written": "500",
        "hour": "200",
        "hit": "90%",
        "efficiency": "40%",
        "stated": "",
        "cost": "≥$0.42",
        "unpriced": "1",
        "reported": "–",
        "saved": "$0.03",
    }
    assert cells(usage_lines(ALL, TARGETS)[1])["reported"] == "$0.09"


def test_what_nobody_knows_is_no_zero_and_what_has_no_price_says_so() -> None:
    nameless = cells(usage_lines(ALL, TARGETS)[2])
    assert (nameless["name"], nameless["cost"], nameless["saved"]) == ("(no model told)", "unpriced", "–")
    assert (nameless["share"], nameless["hit"], nameless["efficiency"]) == ("–", "–", "–")


def test_a_figure_that_misses_its_target_has_a_mark_and_not_only_a_colour() -> None:
    opus, haiku, _ = usage_lines(ALL, TARGETS)
    assert (cell(opus, "hit"), cell(haiku, "hit")) == (Cell("90%", "good"), Cell("0%!", "notice"))
    assert cell(haiku, "efficiency") == Cell("5%!", "notice")
    assert cell(usage_lines(ALL, TARGETS.model_copy(update={"cache_hit_percent": 91}))[0], "hit").text == "90%!"


def test_a_cache_that_cost_more_than_it_saved_is_noticed() -> None:
    assert cell(usage_lines(ALL, TARGETS)[1], "saved") == Cell("−<$0.01", "notice")


def test_groups_are_sorted_by_what_bars_show() -> None:
    assert [group.key for group in ALL.groups] == ["opus", "haiku", ""]
    by_tokens = reading((0, "haiku", HAIKU._replace(input_tokens=90_000)), (1, "opus", OPUS), measure="tokens")
    assert [line.key for line in usage_lines(by_tokens, TARGETS)] == ["haiku", "opus"]
    assert cells(usage_lines(by_tokens, TARGETS)[1])["share"] == "11%"


def test_marks_are_those_of_the_chart() -> None:
    assert [series_mark(place).tone for place in (0, 4, 5, 9)] == ["series-1", "series-5", "dim", "dim"]
    assert [series_mark(place, has_colours=False).text for place in (0, 1, 5, 9)] == ["*", "+", "@", "@"]


def test_a_project_is_named_by_its_folder_and_its_path() -> None:
    project = reading((0, "/home/dev/shop", OPUS), grouping="project")
    assert cells(usage_lines(project, TARGETS)[0])["name"] == "shop  /home/dev/shop"


def test_a_reasoning_effort_is_named_apart_from_what_a_question_asks() -> None:
    assert [column.title for column in usage_columns("reasoning_effort")][1] == "reasoning effort"
    told = reading((0, "high", OPUS), (0, "", OPUS), grouping="reasoning_effort")
    names = {cells(line)["name"] for line in usage_lines(told, TARGETS)}
    assert names == {"high", "(no reasoning effort told)"}
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
    assert [one.name for one in plot.series] == ["m7", "m6", "m5", "m4", "m3", "others"]
    assert [one.points for one in plot.series[-2:]] == [((1.0, 3.0),), ((1.0, 3.0),)]
    assert (plot.kind, plot.series[-1].tone) == ("bar", "dim")


def test_what_lies_in_no_bar_is_the_rest_of_its_span() -> None:
    totals = [UsageBar(0, "", UsageSums(3, 10, cost_micros=5)), UsageBar(1, "", UsageSums(2, 7, cost_micros=1))]
    bars = [UsageBar(0, "a", UsageSums(1, 4, cost_micros=2)), UsageBar(1, "a", UsageSums(2, 7, cost_micros=1))]
    assert rest(totals, bars) == [UsageBar(0, "\0", UsageSums(2, 6, cost_micros=3))]


def test_tokens_have_bars_where_cost_has_none() -> None:
    assert plot_of(reading((0, "", NAMELESS)), UTC) is None
    plot = plot_of(reading((0, "", NAMELESS), measure="tokens"), UTC)
    assert plot is not None
    assert plot.series[0].points == ((0.0, 7.0),)
    assert plot.y_label(33_100.0) == "33.1k"


def test_ranges_are_the_persons_days_and_their_labels_have_room() -> None:
    day = spans_of("today", NOON_MS, UTC)
    assert day == [TimeSpan(NOON_MS + hour * HOUR, NOON_MS + (hour + 1) * HOUR) for hour in range(-12, 12)]
    assert [label for label in labels_of(day, "today", UTC) if label] == [
        "00",
        "03",
        "06",
        "09",
        "12",
        "15",
        "18",
        "21",
    ]
    week = spans_of("last 7 days", NOON_MS, UTC)
    assert labels_of(week, "last 7 days", UTC) == ("14", "15", "16", "17", "18", "19", "20")
    month = spans_of("last 30 days", NOON_MS, UTC)
    assert (len(month), month[-1]) == (30, TimeSpan(NOON_MS - 12 * HOUR, NOON_MS + 12 * HOUR))
    assert [label for label in labels_of(month, "last 30 days", UTC) if label] == ["26", "31", "05", "10", "15", "20"]
    assert len(spans_of("last 90 days", NOON_MS, UTC)) == 90


def test_the_title_says_range_and_grouping() -> None:
    assert title_of(ALL, UTC) == " cost by model, today: 2026-11-20"
    inside = reading((0, "1", OPUS), grouping="session", measure="tokens", only=(("model", "opus"),))
    assert title_of(inside, UTC) == " tokens by session of model opus, today: 2026-11-20"


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


def test_a_limit_tells_whose_word_it_is_and_when_it_is_full() -> None:
    calm = LimitOutlook(limit(34), False, None, NEVER)
    assert limit_part(calm, NOON_MS, UTC) == StripPart("codex primary (5h) 34% (recorded), renewed 13:00")
    filling = LimitOutlook(limit(61), False, None, Forecast(NOON_MS + 30 * MINUTE, NOON_MS + 20 * MINUTE, None))
    assert limit_part(filling, NOON_MS, UTC) == StripPart(
        "! codex primary (5h) 61% (recorded), renewed 13:00, full ~12:30 (12:20 to never)", "notice"
    )
    assert limit_part(LimitOutlook(limit(95, resets_at=None), False, None, NEVER), NOON_MS, UTC).tone == "notice"


def test_an_old_limit_says_how_old_it_is() -> None:
    old = LimitOutlook(limit(34, at=NOON_MS - 3 * HOUR), True, None, NEVER)
    assert limit_part(old, NOON_MS, UTC) == StripPart("codex primary (5h) 34% (recorded) 3h ago", "stale")


def test_a_block_tells_what_it_will_come_to() -> None:
    row = BlockRow("claude", UsageBlock(NOON_MS - 3 * HOUR, NOON_MS + 2 * HOUR), OPUS, True, "estimated")
    told = "claude block to 14:00 (estimated): ≥$0.42"
    assert block_part(RunningBlock(row, None), UTC).text == told
    projected = RunningBlock(row, (840_000.0, 600_000.0, 1_080_000.0))
    assert block_part(projected, UTC).text == f"{told}, will come to ~$0.84 ($0.60 to $1.08)"


def test_a_budget_warns_in_words() -> None:
    day = BudgetOutlook(
        name="day",
        budget_usd=10.0,
        spent_micros=4_000_000,
        state="within",
        is_lower_bound=False,
        forecast=NEVER,
        projection=None,
    )
    assert budget_part(day, NOON_MS, UTC) == StripPart("day $4.00 of $10.00")
    near = day._replace(
        spent_micros=9_000_000,
        state="near",
        is_lower_bound=True,
        forecast=Forecast(NOON_MS + HOUR, NOON_MS + HOUR, NOON_MS + 2 * HOUR),
    )
    assert budget_part(near, NOON_MS, UTC) == StripPart(
        "! day ≥$9.00 of $10.00, used up ~13:00 (13:00 to 14:00)", "notice"
    )
    assert budget_part(day._replace(state="over"), NOON_MS, UTC).text == "! day $4.00 of $10.00, used up"


def test_an_outlook_of_which_nothing_is_known_says_so() -> None:
    nothing = UsageOutlook(NOON_MS, DayAndMonthSpend(NOTHING, NOTHING), None, (), (), ())
    told = [[part.text for part in line] for line in outlook_lines(nothing, UTC)]
    assert told == [
        [" today $0.00", "burn –"],
        [" no five-hour block runs"],
        [" limits –  no agent recorded any"],
    ]
    unpriced = nothing._replace(
        spent=DayAndMonthSpend(NAMELESS, NAMELESS), burn=(3_000_000.0, 2_000_000.0, 4_000_000.0)
    )
    assert [part.text for part in outlook_lines(unpriced, UTC).money] == [
        " today –",
        "burn ~$3.00 ($2.00 to $4.00) per hour",
    ]
