"""``ppp-tui evaluations``: how sessions went as a whole, and what says so."""

from __future__ import annotations

from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.question_options import list_filter, list_options, only_option, print_list
from ppp_tui.cli.report.report import ReportField, Row, fields_help
from ppp_tui.query.scores.evaluation_lists import evaluation_list


def _name(row: Row) -> str:
    return f"{row['name']} (unproven)" if row["is_proven"] is False else str(row["name"])


def _turns(row: Row) -> str:
    numbers = dict.fromkeys(piece["turn"] for piece in row["evidence"] if piece["turn"] is not None)
    return ", ".join(map(str, numbers))


_EVALUATION = (
    ReportField("session", "session"),
    ReportField("agent", "agent", rank=1),
    ReportField("project", "project", rank=5, trim="end"),
    ReportField("title", "title", rank=4, trim="end"),
    ReportField("at", "at", rank=6),
    ReportField("name"),
    ReportField("", "evaluation", cell=_name),
    ReportField("verdict", "verdict", tones={"bad": "red", "mixed": "yellow"}),
    ReportField("score", "score", lambda value: f"{value:.2f}"),
    ReportField("", "turns", cell=_turns, rank=2, trim="end"),
    ReportField("reason", "reason", trim="wrap"),
    ReportField("evidence"),
    ReportField("method", "by", rank=3, trim="end"),
    ReportField("is_proven"),
)


@click.command("evaluations", cls=ReportCommand, epilog=fields_help(_EVALUATION))
@click.option("--name", "names", multiple=True, metavar="NAME", help="Only this one, such as goal; more than once.")
@only_option("verdict", ["good", "mixed", "bad", "unknown"], "verdicts")
@list_options
@common_options
@examples("evaluations --session -1", "evaluations --name goal --verdict bad --since 7d", "evaluations --json")
@pass_invocation
def evaluations_command(
    invocation: Invocation, /, names: tuple[str, ...], verdicts: tuple[str, ...], **options: Any
) -> int:
    """Show how sessions went as a whole, by evaluation, with the turns that it rests on.

    Evaluations are goal, retention (of context), coherence and progression by rules, those of packages that you
    installed and, where your settings ask for it, those of a model. Retention is unproven: on sessions labelled by hand
    its rules agreed with the labels by chance alone, and it counts in no score. Ends with status 1 if there are none.
    """
    query = evaluation_list(list_filter(invocation, options, verdicts, names))
    return print_list(
        invocation, "evaluations", _EVALUATION, query, {**options, "levels": {"name": names, "verdict": verdicts}}
    )
