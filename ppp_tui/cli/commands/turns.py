"""``ppp-tui turns``: the turns of a session, each with its time, tokens and cost."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.output import At
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.report import Report, ReportField, Row, emit, fields_help
from ppp_tui.cli.report.session import SESSION_HELP, find_session, session_argument, session_title
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.cli.usage.fields import NOT_YOUR_BILL, cost_cell, stated_amount, usd
from ppp_tui.model.ids import MAX_CHILD
from ppp_tui.query.query import answer
from ppp_tui.query.rows import TurnSummary
from ppp_tui.query.sessions.timing import TurnTiming, turn_timings
from ppp_tui.query.sessions.turns import turn_page
from ppp_tui.sources.registry import failed_requests, is_recorded
from ppp_tui.text.format import counted, duration, tokens

MAX_TURNS = MAX_CHILD + 1
"""Turns that a session can have."""


def _status(row: Row) -> str:
    """Return a turn's status, with a mark if it was taken back."""
    return f"{row['status']}, taken back" if row["is_rolled_back"] else str(row["status"])


_TURN = (
    ReportField("turn", "turn"),
    ReportField("status", "status", cell=_status, rank=1, tones={"failed": "red"}),
    ReportField("started_at", "started", rank=3),
    ReportField("ended_at"),
    ReportField("wall_ms", "wall", duration),
    ReportField("model_ms", "model", duration, rank=5),
    ReportField("tool_ms", "tool", duration, rank=5),
    ReportField("waiting_ms", "waiting", duration, rank=5),
    ReportField("retry_ms"),
    ReportField("first_token_ms", "first token", duration, rank=7),
    ReportField("requests"),
    ReportField("input_tokens", "input", tokens, rank=2),
    ReportField("output_tokens", "output", tokens, rank=2),
    ReportField("cache_read_tokens", "cache read", tokens, rank=4),
    ReportField("cache_write_tokens", "cache write", tokens, rank=6),
    ReportField("prompt_tokens"),
    ReportField("cost_usd", "cost", cell=cost_cell, side="right"),
    ReportField("is_lower_bound"),
    ReportField("steps", "steps", rank=4),
    ReportField("failed_steps", "failed", rank=4),
    ReportField("retries"),
    ReportField("questions"),
    ReportField("is_copy"),
    ReportField("is_rolled_back"),
    ReportField("prompt", "prompt", trim="end", least=28),
    ReportField("stated_tokens", "stated", stated_amount, rank=2),
)


@click.command("turns", cls=SessionCommand, epilog=f"{SESSION_HELP} {fields_help(_TURN)}")
@session_argument()
@click.option("--limit", type=click.IntRange(1, MAX_TURNS), help="Turns at most; all unless given.")
@click.option("--after", type=click.IntRange(0, MAX_CHILD), help="Only turns with higher numbers.")
@form_options
@common_options
@examples("turns -1", "turns 12 --csv > turns.csv", "turns 4f1c2a --limit 50 --after 100")
@pass_invocation
def turns_command(
    invocation: Invocation, session: str, limit: int | None, after: int | None, as_json: bool, as_csv: bool
) -> int:
    """List the turns of a session with their time, tokens and cost.

    `input` is what was sent fresh, without what came from the cache. In JSON, `next` is what --after takes for the next
    turns, null where none follow. Ends with status 1 if the session is not there or has no such turns.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    database = read_place(invocation)
    row = find_session(database, session)
    with closing(open_place(database)) as connection:
        turns = answer(connection, turn_page(row.id, -1 if after is None else after, (limit or MAX_TURNS) + 1))
        are_more, turns = len(turns) > (limit or MAX_TURNS), turns[: limit or MAX_TURNS]
        window = (turns[0].number, turns[-1].number - turns[0].number + 1) if turns else (0, 0)
        times = {time.number: time for time in answer(connection, turn_timings(row.id, *window))}
    rows = [turn_fields(turn, times[turn.number], row.source) for turn in turns if turn.number in times]
    has_stated = any(row["stated_tokens"] for row in rows)
    report = Report(
        schema="turns",
        fields=[field if field.name != "stated_tokens" or has_stated else field._replace(title="") for field in _TURN],
        rows=rows,
        more={"session": row.id, "native_id": row.native_id, "next": turns[-1].number if are_more else None},
        title=session_title(row),
        notes=["", *_page_note(len(rows), turns[-1].number, are_more=are_more), NOT_YOUR_BILL] if rows else (),
        empty=f"Session {session_title(row)} has no turns{'' if after is None else f' after turn {after}'}.",
    )
    return emit(report, output)


def _page_note(listed: int, last_number: int, *, are_more: bool) -> tuple[str, ...]:
    return (f"{counted(listed, 'turn')}; --after {last_number} lists the next.",) if are_more else ()


def turn_fields(turn: TurnSummary, time: TurnTiming, source: str) -> dict[str, Any]:
    """Return the fields of a turn of a source's session; the model's time is what nothing else explains."""
    spend, parts = turn.spend, time.split
    is_priced = spend.known_cost_micros is not None
    is_each_told = is_recorded(source, "usage_per_request")
    # A program that logs tells of requests or it does not. A turn of a session file without one had none, unless it has
    # steps of its own, which a model asked for.
    had_none = turn.origin != "logged" and (turn.steps == 0 or turn.is_copy)
    is_known = spend.requests > 0 or (is_each_told and had_none)
    return {
        "turn": turn.number,
        "status": turn.status,
        "started_at": At(turn.started_at),
        "ended_at": None if turn.ended_at is None else At(turn.ended_at),
        "wall_ms": turn.wall_ms,
        "model_ms": None if parts is None else parts.model_ms,
        "tool_ms": None if parts is None else parts.tool_ms,
        "waiting_ms": None if parts is None else parts.waiting_ms,
        "retry_ms": None if parts is None else parts.retry_ms,
        "first_token_ms": turn.first_token_ms,
        "requests": spend.requests if is_each_told and (is_known or turn.origin == "logged") else None,
        "input_tokens": spend.tokens.input if is_known else None,
        "output_tokens": spend.tokens.output if is_known else None,
        "cache_read_tokens": spend.tokens.cache_read if is_known else None,
        "cache_write_tokens": spend.tokens.cache_write if is_known else None,
        "prompt_tokens": spend.tokens.total - spend.tokens.output if is_known else None,
        "cost_usd": usd(spend.cost_micros) if is_priced or (is_known and not spend.requests) else None,
        "is_lower_bound": spend.is_lower_bound,
        "steps": turn.steps,
        "failed_steps": turn.failed_steps,
        "retries": failed_requests(source, turn.retries),
        "questions": turn.efforts.total,
        "is_copy": turn.is_copy,
        "is_rolled_back": turn.is_rolled_back,
        "prompt": turn.headline.strip().partition("\n")[0],
        "stated_tokens": spend.stated_tokens or None,
    }
