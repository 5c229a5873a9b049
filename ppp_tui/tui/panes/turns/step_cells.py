"""Steps as lines of a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.query.rows import StepLine
from ppp_tui.text.cells import cut
from ppp_tui.text.format import UNKNOWN, clock_time, counted, duration
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.turns.folded_time import UNITS, FoldedSpan
from ppp_tui.tui.panes.turns.step_names import step_subject, tool_label
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, StyledPieces, cell_text, parts_of
from ppp_tui.tui.widgets.tones import Tone
from ppp_tui.tui.widgets.waterfall import waterfall_cell

if TYPE_CHECKING:
    # Readers of session files take longer to import than the first drawing takes.
    from ppp_tui.query.sessions.payloads import Payload

STATUS_TONES: dict[str, Tone] = {"failed": "notice", "denied": "notice", "running": "working", "cancelled": "dim"}
"""Tones of statuses other than success."""

SHOWN_OUTPUT_LINES = 2
"""Number of last lines of a failed step's output below its row."""

_QUIET = ("message", "thinking", "note", "compaction")


class StepTableLook(NamedTuple):
    """Width, clock and search text that a table of steps is drawn with."""

    width: int
    zone: tzinfo
    now_ms: int
    query: str = ""
    """The text that is searched for and marked."""
    is_ascii: bool = False


def waterfall_cells(width: int) -> int:
    """Return the cells of the waterfall in a table of `width` cells."""
    return 24 if width >= 110 else 16 if width >= 84 else 10 if width >= 60 else 6


def step_columns(width: int) -> tuple[Column, ...]:
    """Return the columns of a table of steps of `width` cells."""
    return (
        Column("when", "when", width=8, priority=100),
        Column("sign", "", width=1, priority=200),
        Column("tool", "tool", width=8, priority=190),
        Column("target", "what", weight=2, min_width=28 if width >= 60 else 14, priority=180),
        Column("waterfall", "", width=waterfall_cells(width), priority=120),
        Column("duration", "took", width=7, align="right", priority=140),
        Column("status", "result", width=9, priority=150),
    )


def step_line(step: StepLine, span: FoldedSpan | None, look: StepTableLook, description: str = "") -> Line:
    """Return a step as a table line with its bar on the time axis."""
    bar: CellLike = ""
    if span is not None:
        cells = waterfall_cells(look.width)
        tone: Tone = "notice" if is_failed(step) else "accent"
        bar = waterfall_cell(span.start, span.end, 0, UNITS, cells, tone, is_ascii=look.is_ascii)
    took = took_ms(step, look.now_ms)
    sign = "✕" if is_failed(step) else "●" if step.status == "running" else ""
    subject = subject_cell(step, description)
    return Line(
        step.id,
        (
            Cell(clock_time(step.started_at, look.zone), "dim"),
            Cell(sign, "notice" if is_failed(step) else "working"),
            Cell(tool_label(step), _label_tone(step)),
            marked_cell(subject, look.query) if look.query else subject,
            bar,
            duration(took) if took is not None else "",
            status_cell(step),
        ),
    )


def output_rows(step: StepLine, output: Payload | None, width: int) -> list[Line]:
    """Return the last lines of a failed step's output, as headings that the cursor skips."""
    text = output.text if output is not None else step.output_preview
    rows = [row for row in plain(text, keep_newlines=True).split("\n") if row.strip()]
    if output is None and step.output_length > len(step.output_preview):
        rows = rows[:SHOWN_OUTPUT_LINES]
    return [
        Line(f"{step.id} output {place}", (Cell(cut(f"          ┃ {row}", width), "dim"),), is_heading=True)
        for place, row in enumerate(rows[-SHOWN_OUTPUT_LINES:])
    ]


def is_failed(step: StepLine) -> bool:
    """Return whether a step failed or was refused, or a request that it stands for failed."""
    return step.status in ("failed", "denied") or step.kind == "error"


def step_text(step: StepLine, zone: tzinfo, now_ms: int, description: str = "") -> str:
    """Return a step as one line of plain text with the content of its row."""
    subject = cell_text(subject_cell(step, description))
    ended = cell_text(status_cell(step))
    parts = (clock_time(step.started_at, zone), tool_label(step), subject, duration(took_ms(step, now_ms)), ended)
    return plain("  ".join(parts)).rstrip()


def matches(step: StepLine, query: str, description: str = "") -> bool:
    """Return whether the stored text of a step contains `query`, ignoring case."""
    texts = (tool_label(step), description, step.target, step.input_preview, step.output_preview)
    return any(query.casefold() in text.casefold() for text in texts)


def marked_cell(cell: CellLike, query: str) -> CellLike:
    """Return a cell with the first match of `query` marked; unchanged without a match."""
    [part, *others] = parts_of(cell, "text")
    start = part.text.casefold().find(query.casefold())
    if others or start < 0:
        return cell
    before = part.text[:start]
    # The match must be visible in a narrow column, too.
    before = f"…{before[-12:]}" if len(before) > 24 else before
    end = start + len(query)
    return StyledPieces(
        (Cell(before, part.tone), Cell(part.text[start:end], "match"), Cell(part.text[end:], part.tone))
    )


def took_ms(step: StepLine, now_ms: int) -> int | None:
    """Return how long a step took, or has been running."""
    if step.duration_ms is None and step.status == "running" and step.started_at:
        return now_ms - step.started_at
    return step.duration_ms


def subject_cell(step: StepLine, description: str = "") -> CellLike:
    """Return the subject of a step in one line."""
    subject = step_subject(step, description)
    if not subject and step.kind == "thinking":
        return Cell(f"({counted(step.input_length, 'character')})" if step.input_length else "…", "dim")
    if step.kind in ("thinking", "note"):
        return Cell(subject, "dim")
    return subject or Cell(UNKNOWN, "dim")


def status_cell(step: StepLine) -> CellLike:
    """Return how a step ended, in one word."""
    if step.kind in _QUIET:
        return ""
    if step.exit_code:
        return Cell(f"exit {step.exit_code}", "notice")
    return Cell(step.status, STATUS_TONES.get(step.status, "dim"))


def _label_tone(step: StepLine) -> Tone:
    if step.kind == "message":
        return "accent"
    if step.kind in ("thinking", "note"):
        return "dim"
    return "needs-you" if step.kind == "ask" and step.status == "running" else "text"


def unseen_line(text: str) -> Sequence[Line]:
    """Return a note below the last step; empty for ''."""
    return (Line("more", (Cell(text, "dim"),), is_heading=True),) if text else ()
