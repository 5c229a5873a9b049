"""Panels of Usage: figures of the period, limits and budgets as gauges, the hours of the week. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from ppp_tui.model.clock import DAY_MS, HOUR_MS
from ppp_tui.query.periods import ALL_TIME, LAST_7_DAYS, LAST_30_DAYS, LAST_90_DAYS, PERIODS, THIS_MONTH, Period
from ppp_tui.query.usage.forecasts import BudgetOutlook, LimitOutlook
from ppp_tui.query.usage.rows import Grouping, grouping_words
from ppp_tui.text.cells import cut_apart, pad
from ppp_tui.text.format import UNKNOWN, age, clock_time, cost_micros, counted, date_time, percent, tokens
from ppp_tui.tui.panes.usage.usage_cells import certainty_of, group_tone, group_trends, short_name
from ppp_tui.tui.panes.usage.usage_plot import measured, span_words
from ppp_tui.tui.usage_reading import RunningBlock, UsageOutlook, UsageReading, UsageSelection
from ppp_tui.tui.widgets.gauge import gauge_bar
from ppp_tui.tui.widgets.lines import Cell, CellLike, StyledPieces
from ppp_tui.tui.widgets.sparkline import tall_bars
from ppp_tui.tui.widgets.status_bar import StripPart
from ppp_tui.tui.widgets.tones import HEAT, Tone

GAUGE_CELLS, NAME_CELLS = 12, 20
"""Widths of a gauge and of the name before it."""

MULTIPLE_CELLS, MULTIPLE_ROWS = 30, 4
"""Width and height of one of the small charts."""

NEARLY_FULL = 90.0
"""Percent of a limit from which on it is marked."""

FIGURE_CELLS = 28
"""Width of a figure with its caption."""

MANY_TIMES = 10
"""Growth factor from which on it is not written in percent."""

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

NOT_YOUR_BILL = StripPart("API-equivalent, not your bill ", "dim")
"""Note beside every cost."""

SHADES, ASCII_SHADES = "·░▒▓█", ".:+*#"
"""Characters from none to most, for the hours of the week."""


GROUPING_KEY, MEASURE_KEY = "group ", "measure "
"""Prefixes of the keys of the choices above the chart."""

SHORT_PERIODS: Mapping[Period, str] = {
    LAST_7_DAYS: "7d",
    LAST_30_DAYS: "30d",
    LAST_90_DAYS: "90d",
    THIS_MONTH: "month",
    ALL_TIME: "all",
}
"""Short names of periods, for narrow terminals."""

CHOICE_GAP = 2
"""Cells between two choices."""


def choice_parts(
    choice: UsageSelection, period: Period, groupings: Sequence[Grouping], width: int
) -> tuple[list[StripPart], list[StripPart]]:
    """Return periods and groupings, and measures, the current ones marked.

    Where there is no room for all of them, periods are abbreviated, then the others go, then the other groupings.
    """
    grouping = choice.only[0][0] if choice.only else choice.grouping
    periods = [*PERIODS, *([] if period in PERIODS else [period])]
    measures = [_choice(name, MEASURE_KEY + name, name == choice.measure) for name in ("cost", "tokens")]
    measures.append(StripPart(""))
    full = {each: each.name for each in periods}
    short = {each: SHORT_PERIODS.get(each, each.name) for each in periods}
    alone = {period: period.name}
    for names, shown_groupings in ((full, groupings), (short, groupings), (alone, groupings), (alone, (grouping,))):
        parts = [StripPart(" ")] + [_choice(text, each.name, each == period) for each, text in names.items()]
        parts += [StripPart("by", "dim")]
        parts += [_choice(grouping_words(name), GROUPING_KEY + name, name == grouping) for name in shown_groupings]
        if sum(len(part.text) + CHOICE_GAP for part in (*parts, *measures)) <= width:
            break
    return parts, measures


def _choice(text: str, key: str, is_shown: bool) -> StripPart:
    """Return a choice as part of a line; the current one stands between marks, so that it shows without colours."""
    return StripPart(f"‹{text}›" if is_shown else text, "accent" if is_shown else "dim", key=key)


def figure_lines(reading: UsageReading, now_ms: int, zone: tzinfo) -> list[CellLike]:
    """Return the large figures of the period in a line, and below each a comparison."""
    total = reading.total
    if not total.requests:
        return []
    is_cost = reading.choice.measure == "cost"
    days = max(1.0, (min(now_ms, reading.spans[-1].high_ms) - reading.spans[0].low_ms) / DAY_MS)
    cost, used = cost_micros(total.cost, certainty_of(total)), tokens(total.total_tokens)
    unit = "a day"
    if days <= 1:
        unit, days = "an hour", max(1.0, (min(now_ms, reading.spans[-1].high_ms) - reading.spans[0].low_ms) / HOUR_MS)
    rate = measured(total, reading.choice.measure) / days
    hit = total.cache_hit_rate
    figures = (
        (cost if is_cost else f"{used} tokens", reading.choice.period.name, _trend(reading)),
        (f"{used} tokens" if is_cost else cost, "", counted(total.requests, "request")),
        (f"{cost_micros(round(rate)) if is_cost else tokens(rate)} {unit}", "", _busiest(reading, zone)),
        (
            f"{UNKNOWN if hit is None else percent(hit, decimals=1)} cached",
            "",
            f"which saved {cost_micros(total.saved)}",
        ),
    )
    above: list[Cell] = []
    for figure, words, _ in figures:
        above += [Cell(f" {figure} ", "strong"), Cell(pad(words, max(0, FIGURE_CELLS - len(figure) - 2)), "dim")]
    below = [Cell(f" {pad(words, FIGURE_CELLS - 1)}", "dim") for _, _, words in figures]
    return [StyledPieces(tuple(above)), StyledPieces(tuple(below))]


def _trend(reading: UsageReading) -> str:
    """Return the change since the period before, up to the same hour."""
    if reading.total_before is None:
        return ""
    before = measured(reading.total_before, reading.choice.measure)
    if not before:
        return "nothing in the one before"
    ratio = measured(reading.total, reading.choice.measure) / before
    if ratio >= MANY_TIMES:
        return f"▲ {ratio:,.0f} times the one before"
    change = ratio - 1
    return f"{'▲' if change > 0 else '▼'} {percent(abs(change))} on the one before"


def _busiest(reading: UsageReading, zone: tzinfo) -> str:
    totals: dict[int, float] = {}
    for bar in reading.bars:
        totals[bar.span] = totals.get(bar.span, 0.0) + measured(bar.sums, reading.choice.measure)
    if len(totals) < 2:
        return ""
    top = max(totals, key=lambda number: totals[number])
    return f"most: {span_words(reading.spans[top], reading.grain, zone)}"


def money_parts(outlook: UsageOutlook) -> list[StripPart]:
    """Return today's cost and the burn rate."""
    today = outlook.spent.today
    cost = cost_micros(today.cost if today.requests else 0, certainty_of(today))
    burn = "burn –" if outlook.burn is None else f"burn {_interval(outlook.burn)} per hour"
    return [StripPart(f" today {cost}", "heading"), StripPart(burn, "dim" if outlook.burn is None else "text")]


