"""``ppp-tui retries``: failures that were tried again, of a session or summed."""

from __future__ import annotations

from contextlib import closing
from typing import Unpack, get_args

import click

from ppp_tui.cli.completion import complete_sessions
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.output import At, Output, as_ratio
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import scope_of
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.session import find_session, session_title
from ppp_tui.cli.report.time_options import ModelBounds, bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.retry_history import (
    By,
    agents_not_recording_failures,
    attempts,
    chains,
    retry_sums,
    session_retries,
)
from ppp_tui.query.query import answer
from ppp_tui.sources.registry import find_source
from ppp_tui.text import format as shown

_CHAIN = (
    ReportField("at", "at", has_seconds=True),
    ReportField("turn", "turn"),
    ReportField("kind", "kind"),
    ReportField("reason", "reason"),
    ReportField("attempts", "attempts", rank=4),
    ReportField("wait_ms", "waited", shown.duration, rank=3),
    ReportField("outcome", "outcome", lambda word: word.replace("_", " "), tones={"gave up": "red"}),
    ReportField("succeeded_after", "succeeded after", rank=6),
    ReportField("is_exhausted"),
    ReportField("ended_at"),
    ReportField("model", "model", rank=5),
    ReportField("fallback_model", "fallback", rank=5),
    ReportField("tool", "tool", rank=1),
    ReportField("target", "of", trim="end", rank=1),
)
_SUM = (
    ReportField("group", "group", trim="start"),
    ReportField("kind", "kind"),
    ReportField("chains", "failures"),
    ReportField("attempts", "attempts", rank=4),
    ReportField("recovered", "recovered", rank=1),
    ReportField("gave_up", "gave up", rank=2),
    ReportField("success_rate", "success", lambda rate: shown.percent(rate, decimals=1)),
    ReportField("mean_attempts", "success after", lambda number: f"{number:.1f}", rank=5),
    ReportField("mean_wait_ms", "mean wait", shown.duration, rank=3),
    ReportField("fallbacks", "fallbacks", rank=6),
)


@click.command(
    "retries",
    cls=SessionCommand,
    epilog=f"{fields_help(_CHAIN)} retries summary: {', '.join(field.name for field in _SUM)}.",
)
@click.argument("subject", metavar="[WHAT]", default="@-1", shell_complete=complete_sessions)
@click.option("--by", type=click.Choice(get_args(By)), help="For the summary: what to sum by; hours are of your day.")
@bound_options("since", "until", "project", "agent", "model")
@form_options
@common_options
@examples("retries -1", "retries summary --by tool --since 30d", "retries 12 --json")
@pass_invocation
def retries_command(
    invocation: Invocation, /, subject: str, by: By | None, as_json: bool, as_csv: bool, **bounds: Unpack[ModelBounds]
) -> int:
    """Show what failed and was tried again in a session, or sums over all sessions.

    WHAT is a session (its number, the agent's own id or its beginning, or -1 for the newest, which is meant without
    it), or `summary`. Requests to
    models fail for one of rate_limit, overloaded, timeout, network, auth, context, error and model_fallback; a tool
    counts (tool_failed) where the same call was made again after it had failed, with no file changed in between, or a
    file was edited or written after an edit of it had failed. A session's `max_retries_hit` are requests that were
    given up after they had been tried again, its `model_fallbacks` those that another model answered.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    if subject != "summary":
        if by or any(bound is not None for bound in bounds.values()):
            raise click.UsageError("a session is shown whole: bounds and --by are for retries summary.")
        return _print_session(invocation, subject, output)
    with closing(open_place(read_place(invocation))) as connection:
        sums = answer(connection, retry_sums(scope_of(connection, bounds, "retry_hours"), by or "reason", output.zone))
        fields = list(_SUM)
        if by == "project":
            fields[0] = fields[0]._replace(show=answer(connection, project_labels()).of)
        empty = "" if sums else empty_answer(connection, read_place(invocation), output, "failures", bounds)
        silent = answer(connection, agents_not_recording_failures())
    rows = [{**entry._asdict(), "group": entry.key, "success_rate": as_ratio(entry.success_rate)} for entry in sums]
    untold = f"Failed requests of {', '.join(silent)} are not recorded; their tools' failures are counted."
    report = Report(
        schema="retries-summary",
        fields=fields,
        rows=rows,
        more={"failed_requests_not_recorded_by": silent},
        title=bounded_title(f"Failures by {by or 'reason'}", bounds, output),
        notes=[untold] if silent else [],
        empty=f"{empty} {untold}" if silent else empty,
    )
    return emit(report, output)


def _print_session(invocation: Invocation, name: str, output: Output) -> int:
    session = find_session(read_place(invocation), name)
    with closing(open_place(read_place(invocation))) as connection:
        failures = answer(connection, chains(session.id))
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
        for chain in failures
    ]
    attempt_rows = [{**attempt._asdict(), "at": At(attempt.at)} for attempt in requests]
    notes = [f"{sums.max_retries_hit} given up after retries, {sums.model_fallbacks} answered by another model."]
    more = {"session": {"session": session.id, **sums._asdict()}, "requests": attempt_rows}
    title = session_title(session)
    empty = f"Nothing failed in session {title}."
    source = find_source(session.source)
    if source is not None and not source.capabilities.retries:
        untold = f"{source.title} does not record requests that it tried again."
        notes.append(untold)
        empty = f"No failure is recorded in session {title}. {untold}"
    return emit(Report("retries", _CHAIN, rows, more=more, title=title, notes=notes, empty=empty), output)
