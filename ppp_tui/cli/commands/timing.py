"""``ppp-tui timing``: where the time of a session, or of one of its turns, went."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, form_options, output_of
from ppp_tui.cli.report.report import Report, ReportColumn, Row, emit, figure, text
from ppp_tui.cli.report.session import find_place
from ppp_tui.model.ids import turn_id
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import answer
from ppp_tui.query.sessions.timing import Latencies, SessionTiming, latencies, session_timing, turn_waterfall
from ppp_tui.scoring.timing import WaterfallSpan
from ppp_tui.text.format import certainty, duration, percent

BAR = 40
"""Characters of a bar that stands for all of the time."""

ESTIMATED = "The model's time is what nothing else explains: an estimate."

UNSPLIT = "This session was read before the times of tools were kept, and its file is gone."

BOUND = "≥: some turn goes on, or does not tell how long it took; these are the times of the others."

UNTOLD = "How long its turns took is not recorded."

_SHARE = ("share", "ms", "ratio", "provenance")
_PIECE = ("share", "label", "start_ms", "ms")
_NAMES = {
    "model": "the model",
    "tool": "tools",
    "waiting": "waiting for you",
    "retry": "pauses before another attempt",
    "between": "between turns",
    "turns": "turns, nobody knows for what",
}


@click.command("timing")
@click.argument("session", metavar="SESSION[#TURN]")
@form_options
@common_options
@pass_invocation
def timing_command(invocation: Invocation, session: str, as_json: bool, as_csv: bool) -> int:
    """Tell where the time of a session went.

    SESSION#TURN shows what one turn did one after the other. Ends with status 1 if there is nothing to tell.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    database = invocation.glance.database.path
    trajectory, turn = find_place(database, session)
    with closing(open_reader(database)) as connection:
        if turn is not None:
            report = turn_report(answer(connection, turn_waterfall(turn_id(trajectory, turn))))
        else:
            timing = answer(connection, session_timing(trajectory))
            report = session_report(timing, answer(connection, latencies(trajectory)))
    return emit(report, output)


def session_report(timing: SessionTiming | None, measured: Latencies) -> Report:
    """The shares of a session's time, the longest first, and percentiles."""
    if timing is None or not timing.turns:
        return Report("timing", _SHARE, [], [], nothing="No turn is recorded.")
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
    whole = max(1, sum(shares.values()))
    rows = [
        {"share": name, "ms": length, "ratio": round(length / whole, 4), "provenance": _provenance(name)}
        for name, length in sorted(shares.items(), key=lambda item: -item[1])
    ]
    percentile_fields = {name: None if found is None else found._asdict() for name, found in measured._asdict().items()}
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
    return Report("timing", _SHARE, rows, _share_columns(is_lower_bound=timing.is_lower_bound), more=more, notes=notes)


def turn_report(pieces: list[WaterfallSpan]) -> Report:
    """A turn's waterfall."""
    if not pieces:
        nothing = "It is not known when this turn began, or it is not there."
        return Report("timing-turn", _PIECE, [], [], nothing=nothing)
    begin, end = pieces[0].start_ms, max(piece.end_ms for piece in pieces)
    rows = [
        {
            "share": piece.share,
            "label": piece.label,
            "start_ms": piece.start_ms - begin,
            "ms": piece.end_ms - piece.start_ms,
        }
        for piece in pieces
    ]
    whole = max(1, end - begin)

    def bar(row: Row) -> str:
        left = int(row["start_ms"] * BAR // whole)
        return " " * left + "█" * max(1, int(row["ms"] * BAR // whole))

    columns = [
        ReportColumn("share", text("share"), is_text=True),
        ReportColumn("from", figure("start_ms", duration)),
        ReportColumn("took", figure("ms", duration)),
        ReportColumn("", lambda row: bar(row)[: BAR + 1], is_text=True),
        ReportColumn("what", lambda row: text("label", 50)(row) if row["label"] else "", is_text=True),
    ]
    return Report("timing-turn", _PIECE, rows, columns, more={"wall_ms": end - begin}, notes=["", ESTIMATED])


def _share_columns(*, is_lower_bound: bool) -> list[ReportColumn]:
    return [
        ReportColumn("went to", lambda row: _NAMES[row["share"]], is_text=True),
        ReportColumn("time", lambda row: duration(row["ms"], certainty(is_lower_bound=is_lower_bound))),
        ReportColumn("share", figure("ratio", percent)),
        ReportColumn("", lambda row: "█" * round(row["ratio"] * BAR), is_text=True),
    ]


def _session_notes(timing: SessionTiming, measured: Latencies) -> list[str]:
    notes = [ESTIMATED if timing.split is not None else UNSPLIT if timing.wall_ms is not None else UNTOLD]
    if timing.is_lower_bound:
        notes.append(BOUND)
    if timing.api_ms is not None:
        notes.append(f"The agent itself says that it waited {duration(timing.api_ms)} for the provider.")
    for name, found in zip(("A turn", "The first token", "A tool"), measured, strict=True):
        if found is None:
            continue
        notes.append(
            f"{name} took {duration(found.p50)} in the median, {duration(found.p90)} (p90), "
            f"{duration(found.p95)} (p95), {duration(found.p99)} (p99), {duration(found.most)} at most, "
            f"of {found.measured}."
        )
    if measured.first_token is None:
        notes.append("When the first token came is not recorded.")
    return notes


def _provenance(share: str) -> str:
    return "estimated" if share == "model" else "computed"
