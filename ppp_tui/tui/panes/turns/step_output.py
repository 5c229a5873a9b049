"""Steps of a conversation in rows: a line for each, what it was given and what it printed. Pure.

A terminal with room shows more outputs: first the ends of the newest ones, then all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len

from ppp_tui.query.rows import StepLine
from ppp_tui.query.sessions.payloads import Payload
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.format import counted, duration
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.turns.step_names import step_subject, tool_label
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn, TurnPayloads
from ppp_tui.tui.widgets.diff import diff_lines
from ppp_tui.tui.widgets.markdown import markdown_lines
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, text_lines
from ppp_tui.tui.widgets.tones import Tone

GUTTER = 3
"""Cells before the text of every line."""

LABEL_CELLS = 9
"""Cells of a tool's name, the space after it included."""

TOOK_CELLS, RESULT_CELLS = 7, 9
"""Widths of a step's duration and of how it ended."""

HEAD_LINES, TAIL_LINES = 3, 4
"""First and last lines of a failed step's output that are shown while it is folded."""

MAX_UNFOLDED_LINES = 200
"""Maximum lines of an unfolded output; the step's own window shows the rest."""

ROOMY_ROWS = 2
"""Rows for each step of a turn from which on all of its outputs are read: there may be room for them."""

MAX_PEEKED = 60
"""Newest steps of a turn among which outputs are shown where there is room."""

_PEEKED = ("shell", "edit", "search", "web", "mcp", "tool")
QUIET_KINDS = ("thinking", "note")
"""Kinds of steps that are folded into one row where they follow one another."""

FAILED_STATUSES = ("failed", "denied")


class ConversationLook(NamedTuple):
    """Width, time zone and unfolded blocks that a conversation is drawn with."""

    width: int
    zone: tzinfo
    unfolded: frozenset[str] = frozenset()
    """Keys of the unfolded blocks."""
    peeked: frozenset[int] = frozenset()
    """Steps whose output is shown folded although they did not fail: there is room for it."""
    roomy: Mapping[str, int] = {}
    """Blocks that are shown unfolded because there is room, by their keys: with how many lines of output."""


def step_row(step: StepLine, description: str, width: int) -> TextLine:
    """Return a step in one row of `width` cells: sign, tool, subject, duration, and how it ended."""
    is_failure = step.status in FAILED_STATUSES or step.kind == "error"
    sign = "✕" if is_failure else "●" if step.status == "running" else " "
    tone: Tone = "notice" if is_failure else "working" if step.status == "running" else "text"
    label = pad(plain(tool_label(step)), LABEL_CELLS - 1) + " "
    result = _result_text(step)
    right = f"{duration(step.duration_ms) if step.duration_ms is not None else '':>{TOOK_CELLS}}"
    right += f"  {result}".ljust(RESULT_CELLS) if width >= 50 else f"  {result}" if result else ""
    room = max(8, width - GUTTER - LABEL_CELLS - len(right))
    subject = pad(plain(step_subject(step, description)), room)
    text = f" {sign} {label}{subject}{right}".rstrip()
    edge = GUTTER + LABEL_CELLS
    end = min(len(text), edge + len(subject))
    spans = [TextSpan(GUTTER, edge, "code")]
    if end < len(text):
        spans.append(TextSpan(end, len(text), tone if is_failure else "dim"))
    return TextLine(text, tone, tuple(spans), indent=edge)


def _result_text(step: StepLine) -> str:
    if step.exit_code:
        return f"exit {step.exit_code}"
    return "" if step.status in ("ok", "unknown") else step.status


def input_lines(step: StepLine, payloads: TurnPayloads, look: ConversationLook) -> list[TextLine]:
    """Return the input of an unfolded step, where its row does not show all of it."""
    is_in_row = step.kind == "shell" and not payloads.descriptions.get(step.id)
    text = step.input_preview if step.kind in ("shell", "thinking", "subagent") else step.target
    row = step_row(step, payloads.descriptions.get(step.id, ""), look.width).text
    if not text or (is_in_row and text in row):
        return []
    more = "…" if step.input_length > len(step.input_preview) and text == step.input_preview else ""
    lines = text_lines(text + more)
    if step.kind == "shell":
        lines[0] = lines[0]._replace(text=f"$ {lines[0].text}")
    return quoted(lines, look.width, is_wrapped=True)


def output_lines(
    step: StepLine, output: Payload | None, width: int, *, is_unfolded: bool, most_lines: int = MAX_UNFOLDED_LINES
) -> list[TextLine]:
    """Return a step's output behind a bar: first and last lines, or the first `most_lines` if unfolded.

    Until the whole of it is read, the beginning that the database keeps stands for it.
    """
    text = (output.text if output is not None else step.output_preview).strip("\n")
    if not text.strip():
        note = "no output" if not step.output_length else f"({counted(step.output_length, 'character')})"
        return quoted([TextLine(note, "dim")], width)
    lines = diff_lines(text) if output is not None and output.form == "diff" else text_lines(text)
    if output is None and step.output_length > len(step.output_preview):
        lines.append(TextLine(f"… of {counted(step.output_length, 'character')}; ↵ opens the whole", "dim"))
        return quoted(lines, width, is_wrapped=is_unfolded)
    if is_unfolded:
        left = len(lines) - most_lines
        if left > 0:
            lines = [*lines[:most_lines], TextLine(f"… {counted(left, 'more line')}; ↵ opens the whole", "dim")]
        return quoted(lines, width, is_wrapped=True)
    left = len(lines) - HEAD_LINES - TAIL_LINES
    if left > 1:
        fold = TextLine(f"… {counted(left, 'more line')}; ↵ unfolds", "dim")
        lines = [*lines[:HEAD_LINES], fold, *lines[-TAIL_LINES:]]
    return quoted(lines, width)


