"""How likely agents are to succeed, as lines and as a chart; no figure where there are too few runs."""

from __future__ import annotations

from ppp_tui.query.scores.prediction import PlannedTask, PredictionQuality, SettledRun
from ppp_tui.scoring.prediction.success import CalibrationBin
from ppp_tui.tui.panes.quality.success_cells import (
    SuccessReport,
    kind_lines,
    quality_text,
    success_lines,
    success_plot,
    success_report,
)
from tests.tui.cell_texts import cell_texts

QUALITY = PredictionQuality(30, 0.2, 0.15, is_model_better=True, calibration=(CalibrationBin(0.4, 0.5, 30),))


def runs(agent: str, prompt: str, count: int, successes: int) -> list[SettledRun]:
    return [SettledRun(PlannedTask(agent, prompt), number < successes) for number in range(count)]


HISTORY = [*runs("claude", "Fix it", 20, 15), *runs("claude", "Add it", 5, 5), *runs("codex", "Fix it", 19, 19)]


def test_agents_with_the_most_runs_stand_first_and_too_few_runs_have_no_figure() -> None:
    report = success_report(HISTORY)
    assert [cell_texts(line.cells) for line in success_lines(report)] == [
        ["claude", "80%", "61% to 91%", "base rate", "25"],
        ["codex", "–", "under 20", "–", "19"],
    ]
    assert [cell_texts(line.cells) for line in kind_lines(report.agents[0])] == [
        ["fix", "20", "75%", "53% to 89%"],
        ["add", "5", "–", "under 20"],
    ]


def test_chart_stands_what_came_true_over_what_was_predicted() -> None:
    plot = success_plot(SuccessReport((), QUALITY))
    assert plot is not None
    [bar] = plot.bars
    assert (bar.label, bar.values, bar.before, bar.figure) == ("said 40%", (0.5,), 0.4, "50%")
    assert success_plot(SuccessReport((), None)) is None


def test_title_says_which_way_is_used_and_why() -> None:
    assert quality_text(QUALITY).startswith(
        "Brier score on 30 held-back runs: base rate 0.200, model 0.150: the model is used."
    )
    assert "the base rate is used" in quality_text(QUALITY._replace(is_model_better=False))
    assert quality_text(None) == "base rates; 60 runs are needed to measure them"