def outlook_lines(
    outlook: UsageOutlook, zone: tzinfo, *, is_team: bool = False, is_ascii: bool = False
) -> list[CellLike]:
    """Return running blocks, limits and budgets, each with a gauge and a line of words."""
    lines: list[CellLike] = []
    for block in outlook.blocks:
        lines += _block_lines(block, zone, is_ascii=is_ascii)
    if not outlook.blocks:
        lines.append(Cell(" no five-hour block runs", "dim"))
    lines += [Cell(f" {agent} five-hour limit: none", "dim") for agent in outlook.unlimited]
    for limit in outlook.limits:
        lines += _limit_lines(limit, outlook.now_ms, zone, is_ascii=is_ascii)
    if not outlook.limits:
        why = "they are never shared: each user's own" if is_team else "no agent recorded any"
        lines.append(Cell(f" limits –  {why}", "dim"))
    for budget in outlook.budgets:
        lines += _budget_lines(budget, outlook.now_ms, zone, is_ascii=is_ascii)
    return lines


def _gauge(name: str, ratio: float | None, note: str, tone: Tone, *, is_ascii: bool) -> StyledPieces:
    figure = UNKNOWN if ratio is None else percent(ratio)
    mark = "↑" if tone == "notice" else " "
    return StyledPieces(
        (
            Cell(f" {pad(name, NAME_CELLS)} "),
            Cell(gauge_bar(ratio, GAUGE_CELLS, is_ascii=is_ascii), tone),
            Cell(f" {figure:>4}{mark}", tone if tone == "notice" else "text"),
            Cell(f" {note}", "dim"),
        )
    )


def _block_lines(block: RunningBlock, zone: tzinfo, *, is_ascii: bool) -> list[CellLike]:
    """Return how far a block has come, and its cost at its end at the rate of the last hour."""
    row = block.row
    cost = cost_micros(row.sums.cost, certainty_of(row.sums))
    ends = clock_time(row.block.end_ms, zone, seconds=False)
    will = "" if block.projection is None else f", will come to {_interval(block.projection)}"
    expected = block.projection[0] if block.projection is not None else None
    ratio = None if not expected or row.sums.cost is None else min(1.0, row.sums.cost_micros / expected)
    name = f"{row.agent_name} 5h block"
    return [
        _gauge(name, ratio, row.provenance, "accent", is_ascii=is_ascii),
        Cell(f"   {cost} to {ends}{will}", "dim"),
    ]


