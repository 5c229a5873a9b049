"""The decisions and quality signals of a turn as lines, each with the step that it lies in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ppp_tui.query.rows import StepLine
from ppp_tui.query.signals.run_details import RunEntry
from ppp_tui.text.format import clock_time
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.turns.conversation import Block, Conversation
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan
from ppp_tui.tui.widgets.tones import Tone

NOTHING = "No decision and no quality signal is stated or derived for this turn."
HINT = "Enter opens the step. What is marked · no program stated: rules derive it from the record."

CODE_CELLS = 42
"""Terminal cells of a type and its code."""


def signal_lines(
    entries: Sequence[RunEntry], steps: Sequence[StepLine], zone: tzinfo
) -> tuple[list[TextLine], list[Block]]:
    """Return the entries of a turn as lines, and blocks that lead to their steps."""
    if not entries:
        return [TextLine(NOTHING, "dim")], []
    by_number = {step.number: step for step in steps}
    shown = Conversation()
    for title, kind in (("decisions", "decision"), ("quality signals", "signal")):
        own = [entry for entry in entries if entry.kind == kind]
        if own:
            shown.lines += [TextLine(title, "heading"), TextLine("")]
        for entry in own:
            step = by_number.get(entry.step_number) if entry.step_number is not None else None
            shown.add_block(
                f"signal {entry.id} {kind}", [_line(entry, zone)], steps=(step,) if step is not None else ()
            )
        if own:
            shown.lines.append(TextLine(""))
    shown.lines.append(TextLine(HINT, "dim"))
    return shown.lines, shown.blocks


def _line(entry: RunEntry, zone: tzinfo) -> TextLine:
    at = clock_time(entry.at, zone) if entry.at else " " * 8
    head = f"{at} {'·' if entry.source == 'derived' else ' '} "
    code = f"{entry.type.replace('_', ' ')}: {entry.code.replace('_', ' ')}"
    verdict = plain(entry.selected) if entry.kind == "decision" else "yes" if entry.value else "no"
    share_name = "confidence" if entry.kind == "decision" else "weight"
    share = "" if entry.share is None else f"  {share_name} {entry.share:.2f}"
    text = f"{head}{code:<{CODE_CELLS}} {verdict}"
    more = f"{'  ' if entry.tool else ''}{plain(entry.tool)}{share}"
    spans = [TextSpan(0, len(head), "dim"), TextSpan(len(text) - len(verdict), len(text), _tone(entry))]
    if more:
        spans.append(TextSpan(len(text), len(text) + len(more), "dim"))
    return TextLine(f"{text}{more}", spans=tuple(spans), indent=len(head))


def _tone(entry: RunEntry) -> Tone:
    if entry.kind == "decision":
        return "accent"
    if entry.type in ("tool_success", "schema_valid"):
        return "good" if entry.value else "removed"
    return "notice" if entry.value else "dim"
