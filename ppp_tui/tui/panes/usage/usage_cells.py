"""Usage as table lines: tokens sent and received, cost, and use of the cache by group. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ppp_tui.model.ids import trajectory_of
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.usage.rows import Grouping, UsageSums, grouping_words
from ppp_tui.text.format import UNKNOWN, Certainty, age, cost_micros, count, counted, duration, percent, tokens
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.panes.session_cells import folder, project_name, spend_text, titled, tokens_text
from ppp_tui.tui.usage_reading import COLOURED_GROUPS, OTHERS, UsageGroup, UsageReading
from ppp_tui.tui.widgets.charts.plot import LETTERS
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, StyledPieces
from ppp_tui.tui.widgets.sparkline import sparkline
from ppp_tui.tui.widgets.tones import SERIES, Tone, agent_tone, agent_tones

if TYPE_CHECKING:
    from ppp_tui.settings.schema import Targets

SHARE_CELLS, TREND_CELLS = 12, 20
"""Widths of the bar of a share and of the trend."""

MISSED = "↓"
"""Sign behind a figure that misses its target."""


def usage_columns(grouping: Grouping) -> tuple[Column, ...]:
    """Return the columns of the table; a narrow terminal loses the least important ones first.

    What is read, written, hit and saved is the cache's.
    """
    is_short = grouping in ("model", "agent", "reasoning_effort")
    return (
        Column("mark", "", width=1, priority=195),
        Column("name", grouping_words(grouping), min_width=17 if is_short else 26, priority=200),
        Column("bar", "", width=SHARE_CELLS, priority=75),
        Column("share", "share", width=5, align="right", priority=85),
        Column("trend", "over time", width=TREND_CELLS, priority=70),
        Column("requests", "requests", width=8, align="right", priority=50),
        Column("input", "input", width=6, align="right", priority=170),
        Column("output", "output", width=6, align="right", priority=165),
        Column("reasoning", "reasoning", width=9, align="right", priority=90),
        Column("read", "read", width=6, align="right", priority=140),
        Column("written", "write", width=6, align="right", priority=130),
        Column("hour", "1h write", width=8, align="right", priority=20),
        Column("hit", "hit", width=5, align="right", priority=160),
        Column("stated", "stated", width=7, align="right", priority=35),
        Column("cost", "cost", width=8, align="right", priority=190),
        Column("unpriced", "unpriced", width=8, align="right", priority=30),
        Column("reported", "reported", width=8, align="right", priority=40),
        Column("saved", "saved", width=8, align="right", priority=120),
    )


DEAREST_COLUMNS = (
    Column("bar", "", width=SHARE_CELLS, priority=90),
    Column("cost", "cost", width=8, align="right", priority=195),
    Column("tokens", "tokens", width=7, align="right", priority=170),
    Column("title", "the sessions that used most", weight=1, min_width=20, priority=200),
    Column("project", "project", width=18, priority=150),
    Column("agent", "agent", width=9, priority=160),
    Column("model", "model", width=24, priority=100),
    Column("turns", "turns", width=5, align="right", priority=120),
    Column("last", "last", width=5, align="right", priority=140),
)
"""Columns of the sessions that used most."""


def dearest_lines(reading: UsageReading, now_ms: int, *, is_ascii: bool = False) -> list[Line]:
    """Return the sessions that used most as table lines, the dearest first; a line's key is the session's id."""
    lines = []
    for group in reading.dearest:
        row, sums = reading.sessions.get(group.key), group.sums
        is_cost = reading.choice.measure == "cost"
        total = reading.total.cost_micros if is_cost else reading.total.total_tokens
        share = (sums.cost_micros if is_cost else sums.total_tokens) / total if total else None
        unknown = Cell(UNKNOWN, "dim")
        lines.append(
            Line(
                group.key,
                (
                    Cell(solid_bar(share, SHARE_CELLS, is_ascii=is_ascii), "accent"),
                    cost_cell(sums),
                    Cell(tokens(sums.total_tokens), "dim"),
                    (row.title if row is not None else "") or Cell(f"session {group.key}", "dim"),
                    unknown if row is None else project_name(row),
                    unknown if row is None else Cell(row.agent_name, agent_tone(row.agent_name)),
                    unknown if row is None else Cell(row.model or UNKNOWN, "dim"),
                    unknown if row is None else Cell(count(row.turns), "dim"),
                    unknown if row is None or row.last_at is None else Cell(age(now_ms - row.last_at), "dim"),
                ),
            )
        )
    return lines


PROMPT_COLUMNS = (
    Column("cost", "cost", width=8, align="right", priority=195),
    Column("tokens", "tokens", width=7, align="right", priority=150),
    Column("when", "when", width=5, align="right", priority=140),
    Column("took", "took", width=7, align="right", priority=110),
    Column("failed", "✕", width=3, align="right", priority=120),
    Column("project", "project", width=12, priority=130),
    Column("prompt", "the prompts of these that used most", weight=1, min_width=24, priority=200),
)
"""Columns of the turns that used most."""


def prompt_lines(reading: UsageReading, now_ms: int) -> list[Line]:
    """Return the turns that used most as table lines, sub-agents not counted; a line's key leads to the turn."""
    lines = []
    for turn in reading.prompts:
        trajectory = trajectory_of(turn.id)
        row, failed = reading.sessions.get(str(trajectory)), turn.failed_steps + turn.retries
        prompt = plain(" ".join(turn.headline.split()))
        lines.append(
            Line(
                key_to(trajectory, turn.number, turn.id),
                (
                    spend_text(turn.spend),
                    Cell(tokens_text(turn.spend), "dim"),
                    Cell(age(now_ms - turn.started_at) if turn.started_at else UNKNOWN, "dim"),
                    duration(turn.wall_ms),
                    Cell(count(failed), "notice") if failed else Cell(UNKNOWN, "dim"),
                    Cell(UNKNOWN if row is None else project_name(row), "dim"),
                    prompt or Cell(f"({turn.status})", "dim"),
                ),
            )
        )
    return lines