def _limit_lines(limit: LimitOutlook, now_ms: int, zone: tzinfo, *, is_ascii: bool) -> list[CellLike]:
    """Return a limit with the times of its renewal and of its exhaustion; the use of an ended window is unknown."""
    reading = limit.reading
    name = reading.title
    has_ended = reading.resets_at is not None and reading.resets_at <= now_ms
    if limit.is_stale:
        ended = f"window ended {age(now_ms - (reading.resets_at or now_ms))} ago" if has_ended else ""
        words = ended or f"{reading.used_percent:.0f}% when recorded {age(now_ms - reading.at)} ago"
        return [
            _gauge(name, None, reading.provenance, "stale", is_ascii=is_ascii),
            Cell(f"   {words}: unknown now", "stale"),
        ]
    is_calm = reading.used_percent < NEARLY_FULL and limit.forecast.at_ms is None
    notes = [f"renewed {_moment(reading.resets_at, now_ms, zone)}"] if reading.resets_at is not None else []
    if limit.forecast.at_ms is not None:
        notes.append(f"full {_when(limit.forecast, now_ms, zone)}")
    tone: Tone = "accent" if is_calm else "notice"
    gauge = _gauge(name, reading.used_percent / 100, reading.provenance, tone, is_ascii=is_ascii)
    return [gauge, Cell(f"   {', '.join(notes)}", "dim")] if notes else [gauge]


def _budget_lines(budget: BudgetOutlook, now_ms: int, zone: tzinfo, *, is_ascii: bool) -> list[CellLike]:
    """Return a budget, and when it will be spent at the rate of the last day."""
    is_calm = budget.state not in ("near", "over")
    spent = cost_micros(budget.spent_micros, "lower bound" if budget.is_lower_bound else "exact")
    words = f"{spent} of {cost_micros(round(budget.budget_usd * 1_000_000))}"
    if budget.state == "over":
        words += ", used up"
    elif budget.forecast.at_ms is not None:
        words += f", used up {_when(budget.forecast, now_ms, zone)}"
    ratio = budget.spent_micros / (budget.budget_usd * 1_000_000)
    tone: Tone = "accent" if is_calm else "notice"
    return [
        _gauge(f"budget a {budget.name}", ratio, "yours", tone, is_ascii=is_ascii),
        Cell(f"   {words}", "dim"),
    ]


def _when(forecast: tuple[int | None, int | None, int | None], now_ms: int, zone: tzinfo) -> str:
    at, earliest, latest = (None if moment is None else _moment(moment, now_ms, zone) for moment in forecast)
    return f"~{at} ({earliest or at} to {latest or 'never'})"


def _moment(at_ms: int, now_ms: int, zone: tzinfo) -> str:
    """Return the time of day, with its date if that is not clear."""
    if abs(at_ms - now_ms) < DAY_MS:
        return clock_time(at_ms, zone, seconds=False)
    return date_time(at_ms, zone, seconds=False)[5:]


def _interval(money: tuple[float, float, float]) -> str:
    expected, low, high = (cost_micros(round(value)) for value in money)
    return f"~{expected} ({low} to {high})"


HOUR_NAME_CELLS, MAX_HOUR_ROWS = 18, 8
"""Width of the names of groups beside the heat map of a day, and how many of them it shows."""


