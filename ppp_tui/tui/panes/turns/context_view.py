"""What fills the context window, turn by turn: system, files, tools, messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ppp_tui.model.activity import ContextRow
from ppp_tui.text.format import UNKNOWN, Certainty, count, percent, tokens
from ppp_tui.tui.widgets.gauge import NEARLY_FULL, solid_bar
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan
from ppp_tui.tui.widgets.tones import Tone


class PartLook(NamedTuple):
    """Name, sign and tone of one part of the context."""

    name: str
    sign: str
    """Character that fills the part's section of a bar, so that parts differ without colours."""
    tone: Tone


PARTS = (
    PartLook("system", "▓", "series-1"),
    PartLook("files", "█", "series-2"),
    PartLook("tools", "▒", "series-3"),
    PartLook("talk", "░", "series-4"),
)

HINT = "The sum is what the agent recorded, its parts are estimates. ~ marks a window that is neither recorded nor set."


def part_tokens(turn: ContextRow) -> tuple[int, ...]:
    """Return the tokens of each of `PARTS` at the end of a turn."""
    return turn.system_tokens, turn.file_tokens, turn.tool_tokens, turn.conversation_tokens


def stacked_cells(values: Sequence[int], cells: int) -> list[int]:
    """Return `cells` shared out among values so that the sum is exact: the largest remainders get the rest."""
    total = sum(values)
    if total <= 0 or cells <= 0:
        return [0] * len(values)
    exact = [value * cells / total for value in values]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(values)), key=lambda place: shares[place] - exact[place])
    for place in by_remainder[: cells - sum(shares)]:
        shares[place] += 1
    return shares


def context_lines(
    turns: Sequence[ContextRow], turn_number: int, width: int, *, has_hint: bool = True
) -> tuple[list[TextLine], dict[int, int]]:
    """Return the context of the current turn and its growth as lines, and the line on which each turn stands."""
    measured = [turn for turn in turns if turn.used_tokens is not None]
    if not measured:
        return [TextLine("How full the context was is not recorded for this session.", "dim")], {}
    before = [turn for turn in measured if turn.turn_number <= turn_number]
    current = before[-1] if before else measured[0]
    lines = [*_now(current, width), TextLine(""), _legend(), TextLine("")]
    starts = {}
    scale_tokens = max(max(turn.peak_tokens or 0, turn.used_tokens or 0, turn.window_tokens or 0) for turn in measured)
    for turn in turns:
        starts[turn.turn_number] = len(lines)
        lines.append(_turn_row(turn, scale_tokens, width, is_current=turn.turn_number == current.turn_number))
    return [*lines, TextLine(""), TextLine(HINT, "dim")] if has_hint else lines, starts


def _now(turn: ContextRow, width: int) -> list[TextLine]:
    certainty: Certainty = "estimate" if turn.is_window_inferred else "exact"
    used = turn.used_tokens or 0
    share = percent(used / turn.window_tokens, certainty) if turn.window_tokens else UNKNOWN
    window = tokens(turn.window_tokens, certainty) if turn.window_tokens else "a window that is not measured"
    heading = f"context after turn {turn.turn_number}: {tokens(used)} of {window}, {share}"
    by_size = sorted(zip(PARTS, part_tokens(turn), strict=True), key=lambda entry: -entry[1])
    total = sum(part_tokens(turn))
    lines = [TextLine(heading, "heading"), TextLine("")]
    room = max(4, min(60, width - 26))
    for part, number in by_size:
        ratio = number / total if total else None
        bar = solid_bar(ratio, room)
        text = f"{part.name:<8}{bar} {tokens(number, 'estimate'):>7} {percent(ratio):>5}"
        lines.append(TextLine(text, spans=(TextSpan(8, 8 + room, part.tone),)))
    return lines


def _legend() -> TextLine:
    text, spans = f"{'turn':>5} {'used':>6} {'':>5}  ", []
    for part in PARTS:
        spans.append(TextSpan(len(text), len(text) + 1, part.tone))
        text += f"{part.sign} {part.name} "
    return TextLine(text.rstrip(), "dim", tuple(spans))


def _turn_row(turn: ContextRow, scale_tokens: int, width: int, *, is_current: bool) -> TextLine:
    """Return a turn's context as a stacked bar; the full width stands for `scale_tokens`."""
    share = turn.used_tokens / turn.window_tokens if turn.used_tokens and turn.window_tokens else None
    certainty: Certainty = "estimate" if turn.is_window_inferred else "exact"
    text = f"{turn.turn_number:>5} {tokens(turn.used_tokens):>6} {percent(share, certainty):>5}  "
    tone: Tone = "strong" if is_current else "text"
    spans = [TextSpan(len(text) - 7, len(text) - 2, "notice")] if share is not None and share >= NEARLY_FULL else []
    marks = _marks(turn)
    room = max(4, width - len(text) - 14)
    filled = round((turn.used_tokens or 0) / scale_tokens * room) if scale_tokens else 0
    for part, cells in zip(PARTS, stacked_cells(part_tokens(turn), filled), strict=True):
        if cells:
            spans.append(TextSpan(len(text), len(text) + cells, part.tone))
            text += part.sign * cells
    if marks:
        start = len(text) + 1
        text += f" {marks}"
        spans.append(TextSpan(start, len(text), "notice"))
    return TextLine(text, tone, tuple(spans), is_preformatted=True)


def _marks(turn: ContextRow) -> str:
    marks = []
    if turn.compactions:
        marks.append("↓ compacted" if turn.compactions == 1 else f"↓ compacted ×{count(turn.compactions)}")
    if turn.overflows:
        marks.append("✕ overflow")
    return "  ".join(marks)
