"""``ppp-tui questions``: what agents asked, at which effort for the user, and the answers."""

from __future__ import annotations

from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.question_options import list_filter, list_options, only_option, print_list
from ppp_tui.cli.report.report import ReportField, fields_help
from ppp_tui.query.quality import question_lists

_QUESTION = (
    ReportField("session", "session"),
    ReportField("turn", "turn"),
    ReportField("agent", "agent", rank=2),
    ReportField("project", "project", rank=4, trim="end"),
    ReportField("title", "title", rank=5, trim="end"),
    ReportField("at", "asked at", rank=3),
    ReportField("effort", "effort", tones={"high": "yellow"}),
    ReportField("method", "judged by", rank=9),
    ReportField("rule", "rule", rank=9),
    ReportField("source", "source", rank=9),
    ReportField("options", "options", rank=8, trim="middle"),
    ReportField("answered_at", "answered at", rank=7),
    ReportField("answer", "answer", rank=1, trim="wrap", least=18),
    ReportField("answer_status", "status", rank=6),
    ReportField("question", "question", trim="wrap", least=34),
)


@click.command("questions", cls=ReportCommand, epilog=fields_help(_QUESTION))
@only_option("effort", ["low", "medium", "high"], "efforts")
@list_options
@common_options
@examples("questions --effort high", "questions --session -1", "questions --project shop --since 7d --csv")
@pass_invocation
def questions_command(invocation: Invocation, /, efforts: tuple[str, ...], **options: Any) -> int:
    """List what agents asked you, how much each question asks, and what you answered.

    An answer's status is `given` through the question's own form, `reply` by what you wrote next, `rejected`, `empty`
    (submitted without an answer) or `failed` (you never saw it). Ends with status 1 if there are none.

    The sessions with the newest news come first, and in each what was asked last.
    """
    query = question_lists.questions(list_filter(invocation, options, efforts, ()))
    return print_list(invocation, "questions", _QUESTION, query, {**options, "levels": {"effort": efforts}})
