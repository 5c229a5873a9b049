"""``ppp-tui questions``: what agents asked, how much of the user, and what the answers were."""

from __future__ import annotations

from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options
from ppp_tui.cli.report.listing import ListField, described, joined, minute
from ppp_tui.cli.report.question_options import chosen, list_options, middle_cut, tell
from ppp_tui.query.quality import question_lists as judged

_QUESTION = (
    ListField("session", "session"),
    ListField("turn", "turn"),
    ListField("agent", "agent"),
    ListField("project", "project"),
    ListField("title", "title", middle_cut),
    ListField("at", "at", minute),
    ListField("effort", "effort"),
    ListField("method", "method"),
    ListField("rule", "rule"),
    ListField("source", "source"),
    ListField("options", "options", lambda options: middle_cut(joined(options))),
    ListField("answered_at", "answered_at", minute),
    ListField("answer", "answer", middle_cut),
    ListField("answer_status", "answer_status"),
    ListField("question", "question", is_whole=True),
)


@click.command("questions", epilog=described(_QUESTION))
@click.option(
    "--effort",
    "efforts",
    multiple=True,
    type=click.Choice(["low", "medium", "high"]),
    help="Of this effort alone; may be given more than once.",
)
@list_options
@common_options
@pass_invocation
def questions_command(invocation: Invocation, /, efforts: tuple[str, ...], **options: Any) -> int:
    """List what agents asked you, how much each question asks, and what you answered.

    An answer's status is `given` through the question's own form, `reply` by what you wrote next, `rejected`, `empty`
    (submitted without an answer) or `failed` (you never saw it). Ends with status 1 if nothing is found.

    The sessions with the newest news come first, and in each what was asked last.
    """
    query = judged.questions(chosen(invocation, options, efforts, ()))
    return tell(invocation, "questions", _QUESTION, query, options)
