"""``ppp-tui predict``: how likely agents are to succeed at a task, by your own runs."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Any

import click

from ppp_tui.cli.completion import complete_agents, complete_projects
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import find_project
from ppp_tui.cli.report.report import Report, ReportField, Row, emit, fields_help
from ppp_tui.cli.report.searched import empty_answer
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.query import answer
from ppp_tui.query.scores.prediction import (
    MIN_RUNS,
    PlannedTask,
    Prediction,
    PredictionQuality,
    Predictor,
    settled_runs,
    task_kind,
)
from ppp_tui.text.format import counted, percent


def _percent(value: float) -> str:
    return percent(value)


_PREDICTION = (
    ReportField("agent", "agent"),
    ReportField("probability", "success", _percent, side="right"),
    ReportField("low"),
    ReportField("high"),
    ReportField("", "from … to", cell=lambda row: f"{_percent(row['low'])} to {_percent(row['high'])}"),
    ReportField("method", "by"),
    ReportField("runs", "runs"),
    ReportField("similar", "of", rank=2, trim="end"),
)


@click.command("predict", cls=ReportCommand, epilog=fields_help(_PREDICTION))
@click.argument("task", nargs=-1)
@click.option("--agent", default="", metavar="NAME", shell_complete=complete_agents, help="Only this agent.")
@click.option(
    "--project",
    default="",
    metavar="PROJECT",
    shell_complete=complete_projects,
    help="The task's project: its folder, the end of it, or its name.",
)
@click.option("--model", default="", metavar="NAME", help="The model that the agent will ask.")
@form_options
@common_options
@examples("predict Fix the flaky login test", "predict --agent claude --project shop Add a cart", "predict --json")
@pass_invocation
def predict_command(invocation: Invocation, /, task: tuple[str, ...], **options: Any) -> int:
    """Show how likely each agent is to succeed at a TASK, given in words, by your own runs.

    The figure is the base rate of similar runs (of the agent, the kind of task and the project, or fewer of these where
    there are too few runs), with the interval in which it lies with 95 %; or that of a small model of agent, model,
    project, kind, length and hour, where that predicted held-back runs of yours better than the base rate by more than
    chance. A run succeeded if its program stated so, or its goal was evaluated as achieved. There is no figure under 20
    runs of an agent. The task is not sent anywhere.

    Ends with status 1 if there is no figure.
    """
    output = output_of(invocation.zone, as_json=options["as_json"], as_csv=options["as_csv"])
    with closing(open_place(read_place(invocation))) as connection:
        history = answer(connection, settled_runs(output.zone))
        project = find_project(connection, "trajectories", options["project"]) if options["project"] else ""
        empty = empty_answer(connection, read_place(invocation), output, f"agent with {MIN_RUNS} runs that ended")
    predictor = Predictor(history)
    hour = datetime.fromtimestamp(SystemClock().now_ms() / 1000, output.zone).hour
    words = " ".join(task)
    agents = sorted({run.task.agent for run in history if options["agent"] in ("", run.task.agent)})
    predicted = [
        (agent, predictor.predict(PlannedTask(agent, words, project, options["model"], hour))) for agent in agents
    ]
    rows = [_row(agent, prediction) for agent, prediction in predicted if prediction is not None]
    rows.sort(key=lambda row: (-row["probability"], row["agent"]))
    quality = predictor.quality
    more = {"kind": task_kind(words), "runs": len(history), "quality": None if quality is None else _fields(quality)}
    report = Report("predict", _PREDICTION, rows, more=more, notes=["", *_notes(words, quality)], empty=empty)
    return emit(report, output)


def _row(agent: str, prediction: Prediction) -> Row:
    return {
        "agent": agent,
        "probability": round(prediction.probability, 4),
        "low": round(prediction.low, 4),
        "high": round(prediction.high, 4),
        "method": prediction.method,
        "runs": prediction.runs,
        "similar": prediction.similar,
    }


def _fields(quality: PredictionQuality) -> dict[str, Any]:
    return {
        "held_back": quality.held_back,
        "brier_base_rate": round(quality.brier_base, 4),
        "brier_model": round(quality.brier_model, 4),
        "is_model_better": quality.is_model_better,
        "calibration": [
            {"predicted": round(each.predicted, 4), "observed": round(each.observed, 4), "runs": each.runs}
            for each in quality.calibration
        ],
    }


def _notes(words: str, quality: PredictionQuality | None) -> list[str]:
    kind = f"The task is of the kind {task_kind(words)}." if words else "Without a task: all runs of an agent."
    if quality is None:
        return [kind, f"Too few runs to hold any back ({3 * MIN_RUNS} are needed): the base rate, its quality unknown."]
    used = "the model is used" if quality.is_model_better else "the base rate is used"
    calibration = ", ".join(f"{_percent(each.predicted)} → {_percent(each.observed)}" for each in quality.calibration)
    measured = (
        f"On {counted(quality.held_back, 'held-back run')} the Brier score is {quality.brier_base:.3f} for the base "
        f"rate and {quality.brier_model:.3f} for the model (less is better): {used}."
    )
    return [kind, measured, f"Predicted → came true, by fifths: {calibration}."]
