"""``ppp-tui retries``: failures that were tried again, of a session or summed."""

from __future__ import annotations

from contextlib import closing
from typing import get_args

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, form_options, output_of
from ppp_tui.cli.report.listing import ListField, described, report_of, tell
from ppp_tui.cli.report.output import At, Output, ratio
from ppp_tui.cli.report.project import find_project
from ppp_tui.cli.report.report import emit
from ppp_tui.cli.report.session import find_session
from ppp_tui.cli.report.time_options import bounded
from ppp_tui.query.connect import open_reader
from ppp_tui.query.quality.retry_history import By, attempts, chains, retry_sums, session_retries
from ppp_tui.query.query import answer
from ppp_tui.query.scope import Scope
from ppp_tui.text import format as shown

_CHAIN = (
    ListField("at", "at", lambda text: text[:19]),
    ListField("turn", "turn"),
    ListField("kind", "kind"),
    ListField("reason", "reason"),
    ListField("attempts", "attempts"),
    ListField("wait_ms", "waited", shown.duration),
    ListField("outcome", "outcome", lambda word: word.replace("_", " ")),
    ListField("succeeded_after", "succeeded after"),
    ListField("is_exhausted", ""),
    ListField("ended_at", ""),
    ListField("model", "model"),
    ListField("fallback_model", "fallback"),
    ListField("tool", "tool"),
    ListField("target", "of"),
)
_SUM = (
    ListField("group", "group"),
    ListField("kind", "kind"),
    ListField("chains", "failures"),
    ListField("attempts", "attempts"),
    ListField("recovered", "recovered"),
    ListField("gave_up", "gave up"),
    ListField("success_rate", "success", lambda rate: shown.percent(rate, decimals=1)),
    ListField("mean_attempts", "success after", lambda number: f"{number:.1f}"),
    ListField("mean_wait_ms", "mean wait", shown.duration),
    ListField("fallbacks", "fallbacks"),
)


@click.command("retries", epilog=f"{described(_CHAIN)} retries summary: {', '.join(field.name for field in _SUM)}.")
@click.argument("what", metavar="WHAT")
@click.option(
    "--by", type=click.Choice(get_args(By)), help="For the summary: what to sum by; hours are of the day, UTC."
)
@bounded("since", "until", "project", "agent", "model")
@form_options
@common_options
@pass_invocation
def retries_command(
    invocation: Invocation,
    what: str,
    by: By | None,
    since_ms: int | None,
    until_ms: int | None,
    project: str | None,
    agent: str | None,
    model: str | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Show what failed and was tried again in a session, or sums over all sessions.

    WHAT is a session (the number that search shows, or the agent's own id or its beginning), or `summary`. Requests to
    models fail for one of rate_limit, overloaded, timeout, network, auth, context, error and model_fallback; a tool
    counts (tool_failed) where the same call was made again after it had failed, with no file changed in between, or a
    file was edited or written after an edit of it had failed. A session's `max_retries_hit` are requests that were
    given up after they had been tried again, its `model_fallbacks` those that another model answered.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    if what != "summary":
        if by or any(bound is not None for bound in (since_ms, until_ms, project, agent, model)):
            raise click.UsageError("a session is shown whole: bounds and --by are for retries summary.")
        return _tell_session(invocation, what, output)
    with closing(open_reader(invocation.database_path)) as connection:
        folder = None if project is None else find_project(connection, "retry_hours", project)
        sums = answer(connection, retry_sums(Scope(since_ms, until_ms, folder, agent, model), by or "reason"))
    rows = [{**entry._asdict(), "group": entry.key, "success_rate": ratio(entry.success_rate)} for entry in sums]
    return tell(output, "retries-summary", _SUM, rows)


def _tell_session(invocation: Invocation, name: str, output: Output) -> int:
    session = find_session(invocation.database_path, name)
    with closing(open_reader(invocation.database_path)) as connection:
        found = answer(connection, chains(session.id))
        requests = answer(connection, attempts(session.id))
        sums = answer(connection, session_retries(session.id))
    rows = [
        {
            **chain._asdict(),
            "at": At(chain.started_at),
            "turn": chain.turn_number,
            "ended_at": None if chain.ended_at is None else At(chain.ended_at),
            "succeeded_after": chain.attempts if chain.outcome == "recovered" else None,
            "fallback_model": chain.fallback_model or None,
            "tool": chain.tool or None,
            "target": chain.target or None,
        }
        for chain in found
    ]
    told = [{**attempt._asdict(), "at": At(attempt.at)} for attempt in requests]
    notes = (f"{sums.max_retries_hit} given up after retries, {sums.model_fallbacks} answered by another model.",)
    more = {"session": {"session": session.id, **sums._asdict()}, "requests": told}
    return emit(report_of(output, "retries", _CHAIN, rows, more=more, notes=notes), output)
