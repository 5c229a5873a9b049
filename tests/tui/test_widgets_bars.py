"""Small pictures made of text: sparklines, gauges, waterfalls, charts."""

from __future__ import annotations

import math

import pytest

from ppp_tui.text.format import tokens
from ppp_tui.tui.widgets.charts.plot import Plot, Series, draw, nice_ticks
from ppp_tui.tui.widgets.gauge import context_gauge, gauge_bar
from ppp_tui.tui.widgets.sparkline import sparkline
from ppp_tui.tui.widgets.tones import agent_tones
from ppp_tui.tui.widgets.waterfall import waterfall_bar


@pytest.mark.parametrize(
    ("values", "width", "shown"),
    [
        ([], 4, "    "),
        ([0, 0], 2, "▁▁"),
        ([0, 1, 7, 70], 4, "▁▂▂█"),
        ([None, 5], 2, " █"),
        ([1, 2, 3, 4, 5, 6, 7, 7], 8, "▂▃▄▅▆▇██"),
        ([9], 3, "  █"),
        ([1, 9, 0, 0], 2, "█▁"),
        ([1], 0, ""),
    ],
)
def test_sparklines(values: list[float | None], width: int, shown: str) -> None:
    assert sparkline(values, width) == shown


def test_a_sparkline_may_have_a_given_top() -> None:
    assert sparkline([1, 2], 2, top=14) == "▂▂"
    assert sparkline([20, 7], 2, top=14) == "█▅"


def test_a_sparkline_without_unicode() -> None:
    assert sparkline([0, 3, 7], 4, is_ascii=True) == " _:#"


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (None, "░░░░"),
        (0, "░░░░"),
        (0.01, "▓░░░"),
        (0.5, "▓▓░░"),
        (0.99, "▓▓▓░"),
        (1, "▓▓▓▓"),
        (1.7, "▓▓▓▓"),
        (-1, "░░░░"),
    ],
)
def test_gauge_is_full_only_at_100_percent(ratio: float | None, shown: str) -> None:
    assert gauge_bar(ratio, 4) == shown


def test_gauges_without_unicode() -> None:
    assert gauge_bar(0.5, 4, is_ascii=True) == "##--"


def test_context_in_words() -> None:
    def text(used: int | None, window: int | None) -> str:
        return "".join(cell.text for cell in context_gauge(used, window, 6).cells)

    assert text(68_000, 200_000) == "▓▓░░░░  34% of 200k"
    assert text(200_000, 200_000) == "▓▓▓▓▓▓ 100% of 200k"
    assert text(33_100, None) == "33.1k, window unknown"
    assert text(None, 200_000) == "–"
    tones = [cell.tone for cell in context_gauge(190_000, 200_000).cells]
    assert tones == ["notice", "notice"]
    estimate = context_gauge(68_000, 200_000, 6, "estimate").cells
    assert estimate[1].text == " ~34% of ~200k"


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (0, 1000, "██████████"),
        (200, 700, "  █████   "),
        (250, 600, "  ▐███    "),
        (250, 650, "  ▐███▌   "),
        (250, 650.5, "  ▐████   "),
        (500, 500, "     ▌    "),
        (550, 551, "     ▐    "),
        (1000, 1000, "         ▐"),
        (-500, 200, "██        "),
        (900, 9000, "         █"),
        (-500, -100, "          "),
        (2000, 3000, "          "),
        (None, 5, "          "),
        (700, None, "       ██▸"),
    ],
)
def test_waterfalls(start: int | None, end: int | None, shown: str) -> None:
    assert waterfall_bar(start, end, 0, 1000, 10) == shown


def test_waterfall_outside_of_its_span_is_cut() -> None:
    assert waterfall_bar(700, None, 0, 1000, 10, is_ascii=True) == "       ==>"
    assert waterfall_bar(1, 2, 5, 5, 3) == "   "


@pytest.mark.parametrize(
    ("top", "count", "ticks"),
    [
        (33_100, 4, [0, 10_000, 20_000, 30_000, 40_000]),
        (5, 5, [0, 1, 2, 3, 4, 5]),
        (7, 3, [0, 2.5, 5, 7.5]),
        (0, 3, [0, 1]),
        (float("nan"), 3, [0, 1]),
    ],
)
def test_ticks_are_round(top: float, count: int, ticks: list[float]) -> None:
    assert nice_ticks(top, count) == ticks


def text_rows(plot: Plot, width: int, height: int, *, has_colours: bool = True, is_ascii: bool = False) -> list[str]:
    rows = draw(plot, width, height, has_colours=has_colours, is_ascii=is_ascii)
    return ["".join(piece.text for piece in row).rstrip() for row in rows]


LINES = Plot(
    (Series("up", ((0, 0), (10, 1000))), Series("down", ((0, 1000), (10, 0)))),
    tokens,
    lambda x: f"{x:.0f}s",
)


def test_lines_without_colours_have_marks_of_their_own() -> None:
    assert text_rows(LINES, 24, 6, is_ascii=True) == [
        "1.0k|+++             ***",
        "    |   ++++++ ******",
        "    |   ******+++++++",
        "   0|***             +++",
        "    +-------------------",
        "     0s              10s",
    ]


def test_a_chart_may_be_wider_than_the_terminal_of_standard_output() -> None:
    assert max(len(row.rstrip()) for row in text_rows(LINES, 150, 6, is_ascii=True)) == 150


def test_pieces_name_their_series() -> None:
    rows = draw(LINES, 30, 8)
    assert {piece.series for row in rows for piece in row} == {None, 0, 1}
    assert all(piece.series is None for piece in rows[-1])


def test_chart_without_values_has_no_rows() -> None:
    assert draw(Plot((), tokens), 40, 10) == []
    assert draw(Plot((Series("a", ((0, math.nan),)),), tokens), 40, 10) == []
    assert draw(LINES, 10, 10) == []
    assert draw(LINES, 40, 2) == []


def test_a_single_point_and_values_that_are_no_numbers() -> None:
    plot = Plot((Series("a", ((5, 7), (6, math.inf))),), tokens)
    rows = draw(plot, 40, 8)
    assert len(rows) == 8
    assert any(piece.series == 0 for row in rows for piece in row)


def test_an_agent_keeps_its_tone_and_no_two_of_a_chart_share_one() -> None:
    assert agent_tones(["codex", "claude"]) == ["series-1", "series-4"]
    names = ["claude", "codex", "gemini", "opencode", "qwen", "copilot", "another"]
    assert len(set(agent_tones(names)[:6])) == 6
    assert agent_tones(names)[6] == "dim"
    assert agent_tones(["x", "x"])[0] != agent_tones(["x", "x"])[1]
