"""Turns as lines of a table. Pure."""

from __future__ import annotations

from datetime import tzinfo

from ppp_tui.query.rows import TurnSummary
from ppp_tui.text.format import UNKNOWN, clock_time, count, duration
from ppp_tui.tui.panes.session_cells import spend_text, tokens_text
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.lines import Cell, Line
from ppp_tui.tui.widgets.tones import Tone

COST_BAR = 6
"""Width of the bar beside a turn's cost."""

TURN_COLUMNS = (
    Column("number", "#", width=4, align="right", priority=200),
    Column("when", "when", width=8, priority=70),
    Column("wall", "wall", width=7, align="right", priority=130),
    Column("tokens", "tokens", width=6, align="right", priority=80),
    Column("cost", "cost", width=7, align="right", priority=140),
    Column("bar", "", width=COST_BAR, priority=105),
    Column("questions", "?", width=5, align="right", priority=110),
    Column("errors", "✕", width=3, align="right", priority=120),
    Column("violations", "!", width=2, align="right", priority=75),
    Column("turn", "turn", weight=1, min_width=10, priority=190),
)

_TURN_TONES: dict[str, Tone] = {"open": "working", "failed": "stuck", "interrupted": "notice"}


def turn_line(turn: TurnSummary, zone: tzinfo, dearest_micros: int = 0, *, is_ascii: bool = False) -> Line:
    """Return a turn as a table line; `dearest_micros` is the cost of the session's dearest turn."""
    number = "·" if turn.is_preamble else str(turn.number)
    mark = " (taken back)" if turn.is_rolled_back else " (copy)" if turn.is_copy else ""
    headline = turn.headline.strip().partition("\n")[0]
    if not headline:
        headline = "before the first prompt" if turn.is_preamble else f"({turn.status})"
    untimed = "…" if turn.status == "open" else UNKNOWN
    efforts = turn.efforts
    errors = turn.failed_steps + turn.retries
    share = turn.spend.cost_micros / dearest_micros if dearest_micros > 0 else None
    return Line(
        turn.number,
        (
            Cell(number, _TURN_TONES.get(turn.status, "text")),
            Cell(clock_time(turn.started_at or None, zone), "dim"),
            Cell(duration(turn.wall_ms), "text") if turn.wall_ms is not None else Cell(untimed, "dim"),
            Cell(tokens_text(turn.spend), "dim" if turn.spend.all_tokens is None else "text"),
            spend_text(turn.spend),
            Cell(solid_bar(share, COST_BAR, is_ascii=is_ascii), "accent"),
            f"{efforts.low}·{efforts.medium}·{efforts.high}" if efforts.total else Cell(UNKNOWN, "dim"),
            Cell(count(errors), "notice") if errors else Cell(UNKNOWN, "dim"),
            Cell(count(turn.violations), "notice") if turn.violations else Cell(UNKNOWN, "dim"),
            headline + mark,
        ),
        "dim" if turn.is_rolled_back or turn.is_copy else "text",
    )


def missing_turn_line(number: int) -> Line:
    """Return the table line of a number that no turn has."""
    return Line(number, (Cell(f"  {number}  not in the database", "dim"),), is_heading=True)
