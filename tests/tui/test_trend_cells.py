"""Trends as lines, as a chart and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from ppp_tui.query.measures import MEASURES
from ppp_tui.query.trends import MeasuredTrend, TrendPoint, judged_trend
from ppp_tui.tui.panes.trend_cells import trend_lines, trend_plot, trend_point_lines, trend_summary
from ppp_tui.tui.widgets.lines import Cell
from tests.tui.cell_texts import cell_texts

DAY = 86_400_000
STEADY = [4e6, 5e6, 6e6] * 5
"""Dollars a day in millionths."""


def measured(name: str, values: Sequence[float | None], shown: int) -> MeasuredTrend:
    """Days from 1970-01-01 on; None is a day without any work."""
    points = [TrendPoint(number * DAY, value, 0.0 if value is None else 1.0) for number, value in enumerate(values)]
    return judged_trend(MEASURES[name], points, shown, "day")


def test_line_of_a_measure_tells_newest_usual_and_unusual() -> None:
    [line] = trend_lines([measured("cost", [*STEADY, 50e6, None], 4)], UTC)
    assert line.key == "cost"
    assert cell_texts(line.cells) == ["cost", f"{'▂▂█ ':>20}", "$50.00!", "$5.00", "1", "no"]
    assert line.cells[2] == Cell("$50.00!", "notice")


def test_line_of_a_measure_tells_the_last_change_of_its_level() -> None:
    [line] = trend_lines([measured("sessions", [*[1.0, 2.0, 1.0] * 5, *[9.0, 8.0, 9.0] * 5], 20)], UTC)
    assert cell_texts(line.cells)[-1] == "1970-01-16 1 → 9"


def test_days_stand_newest_first_with_before_usual_and_marks() -> None:
    lines = trend_point_lines(measured("cost", [*STEADY, 50e6, None], 2), UTC)
    assert [cell_texts(line.cells) for line in lines] == [
        ["1970-01-17", "–", "$6.00", "$1.94 to $12.88", ""],
        [
            "1970-01-16",
            "$50.00!",
            "$5.00",
            "$1.94 to $12.88",
            "1970-01-16: $50.00 is unusually high; $1.94 to $12.88 was usual (the 15 days before).",
        ],
    ]


def test_chart_has_unusual_days_in_a_series_of_their_own_over_the_span_before() -> None:
    plot = trend_plot(measured("cost", [*STEADY, 50e6, 5e6], 2), UTC)
    assert plot is not None
    assert [bar.values for bar in plot.bars] == [(0.0, 50e6), (5e6, 0.0)]
    assert [bar.before for bar in plot.bars] == [5e6, 6e6]
    assert [series.name for series in plot.series] == ["usual", "unusual"]


def test_scores_have_no_bars_since_they_may_be_below_zero() -> None:
    assert trend_plot(measured("r_proact", [0.05, -0.5], 2), UTC) is None


def test_summary_without_news_says_what_is_usual_or_that_it_is_unknown() -> None:
    assert trend_summary(measured("cost", [5e6] * 12, 2), UTC).text == "cost as usual: $3.52 to $7.10 a day"
    few = trend_summary(measured("cost", [5e6] * 3, 2), UTC)
    assert few == Cell("cost: too few days with work to tell what is usual", "dim")


def test_summary_tells_the_newest_anomaly_as_a_notice() -> None:
    told = trend_summary(measured("cost", [*STEADY, 50e6], 3), UTC)
    assert told.tone == "notice"
    assert told.text.startswith("1970-01-16: $50.00 is unusually high; ")