def usage_lines(
    reading: UsageReading, targets: Targets, *, has_colours: bool = True, has_unicode: bool = True
) -> list[Line]:
    """Return the groups as table lines, the dearest first, with trends on one scale; a line's key is the group's."""
    trends = group_trends(reading)
    top = max((max(values) for values in trends.values()), default=0.0)
    return [
        _line(
            place,
            group,
            reading,
            targets,
            trend=trends.get(group.key, []),
            top=top,
            has_colours=has_colours,
            has_unicode=has_unicode,
        )
        for place, group in enumerate(reading.groups)
    ]


def group_trends(reading: UsageReading) -> dict[str, list[float]]:
    """Return the use of each group in every span, as far as it was read."""
    trends: dict[str, list[float]] = {}
    for bar in reading.bars:
        if bar.key != OTHERS:
            values = trends.setdefault(bar.key, [0.0] * len(reading.spans))
            sums = bar.sums
            values[bar.span] += sums.cost_micros if reading.choice.measure == "cost" else sums.total_tokens
    return trends


def _line(
    place: int,
    group: UsageGroup,
    reading: UsageReading,
    targets: Targets,
    *,
    trend: Sequence[float],
    top: float,
    has_colours: bool,
    has_unicode: bool,
) -> Line:
    sums, total = group.sums, reading.total
    if reading.choice.measure == "cost":
        share = sums.cost_micros / total.cost_micros if total.cost_micros and sums.priced_requests else None
    else:
        share = sums.total_tokens / total.total_tokens if total.total_tokens else None
    return Line(
        group.key,
        (
            series_mark(place, group_tone(place, reading), has_colours=has_colours),
            name_cell(group.key, reading),
            Cell(solid_bar(share, SHARE_CELLS, is_ascii=not has_unicode), group_tone(place, reading)),
            Cell(percent(share), "dim"),
            Cell(sparkline(trend, TREND_CELLS, top=top, is_ascii=not has_unicode) if trend else "", "dim"),
            Cell(count(sums.requests), "dim"),
            _sum(sums.input_tokens, sums),
            _sum(sums.output_tokens, sums),
            tokens(sums.reasoning),
            _sum(sums.cache_read_tokens, sums),
            _sum(sums.cache_write_tokens, sums),
            _sum(sums.cache_write_1h_tokens, sums),
            judged(sums.cache_hit_rate, targets.cache_hit_percent),
            Cell(tokens(reading.stated[group.key], "estimate")) if group.key in reading.stated else "",
            cost_cell(sums),
            Cell(count(sums.unpriced_requests), "notice") if sums.unpriced_requests else "",
            Cell(cost_micros(sums.reported), "dim"),
            saved_cell(sums),
        ),
    )


