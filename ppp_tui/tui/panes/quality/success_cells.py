"""How likely each agent is to succeed, as table lines, by kind of task behind each, and as a chart. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ppp_tui.query.scores.prediction import (
    KINDS,
    MIN_RUNS,
    PlannedTask,
    Prediction,
    PredictionQuality,
    Predictor,
    SettledRun,
    Share,
    task_kind,
    wilson_interval,
)
from ppp_tui.text.format import UNKNOWN, count, counted, percent
from ppp_tui.tui.widgets.charts.bars import Bar, BarPlot, BarSeries
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, Line
from ppp_tui.tui.widgets.tones import agent_tone

SUCCESS_COLUMNS = (
    Column("agent", "agent", weight=1, min_width=8, priority=200),
    Column("success", "success", width=7, align="right", priority=190),
    Column("interval", "from to", width=12, align="right", priority=180),
    Column("method", "by", width=9, priority=150),
    Column("runs", "runs", width=6, align="right", priority=170),
)
"""Columns of agents."""

KIND_COLUMNS = (
    Column("kind", "kind of task", weight=1, min_width=10, priority=200),
    Column("runs", "runs", width=6, align="right", priority=170),
    Column("success", "succeeded", width=9, align="right", priority=190),
    Column("interval", "from to", width=12, align="right", priority=180),
)
"""Columns of the kinds of tasks of an agent."""


class KindRate(NamedTuple):
    """How often an agent succeeded at tasks of a kind."""

    kind: str
    successes: int
    runs: int


class AgentSuccess(NamedTuple):
    """How likely an agent is to succeed at any task, and how often it did by kind."""

    agent: str
    prediction: Prediction | None
    """None under `MIN_RUNS` runs."""
    runs: int
    kinds: tuple[KindRate, ...]
    """Those with the most runs first."""


class SuccessReport(NamedTuple):
    """All agents, and how predictions did on held-back runs."""

    agents: tuple[AgentSuccess, ...]
    quality: PredictionQuality | None


def success_report(history: Sequence[SettledRun]) -> SuccessReport:
    """Predict each agent's success at a task of which nothing is known. Up to a second: not for the event loop."""
    predictor = Predictor(history)
    by_agent: dict[str, list[SettledRun]] = {}
    for run in history:
        by_agent.setdefault(run.task.agent, []).append(run)
    agents = [
        AgentSuccess(agent, predictor.predict(PlannedTask(agent, "")), len(runs), _kinds(runs))
        for agent, runs in sorted(by_agent.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    ]
    return SuccessReport(tuple(agents), predictor.quality)


def _kinds(runs: Sequence[SettledRun]) -> tuple[KindRate, ...]:
    rates = []
    for kind in KINDS:
        of_kind = [run for run in runs if task_kind(run.task.prompt) == kind]
        if of_kind:
            rates.append(KindRate(kind, sum(run.is_success for run in of_kind), len(of_kind)))
    return tuple(sorted(rates, key=lambda rate: -rate.runs))


def success_lines(report: SuccessReport) -> list[Line]:
    """Return a line for each agent; one with too few runs has no figure."""
    lines = []
    for each in report.agents:
        predicted = each.prediction
        figures: tuple[Cell, ...] = (Cell(UNKNOWN, "dim"), Cell(f"under {MIN_RUNS}", "dim"), Cell(UNKNOWN, "dim"))
        if predicted is not None:
            figures = (
                Cell(percent(predicted.probability), "strong"),
                Cell(_interval(predicted.low, predicted.high), "dim"),
                Cell(predicted.method, "dim"),
            )
        name = Cell(each.agent, agent_tone(each.agent))
        lines.append(Line(each.agent, (name, *figures, Cell(count(each.runs), "dim"))))
    return lines


def kind_lines(agent: AgentSuccess) -> list[Line]:
    """Return a line for each kind of task of an agent; a kind with too few runs has no rate."""
    lines = []
    for rate in agent.kinds:
        is_enough = rate.runs >= MIN_RUNS
        low, high = wilson_interval(Share(rate.successes, rate.runs))
        cells = (
            rate.kind,
            Cell(count(rate.runs), "dim"),
            Cell(percent(rate.successes / rate.runs), "strong") if is_enough else Cell(UNKNOWN, "dim"),
            Cell(_interval(low, high) if is_enough else f"under {MIN_RUNS}", "dim"),
        )
        lines.append(Line(rate.kind, cells))
    return lines


def success_plot(report: SuccessReport) -> BarPlot | None:
    """Return predictions beside what came of them on held-back runs, by fifths; None where none were held back."""
    if report.quality is None:
        return None
    bars = tuple(
        Bar(f"said {percent(each.predicted)}", (each.observed,), each.predicted, percent(each.observed))
        for each in report.quality.calibration
    )
    return BarPlot(
        (BarSeries("came true, over what was predicted", "series-1"),), bars, lambda value: percent(value), 1.0
    )


def quality_text(quality: PredictionQuality | None) -> str:
    """Return which way is used, and why, for the title of the chart."""
    if quality is None:
        return f"base rates; {3 * MIN_RUNS} runs are needed to measure them"
    used = "the model is used" if quality.is_model_better else "the base rate is used"
    return (
        f"Brier score on {counted(quality.held_back, 'held-back run')}: base rate {quality.brier_base:.3f}, "
        f"model {quality.brier_model:.3f}: {used}. Bars are what came true, shadows what was predicted"
    )


def _interval(low: float, high: float) -> str:
    return f"{percent(low)} to {percent(high)}"
