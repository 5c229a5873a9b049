"""``ppp-tui questions``: what agents asked the person, and how much each question asks of them."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import get_args

import click

from ppp_tui.cli.behind_scores import chosen_sessions, tell
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options
from ppp_tui.model.clock import to_text
from ppp_tui.model.question import Effort
from ppp_tui.query.connect import open_reader
from ppp_tui.query.consensus import questions_of
from ppp_tui.query.query import answer


@click.command("questions")
@click.argument("session", metavar="[SESSION]", required=False)
@click.option("--effort", type=click.Choice(get_args(Effort)), default=None, help="Questions of this effort alone.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Questions at most.")
@click.option("--json", "as_json", is_flag=True, help="As JSON lines.")
@common_options
@pass_invocation
def questions_command(
    invocation: Invocation, session: str | None, effort: Effort | None, limit: int, as_json: bool
) -> int:
    """List the questions that agents asked you, with how much each asks of you.

    Those of the newest sessions, or of SESSION alone. Ends with status 1 if there is none.
    """
    path = invocation.archive_path
    with closing(open_reader(path)) as connection:
        found = (
            {
                "session": row.id, "turn": line.turn_number, "agent": row.agent_name, "effort": line.effort,
                "method": line.method, "rule": line.rule, "source": line.source,
                "asked_at": None if line.asked_at is None else to_text(line.asked_at), "text": line.text,
                "options": list(line.options),
            }
            for row in chosen_sessions(connection, path, session, "questions")
            for line in answer(connection, questions_of(row.id))
            if effort in (None, line.effort)
        )  # fmt: skip
        rows = list(islice(found, limit))
    return tell(rows, ("agent", "effort", "method", "rule", "source", "asked_at", "text", "options"), as_json=as_json)