def _sum(number: int, sums: UsageSums) -> CellLike:
    """Return tokens of one kind; unknown where no request is recorded."""
    return tokens(number) if sums.requests else Cell(UNKNOWN, "dim")


def series_mark(place: int, tone: Tone, *, has_colours: bool = True) -> Cell:
    """Return the sign with which the chart draws the group at index `place`."""
    return Cell("█" if has_colours else LETTERS[min(place, COLOURED_GROUPS)], tone)


def group_tone(place: int, reading: UsageReading) -> Tone:
    """Return the tone of the group at index `place`: its agent's, or one of its own for the first groups."""
    if place >= COLOURED_GROUPS:
        return "dim"
    if reading.choice.grouping != "agent":
        return SERIES[place]
    return agent_tones([group.key for group in reading.groups[: place + 1]])[place]


def name_cell(key: str, reading: UsageReading) -> CellLike:
    """Return the readable name of a group."""
    grouping = reading.choice.grouping
    if grouping == "session":
        return _session_cell(key, reading.sessions)
    if grouping == "project" and key:
        return StyledPieces((Cell(folder(key, reading.labels)), Cell(f"  {key}", "dim")))
    return key or Cell(f"(no {grouping_words(grouping)} recorded)", "dim")


def _session_cell(key: str, rows: Mapping[str, SessionRow]) -> CellLike:
    row = rows.get(key)
    if row is None:
        return Cell(f"session {key}", "dim")
    title = titled(row.title, is_shared=bool(row.person))
    return StyledPieces((title, Cell(f"  {row.agent_name} · {project_name(row)}", "dim")))


def short_name(key: str, reading: UsageReading) -> str:
    """Return a group's name for the chart's legend."""
    grouping = reading.choice.grouping
    if grouping == "session":
        row = reading.sessions.get(key)
        return row.title if row is not None and row.title else f"session {key}"
    if grouping == "project" and key:
        return folder(key, reading.labels)
    return key or f"(no {grouping_words(grouping)} recorded)"


def judged(ratio: float | None, least_percent: int) -> Cell:
    """Return a ratio as a cell, with a sign if it is below the least that the settings want."""
    if ratio is None:
        return Cell(UNKNOWN, "dim")
    is_missed = ratio * 100 < least_percent
    tone: Tone = "notice" if is_missed else "good"
    return Cell(percent(ratio) + (MISSED if is_missed else ""), tone)


def certainty_of(sums: UsageSums) -> Certainty:
    """Return how certain a cost is."""
    if sums.is_approximate:
        return "estimate"
    return "lower bound" if sums.is_lower_bound else "exact"


def cost_cell(sums: UsageSums) -> CellLike:
    """Return a cost with its certainty, or that no request has a price."""
    if sums.cost is None:
        return Cell("unpriced" if sums.requests else UNKNOWN, "notice" if sums.requests else "dim")
    return cost_micros(sums.cost, certainty_of(sums))


def saved_cell(sums: UsageSums) -> CellLike:
    """Return the saving by the cache, marked if it cost more than it saved."""
    if sums.saved is None:
        return Cell(UNKNOWN, "dim")
    return Cell(cost_micros(sums.saved), "notice" if sums.saved < 0 else "text")


def total_parts(reading: UsageReading) -> Sequence[Cell]:
    """Return the total of all groups."""
    total = reading.total
    stated = sum(reading.stated.values())
    parts = []
    if total.requests:
        parts += [
            Cell(f"{_cost_text(total)} at API prices", "heading"),
            Cell(f"{tokens(total.total_tokens)} tokens"),
            Cell(f"cache saved {cost_micros(total.saved)}"),
        ]
    if stated:
        parts.append(Cell(f"{tokens(stated, 'estimate')} tokens stated by programs", "dim"))
    if total.unpriced_requests:
        parts.append(Cell(f"{counted(total.unpriced_requests, 'request')} without a price", "notice"))
    if total.is_approximate:
        parts.append(Cell(f"~ of {count(total.uncut_requests)} forgotten only the hour is known", "dim"))
    if total.lower_bound_requests:
        parts.append(Cell(f"{count(total.lower_bound_requests)} recorded with too little", "dim"))
    return tuple(parts)


def _cost_text(sums: UsageSums) -> str:
    return UNKNOWN if sums.cost is None else cost_micros(sums.cost, certainty_of(sums))
