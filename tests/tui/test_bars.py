"""Stacked bars: heights are true to an eighth of a cell, and a small series is never drawn taller than it is."""

from __future__ import annotations

import pytest

from ppp_tui.text.format import tokens
from ppp_tui.tui.widgets.charts.bars import Bar, BarPiece, BarPlot, BarSeries, draw_bars, lay_out_bars, share_out
from ppp_tui.tui.widgets.sparkline import tall_bars

TWO = (BarSeries("big", "series-1"), BarSeries("small", "series-2"))


def plot(*values: tuple[float, ...], top: float | None = None, before: float | None = None) -> BarPlot:
    """Bars named by letters."""
    bars = tuple(Bar("abcdefgh"[place % 8], parts, before) for place, parts in enumerate(values))
    return BarPlot(TWO[: len(values[0])], bars, tokens, top)


def rows_of(drawn: list[list[BarPiece]]) -> list[str]:
    return ["".join(piece.text for piece in row).rstrip() for row in drawn]


def test_two_cents_of_a_dollar_do_not_take_half_of_the_bar() -> None:
    drawn = draw_bars(plot((1.25, 0.02)), 30, 8)
    # Five rows are 40 eighths, of which 0.02 of 1.27 is one: the upper eighth of the highest cell.
    assert {piece.tone for row in drawn for piece in row if "█" in piece.text} == {"series-1"}
    assert [(piece.text[0], piece.ground) for row in drawn for piece in row if piece.ground] == [("▇", "series-2")]


def test_a_share_is_drawn_to_the_eighth_within_a_cell() -> None:
    drawn = draw_bars(plot((13.0, 3.0), top=16.0), 30, 5)
    split = [piece for row in drawn for piece in row if piece.ground is not None]
    # Two rows are 16 eighths: 13 for the lower series, so five of the upper cell.
    assert [(piece.text[0], piece.tone, piece.ground) for piece in split] == [("▅", "series-1", "series-2")]


def test_shares_are_handed_out_by_the_largest_remainder() -> None:
    assert share_out([1, 1, 1], 8) == [3, 3, 2]
    assert share_out([0.5, 0.3, 0.2], 5) == [3, 1, 1]
    assert share_out([0, -3, 2], 4) == [0, 0, 4]
    assert share_out([0, 0], 4) == [0, 0]


def test_small_value_has_a_visible_bar_and_zero_has_none() -> None:
    rows = rows_of(draw_bars(plot((1000.0,), (1.0,), (0.0,)), 40, 8))
    axis = rows[-2].index("┼")
    lowest = rows[-3][axis + 1 :]
    assert "▁" in lowest
    assert lowest.count("▁") == lay_out_bars(plot((1000.0,), (1.0,), (0.0,)), 40).bar


def test_all_bars_are_equally_wide_and_stand_on_the_axis() -> None:
    rows = rows_of(draw_bars(plot((4.0,), (4.0,), (4.0,)), 40, 8))
    widths = {len(run) for run in rows[-3].split("│")[1].split()}
    assert widths == {lay_out_bars(plot((4.0,), (4.0,), (4.0,)), 40).bar}
    assert rows[-2].lstrip().startswith("0 ┼")


def test_more_bars_than_cells_are_added_up() -> None:
    many = BarPlot(TWO[:1], tuple(Bar(str(place), (1.0,)) for place in range(100)), tokens)
    layout = lay_out_bars(many, 40)
    assert (layout.slot, layout.merged) == (1, 3)
    assert layout.bar_at(layout.gutter + 2) == 6
    assert layout.bar_at(0) is None


def test_letters_tell_series_apart_where_colours_do_not() -> None:
    drawn = draw_bars(plot((2.0, 2.0)), 30, 7, has_colours=False)
    letters = [[piece.text[0] for piece in row if piece.tone.startswith("series")] for row in drawn]
    assert letters == [[], ["+"], ["+"], ["*"], ["*"], [], []]


def test_ascii_chart_has_ascii_characters_only() -> None:
    drawn = draw_bars(plot((3.0, 1.0), before=8.0), 40, 9, cursor=0, is_ascii=True)
    assert all(row.isascii() for row in rows_of(drawn))


def test_period_before_is_drawn_as_a_shadow() -> None:
    rows = rows_of(draw_bars(plot((2.0,), before=8.0, top=8.0), 30, 11))
    assert sum("░" in row for row in rows) == 8


def test_the_cursor_is_marked_without_a_colour() -> None:
    assert "━" in rows_of(draw_bars(plot((2.0,), (3.0,)), 30, 8, cursor=1))[-2]
    assert "━" not in rows_of(draw_bars(plot((2.0,), (3.0,)), 30, 8))[-2]


def test_figure_stands_on_its_bar_and_labels_are_sanitized() -> None:
    bars = BarPlot(TWO[:1], (Bar("a\x1b", (1.0,), None, "1"), Bar("b", (2.0,), None, "2")), tokens)
    rows = rows_of(draw_bars(bars, 30, 9))
    assert rows[-1].split() == ["a␛", "b"]
    assert rows[0].split()[-1] == "2"


@pytest.mark.parametrize(("width", "height"), [(10, 10), (40, 3)])
def test_chart_without_room_has_no_rows(width: int, height: int) -> None:
    assert draw_bars(plot((2.0,)), width, height) == []


def test_chart_without_values_has_no_rows() -> None:
    assert draw_bars(plot((0.0,), (0.0,)), 40, 10) == []


def test_small_charts_keep_the_scale_that_they_are_given() -> None:
    assert tall_bars([1, 2], 4, 2, 4.0) == ["    ", "▄▄██"]
    assert tall_bars([4.0, 0.0], 2, 1, 4.0, is_ascii=True) == ["# "]


def test_figures_of_narrow_bars_keep_apart() -> None:
    bars = tuple(Bar(str(number), (100.0,), None, "100") for number in range(4))
    plot = BarPlot((BarSeries("passed", "good"),), bars, lambda value: f"{value:.0f}%", top=100.0)
    rows = ["".join(piece.text for piece in row) for row in draw_bars(plot, 6 + 4 * 3, 6)]
    assert not any("100100" in row for row in rows)
    wide = ["".join(piece.text for piece in row) for row in draw_bars(plot, 6 + 4 * 4, 6)]
    assert any("100 100 100 100" in row for row in wide)
