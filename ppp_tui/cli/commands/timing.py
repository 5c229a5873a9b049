"""``ppp-tui timing``: where the time of a session or a turn went."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.output import Output
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.report import Report, ReportField, Row, emit
from ppp_tui.cli.report.session import SESSION_HELP, find_place, session_argument
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.model.ids import turn_id
from ppp_tui.query.query import answer
from ppp_tui.query.sessions.timing import (
    PERMISSIONS_UNTOLD,
    Latencies,
    SessionTiming,
    latencies,
    sample_text,
    session_timing,
    turn_waterfall,
)
from ppp_tui.scoring.timing import WaterfallSpan
from ppp_tui.text.format import Certainty, certainty, duration, percent

BAR = 40
"""Characters of a bar that stands for all of the time."""

MIN_BAR = 10
"""Characters that it keeps in a narrow terminal."""

ESTIMATED = "The model's time is what nothing else explains: an estimate."

BOUND = "≥: some turn goes on, or does not tell how long it took; these are the times of the others."

NOT_RECORDED = "How long its turns took is not recorded."

_NAMES = {
    "model": "the model",
    "tool": "tools",
    "waiting": "waiting for you",
    "retry": "pauses before another attempt",
    "between": "between turns",
    "turns": "turns, not split",
}


@click.command("timing", cls=SessionCommand, epilog=SESSION_HELP)
@session_argument(metavar="[SESSION[#TURN]]")
@form_options
@common_options
@examples("timing -1", "timing 12#3", "timing 12 --json")
@pass_invocation
def timing_command(invocation: Invocation, session: str, as_json: bool, as_csv: bool) -> int:
    """Show where the time of a session went.

    SESSION#TURN shows what a turn did one after the other. Ends with status 1 if there is nothing to tell.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    database = read_place(invocation)
    trajectory, turn = find_place(database, session)
    with closing(open_place(database)) as connection:
        if turn is not None:
            report = turn_report(answer(connection, turn_waterfall(turn_id(trajectory, turn))), output)
        else:
            timing = answer(connection, session_timing(trajectory))
            report = session_report(timing, answer(connection, latencies(trajectory)))
    place = f"#{trajectory}" if turn is None else f"#{trajectory}, turn {turn}"
    return emit(report._replace(title=f"Where the time of {place} went", empty=f"{place}: {report.empty}"), output)


def session_report(timing: SessionTiming | None, measured: Latencies) -> Report:
    """Return a report of the shares of a session's time, the longest first, with percentiles."""
    if timing is None or not timing.turns:
        return Report("timing", _share_fields("exact"), [], empty="no turn is recorded.")
    parts = timing.split
    measured_ms: dict[str, int | None] = (
        {"turns": timing.wall_ms}
        if parts is None
        else {
            "model": parts.model_ms,
            "tool": parts.tool_ms,
            "waiting": parts.waiting_ms,
            "retry": parts.retry_ms,
        }
    )
    measured_ms["between"] = timing.between_ms
    shares = {name: length for name, length in measured_ms.items() if length is not None}
    total_ms = max(1, sum(shares.values()))
    rows = [
        {"share": name, "ms": length, "ratio": round(length / total_ms, 4), "provenance": _provenance(name)}
        for name, length in sorted(shares.items(), key=lambda item: -item[1])
    ]
    percentile_fields = {
        name: None if spread is None else spread._asdict() for name, spread in measured._asdict().items()
    }
    more: dict[str, Any] = {
        "turns": timing.turns,
        "wall_ms": timing.wall_ms,
        "is_lower_bound": timing.is_lower_bound,
        "elapsed_ms": timing.last_at - timing.started_at if timing.started_at and timing.last_at else None,
        "api_ms": timing.api_ms,
        "api_provenance": "unknown" if timing.api_ms is None else "official",
        "latency_percentiles_ms": percentile_fields,
    }
    notes = ["", *_session_notes(timing, measured)]
    fields = _share_fields(certainty(is_lower_bound=timing.is_lower_bound))
    return Report("timing", fields, rows, more=more, notes=notes)


def turn_report(pieces: list[WaterfallSpan], output: Output) -> Report:
    """Return a report of what a turn did one after the other, drawn to scale."""
    begin = pieces[0].start_ms if pieces else 0
    end = max((piece.end_ms for piece in pieces), default=begin)
    took_ms = max(1, end - begin)
    cells = BAR if output.width is None else max(MIN_BAR, min(BAR, output.width // 3))

    def bar(row: Row) -> str:
        left = int(row["start_ms"] * cells // took_ms)
        return (" " * left + "█" * max(1, int(row["ms"] * cells // took_ms)))[: cells + 1]

    fields = [
        ReportField("share", "share"),
        ReportField("label"),
        ReportField("start_ms", "from", duration),
        ReportField("ms", "took", duration),
        ReportField("", cell=bar, side="left"),
        ReportField("", "what", cell=lambda row: str(row["label"]), trim="end"),
    ]
    rows = [
        {
            "share": piece.share,
            "label": piece.label,
            "start_ms": piece.start_ms - begin,
            "ms": piece.end_ms - piece.start_ms,
        }
        for piece in pieces
    ]
    empty = "when this turn began is not recorded, or there is no such turn."
    return Report("timing-turn", fields, rows, more={"wall_ms": end - begin}, notes=["", ESTIMATED], empty=empty)


def _share_fields(certainty_of_times: Certainty) -> list[ReportField]:
    return [
        ReportField("share", "went to", _NAMES.__getitem__),
        ReportField("ms", "time", lambda ms: duration(ms, certainty_of_times)),
        ReportField("ratio", "share", lambda value: percent(value, decimals=1)),
        ReportField("provenance"),
        ReportField("", cell=lambda row: "█" * round(row["ratio"] * BAR), rank=1, trim="end"),
    ]


def _session_notes(timing: SessionTiming, measured: Latencies) -> list[str]:
    notes = [
        ESTIMATED if timing.split is not None else timing.unsplit_reason if timing.wall_ms is not None else NOT_RECORDED
    ]
    if timing.is_lower_bound:
        notes.append(BOUND)
    if timing.split is not None and not timing.is_permission_told:
        notes.append(PERMISSIONS_UNTOLD)
    if timing.api_ms is not None:
        notes.append(f"The agent itself says that it waited {duration(timing.api_ms)} for the provider.")
    for name, spread in zip(("A turn", "The first token", "A tool"), measured, strict=True):
        if spread is None:
            continue
        notes.append(
            f"{name} took {duration(spread.p50)} in the median, {duration(spread.p90)} (p90), "
            f"{duration(spread.p95)} (p95), {duration(spread.p99)} (p99), {duration(spread.most)} at most, "
            f"of {sample_text(spread)}."
        )
    if measured.first_token is None:
        notes.append("When the first token came is not recorded.")
    return notes


def _provenance(share: str) -> str:
    return "estimated" if share == "model" else "computed"
