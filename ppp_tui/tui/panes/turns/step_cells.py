"""Turns and steps as lines of tables."""

from __future__ import annotations

from datetime import tzinfo

from ppp_tui.model.project import path_tail
from ppp_tui.query.rows import StepLine, TurnSummary
from ppp_tui.text.format import UNKNOWN, clock_time, count, duration
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.session_cells import spend_text, tokens_text
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, parts_of
from ppp_tui.tui.widgets.tones import Tone
from ppp_tui.tui.widgets.waterfall import waterfall_cell

WATERFALL = 20
"""Cells of the waterfall."""

TURN_COLUMNS = (
    Column("number", "#", width=4, align="right", priority=200),
    Column("when", "when", width=8, priority=120),
    Column("wall", "wall", width=7, align="right", priority=110),
    Column("tokens", "tokens", width=6, align="right", priority=90),
    Column("cost", "cost", width=8, align="right", priority=100),
    Column("questions", "?", width=5, align="right", priority=130),
    Column("errors", "!", width=3, align="right", priority=140),
    Column("turn", "turn", weight=1, min_width=10, priority=190),
)

STEP_COLUMNS = (
    Column("when", "when", width=8, priority=100),
    Column("tool", "tool", width=12, priority=190),
    Column("target", "target", weight=2, min_width=14, priority=180),
    Column("waterfall", "", width=WATERFALL, priority=60),
    Column("duration", "took", width=7, align="right", priority=140),
    Column("status", "result", width=9, priority=150),
)

STATUS_TONES: dict[str, Tone] = {"failed": "notice", "denied": "notice", "running": "working", "cancelled": "dim"}
"""Tones of what did not simply go well."""

_TURN_TONES: dict[str, Tone] = {"open": "working", "failed": "stuck", "interrupted": "notice"}


def turn_line(turn: TurnSummary, zone: tzinfo) -> Line:
    """A turn in the list of turns."""
    number = "·" if turn.is_preamble else str(turn.number)
    mark = " (taken back)" if turn.is_rolled_back else " (copy)" if turn.is_copy else ""
    headline = turn.headline.strip().partition("\n")[0]
    if not headline:
        headline = "before the first prompt" if turn.is_preamble else f"({turn.status})"
    untimed = "…" if turn.status == "open" else UNKNOWN
    efforts = turn.efforts
    errors = turn.failed_steps + turn.retries + turn.violations
    return Line(
        turn.number,
        (
            Cell(number, _TURN_TONES.get(turn.status, "text")),
            Cell(clock_time(turn.started_at or None, zone), "dim"),
            Cell(duration(turn.wall_ms), "text") if turn.wall_ms is not None else Cell(untimed, "dim"),
            Cell(tokens_text(turn.spend), "dim" if turn.spend.all_tokens is None else "text"),
            spend_text(turn.spend),
            f"{efforts.low}·{efforts.medium}·{efforts.high}" if efforts.total else Cell(UNKNOWN, "dim"),
            Cell(count(errors), "notice") if errors else Cell(UNKNOWN, "dim"),
            headline + mark,
        ),
        "dim" if turn.is_rolled_back or turn.is_copy else "text",
    )


def step_line(step: StepLine, zone: tzinfo, span: tuple[int, int], now_ms: int, *, is_ascii: bool = False) -> Line:
    """A step with its place in the turn's time."""
    began = step.started_at
    ended = step.ended_at if step.status != "running" else None
    bar = waterfall_cell(began, ended, span[0], max(span[1], span[0] + 1), WATERFALL, is_ascii=is_ascii)
    took = took_ms(step, now_ms)
    return Line(
        step.id,
        (
            Cell(clock_time(began, zone), "dim"),
            Cell(actor_name(step), _who_tone(step)),
            subject_cell(step),
            bar if step.kind not in ("message", "thinking", "note") else "",
            duration(took) if took is not None else "",
            status_cell(step),
        ),
    )


def missing_turn_line(number: int) -> Line:
    """A number that no turn has."""
    return Line(number, (Cell(f"  {number}  not in the database", "dim"),), is_heading=True)


def step_text(step: StepLine, zone: tzinfo, now_ms: int) -> str:
    """A step in one line of plain text, with what its row says."""
    said = (
        clock_time(step.started_at, zone),
        actor_name(step),
        _text(subject_cell(step)),
        duration(took_ms(step, now_ms)),
    )
    return plain("  ".join((*said, _text(status_cell(step))))).rstrip()


def _text(cell: CellLike) -> str:
    return "".join(part.text for part in parts_of(cell, "text"))


def took_ms(step: StepLine, now_ms: int) -> int | None:
    """How long a step took, or has been running."""
    if step.duration_ms is None and step.status == "running" and step.started_at:
        return now_ms - step.started_at
    return step.duration_ms


def actor_name(step: StepLine) -> str:
    """Who did it: the agent itself, or the name of the tool."""
    if step.kind in ("message", "thinking", "compaction", "error"):
        return {"message": "agent", "thinking": "thinks", "compaction": "compacts", "error": "error"}[step.kind]
    return step.tool or step.kind


def subject_cell(step: StepLine) -> CellLike:
    """What it was about, in one line."""
    text = step.target or step.input_preview
    first = " ".join((path_tail(text, 2) if step.kind in ("read", "edit") else text).split())
    if step.kind == "thinking":
        # Headings of thoughts are bold in Markdown; a line of a list is not.
        first = first.replace("**", "")
    if not first and step.kind == "thinking":
        return Cell(f"({count(step.input_length)} characters)" if step.input_length else "…", "dim")
    return first or Cell(UNKNOWN, "dim")


def status_cell(step: StepLine) -> CellLike:
    """How it ended, in a word."""
    if step.kind in ("message", "thinking", "note", "compaction"):
        return ""
    if step.exit_code:
        return Cell(f"exit {step.exit_code}", "notice")
    return Cell(step.status, STATUS_TONES.get(step.status, "dim"))


def _who_tone(step: StepLine) -> Tone:
    if step.kind == "message":
        return "accent"
    if step.kind == "error":
        return "stuck"
    return "needs-you" if step.kind == "ask" and step.status == "running" else "text"