def week_lines(reading: UsageReading, width: int, *, is_ascii: bool = False) -> list[CellLike]:
    """Return the heat map of the period: a row per weekday, cells per hour of the day, and a line of hours.

    The darkest sign and tone is for the most; a sign says the same as its tone.
    """
    week = reading.week
    if week is None:
        return []
    rows = week.cost_micros if reading.choice.measure == "cost" else week.tokens
    cells = max(1, min(3, (width - 14) // 24))
    top = max(max(row) for row in rows) or 1
    lines: list[CellLike] = []
    for name, row in zip(DAY_NAMES, rows, strict=True):
        pieces = [Cell(f" {name} ", "dim")]
        pieces += [_heat_cell(value, top, cells, is_ascii=is_ascii) for value in row]
        total = sum(row)
        figure = UNKNOWN if not total else cost_micros(total) if reading.choice.measure == "cost" else tokens(total)
        pieces.append(Cell(f" {figure:>7}", "dim"))
        lines.append(StyledPieces(tuple(pieces)))
    hours = "".join(pad(f"{hour:02d}", 6 * cells) for hour in range(0, 24, 6))
    return [*lines, Cell(f"     {hours}", "dim")]


def is_one_day(reading: UsageReading) -> bool:
    """Return whether a reading is of a day or less, so that its hours stand for themselves."""
    return reading.grain == "hour" and reading.spans[-1].high_ms - reading.spans[0].low_ms <= DAY_MS


def hour_lines(reading: UsageReading, zone: tzinfo, width: int, *, is_ascii: bool = False) -> list[CellLike]:
    """Return the heat map of a single day: a row per group, those that used most first, cells per hour of the day."""
    measure = reading.choice.measure
    name_cells = max(8, min(HOUR_NAME_CELLS, width - 10 - 24))
    cells = max(1, min(3, (width - name_cells - 11) // 24))
    trends = {group.key: [0.0] * 24 for group in reading.groups[:MAX_HOUR_ROWS]}
    for bar in reading.bars:
        if bar.key in trends:
            hour = datetime.fromtimestamp(reading.spans[bar.span].low_ms / 1000, zone).hour
            trends[bar.key][hour] += measured(bar.sums, measure)
    top = max((max(values) for values in trends.values()), default=0.0) or 1.0
    lines: list[CellLike] = []
    shown = reading.groups[:MAX_HOUR_ROWS]
    names = cut_apart([short_name(group.key, reading) for group in shown], name_cells)
    for group, name in zip(shown, names, strict=True):
        values = trends[group.key]
        pieces = [Cell(f" {pad(name, name_cells)} ", "dim")]
        pieces += [_heat_cell(round(value), round(top), cells, is_ascii=is_ascii) for value in values]
        total = measured(group.sums, measure)
        figure = UNKNOWN if not total else cost_micros(round(total)) if measure == "cost" else tokens(total)
        lines.append(StyledPieces((*pieces, Cell(f" {figure:>7}", "dim"))))
    hours = "".join(pad(f"{hour:02d}", 6 * cells) for hour in range(0, 24, 6))
    return [*lines, Cell(f" {' ' * name_cells} {hours}", "dim")]


def _heat_cell(value: int, top: int, cells: int, *, is_ascii: bool) -> Cell:
    shades = ASCII_SHADES if is_ascii else SHADES
    if value <= 0:
        return Cell(shades[0] * cells, HEAT[0])
    level = min(4, int(value / top * 4) + 1)
    return Cell(shades[level] * cells, HEAT[level])


def multiple_lines(reading: UsageReading, width: int, *, is_ascii: bool = False) -> list[CellLike]:
    """Return small charts of the first groups beside each other, on the scale of the highest bar."""
    count = min(len(reading.groups), max(1, (width - 1) // (MULTIPLE_CELLS + 2)))
    trends = group_trends(reading)
    shown = [(place, group) for place, group in enumerate(reading.groups[:count]) if group.key in trends]
    top = max((max(trends[group.key]) for _, group in shown), default=0.0)
    if top <= 0 or len(reading.spans) < 2:
        return []
    names = cut_apart([short_name(group.key, reading) for _, group in shown], MULTIPLE_CELLS)
    charts = [
        [
            Cell(f" {row} ", group_tone(place, reading))
            for row in tall_bars(trends[group.key], MULTIPLE_CELLS, MULTIPLE_ROWS, top, is_ascii=is_ascii)
        ]
        for place, group in shown
    ]
    titles = StyledPieces(tuple(Cell(f" {pad(name, MULTIPLE_CELLS + 1)}") for name in names))
    return [titles, *map(StyledPieces, zip(*charts, strict=True))]


def bar_parts(reading: UsageReading, place: int | None, zone: tzinfo) -> Sequence[StripPart]:
    """Return the figures of the bar under the cursor, for the line below the chart."""
    if place is None or not 0 <= place < len(reading.spans):
        return ()
    span, measure = reading.spans[place], reading.choice.measure
    bars = [bar for bar in reading.bars if bar.span == place]
    words = span_words(span, reading.grain, zone)
    if not bars:
        return (StripPart(f" {words}", "accent"), StripPart("nothing used", "dim"))
    cost = sum(bar.sums.cost_micros for bar in bars)
    used = sum(bar.sums.total_tokens for bar in bars)
    requests = sum(bar.sums.requests for bar in bars)
    before = reading.before.get(place)
    parts = [
        StripPart(f" {words}", "accent"),
        StripPart(cost_micros(cost), "strong"),
        StripPart(f"{tokens(used)} tokens"),
    ]
    parts.append(StripPart(counted(requests, "request"), "dim"))
    if before is not None:
        earlier = cost_micros(before.cost_micros) if measure == "cost" else tokens(before.total_tokens)
        parts.append(StripPart(f"░ {earlier} in the period before", "dim"))
    return tuple(parts)
