"""Charts of a page as SVG: what each turn cost, and how full the context was after it."""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.query.rows import TurnSummary
from ppp_tui.text.format import cost_micros, percent

WIDTH, HEIGHT = 900, 120
LEFT, BOTTOM = 60, 20
"""Room for the figures beside and below a chart."""


def turn_charts(turns: Sequence[TurnSummary]) -> str:
    """Return bars of the cost of each turn and a line of the context; '' for what is known of fewer than two turns."""
    return _cost_chart(turns) + _context_chart(turns)


def _cost_chart(turns: Sequence[TurnSummary]) -> str:
    priced = [turn for turn in turns if turn.spend.known_cost_micros is not None]
    most = max((turn.spend.cost_micros for turn in priced), default=0)
    if len(priced) < 2 or not most:
        return ""
    slot = (WIDTH - LEFT) / len(turns)
    bars = []
    for place, turn in enumerate(turns):
        height = turn.spend.cost_micros / most * (HEIGHT - BOTTOM - 10)
        x, y = LEFT + place * slot, HEIGHT - BOTTOM - height
        label = f"turn {turn.number}: {cost_micros(turn.spend.cost_micros)}"
        bars.append(
            f'<a href="#t{turn.number}"><rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{max(1.0, slot - 1):.1f}" '
            f'height="{height:.1f}"><title>{label}</title></rect></a>'
        )
    return _svg("cost of each turn", cost_micros(most), "".join(bars), turns)


def _context_chart(turns: Sequence[TurnSummary]) -> str:
    filled = [
        (place, turn.context_tokens / turn.context_window)
        for place, turn in enumerate(turns)
        if turn.context_tokens and turn.context_window
    ]
    if len(filled) < 2:
        return ""
    slot = (WIDTH - LEFT) / len(turns)
    points = " ".join(
        f"{LEFT + (place + 0.5) * slot:.1f},{HEIGHT - BOTTOM - min(1.0, share) * (HEIGHT - BOTTOM - 10):.1f}"
        for place, share in filled
    )
    newest = percent(filled[-1][1])
    return _svg(
        f"context window, {newest} full at the end", "100%", f'<polyline class="line" points="{points}"/>', turns
    )


def _svg(title: str, top: str, marks: str, turns: Sequence[TurnSummary]) -> str:
    base = HEIGHT - BOTTOM
    return (
        f'<figure><figcaption class="meta">{title}</figcaption>\n'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">'
        f'<text x="{LEFT - 6}" y="16" text-anchor="end">{top}</text>'
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH}" y1="{base}" y2="{base}"/>{marks}'
        f'<text x="{LEFT}" y="{HEIGHT - 5}">turn {turns[0].number}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT - 5}" text-anchor="end">turn {turns[-1].number}</text></svg></figure>\n'
    )