def quoted(lines: Iterable[TextLine], width: int, *, is_wrapped: bool = False) -> list[TextLine]:
    """Return `lines` behind a bar, each cut to one row unless `is_wrapped`."""
    before = f"{' ' * GUTTER}┃ "
    rows = []
    for line in lines:
        text = line.text if is_wrapped else cut(line.text, max(1, width - len(before)))
        tone: Tone = "dim" if line.tone == "text" else line.tone
        spans = (TextSpan(0, len(before), "dim"),)
        rows.append(TextLine(before + text, tone, spans, indent=len(before), is_preformatted=True))
    return rows


def thought_lines(step: StepLine, width: int) -> list[TextLine]:
    """Return a thought, its Markdown as tones, or a notice behind a bar."""
    ends = "…" if step.input_length > len(step.input_preview) else ""
    text = (step.input_preview or step.target) + ends
    return quoted(markdown_lines(text) if step.kind == "thinking" else text_lines(text), width, is_wrapped=True)


def wanted_outputs(loaded: LoadedTurn, unfolded: frozenset[str], rows: int = 0) -> list[StepLine]:
    """Return the steps whose output the conversation shows in so many rows.

    Failed and unfolded ones; changes, and of a short turn all others, where they may fit.
    """
    with_edits, with_all = len(loaded.steps) < rows, len(loaded.steps) < rows // ROOMY_ROWS
    return [
        step
        for step in loaded.steps
        if step.kind not in (*QUIET_KINDS, "message", "error")
        and (
            with_all
            or step.status in FAILED_STATUSES
            or f"step {step.id}" in unfolded
            or (with_edits and step.kind == "edit")
        )
    ]


def fitting_peeks(loaded: LoadedTurn, payloads: TurnPayloads, look: ConversationLook, rows: int) -> frozenset[int]:
    """Return the newest steps that did not fail whose outputs, folded, together take at most so many rows."""
    peeked = set()
    for step in reversed(loaded.steps[-MAX_PEEKED:]):
        is_shown = step.status in FAILED_STATUSES or f"step {step.id}" in look.unfolded
        output = payloads.outputs.get(step.id)
        if is_shown or step.kind not in _PEEKED or not (output or step.output_preview.strip()):
            continue
        rows -= len(output_lines(step, output, look.width, is_unfolded=False))
        if rows < 0:
            break
        peeked.add(step.id)
    return frozenset(peeked)


def fitting_blocks(loaded: LoadedTurn, payloads: TurnPayloads, look: ConversationLook, rows: int) -> dict[str, int]:
    """Return the newest blocks, without failures, that are shown unfolded in at most so many rows more, by their keys.

    With each stands how many lines of its output fit: all of them, or of a last one the first.
    """
    fitting: dict[str, int] = {}
    cut_block: tuple[str, int, StepLine] | None = None
    steps = loaded.steps[-MAX_PEEKED:]
    for _, group in groupby(reversed(steps), key=lambda step: step.kind if step.kind in QUIET_KINDS else step.id):
        members = tuple(group)[::-1]
        step, key = members[0], f"step {members[0].id}"
        if step.kind in ("message", "error") or step.status in FAILED_STATUSES or key in look.unfolded:
            continue
        if step.kind in QUIET_KINDS:
            lines = [line for quiet in members for line in thought_lines(quiet, look.width)]
        else:
            output = payloads.outputs.get(step.id)
            printed = output_lines(step, output, look.width, is_unfolded=True)
            lines = [*input_lines(step, payloads, look), *printed]
        shown = 0
        if step.id in look.peeked:
            shown = len(output_lines(step, payloads.outputs.get(step.id), look.width, is_unfolded=False))
        more = row_count(lines, look.width) - shown
        if more <= rows:
            rows -= max(0, more)
            fitting[key] = MAX_UNFOLDED_LINES
        elif step.kind not in QUIET_KINDS and cut_block is None:
            cut_block = key, shown, step
    if cut_block is not None:
        key, shown, step = cut_block
        room = rows + shown - row_count(input_lines(step, payloads, look), look.width) - 1
        if room > HEAD_LINES + TAIL_LINES:
            fitting[key] = room
    return fitting


def row_count(lines: Iterable[TextLine], width: int) -> int:
    """Return about how many rows of so many cells lines take."""
    return sum(max(1, -(-cell_len(line.text) // width)) for line in lines)
