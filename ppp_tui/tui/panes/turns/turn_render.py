"""Violations and model requests of one turn as lines to read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ppp_tui.query.rows import TurnSummary, UsageLine, ViolationLine
from ppp_tui.text.format import UNKNOWN, clock_time, cost_micros, percent, tokens
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.session_cells import spend_text, window_certainty
from ppp_tui.tui.panes.turns.conversation import SEVERITY_TONES
from ppp_tui.tui.widgets.text_lines import TextLine

_BLANK = TextLine("")


def violation_text(violations: Sequence[ViolationLine]) -> list[TextLine]:
    """Return the violations of a turn as lines."""
    if not violations:
        return [TextLine("No violations in this turn.", "dim")]
    lines: list[TextLine] = []
    for entry in violations:
        lines.append(TextLine(plain(f"{entry.severity}  {entry.preference_name}"), SEVERITY_TONES[entry.severity]))
        lines.append(TextLine(plain(f"  expected  {entry.expected}")))
        lines.append(TextLine(plain(f"  actual    {entry.actual}")))
        lines += [TextLine(plain(f"  {entry.method}"), "dim"), _BLANK]
    return lines


def usage_text(turn: TurnSummary, usage: Sequence[UsageLine], zone: tzinfo) -> list[TextLine]:
    """Return the model requests of a turn as lines, and their sum."""
    if not usage:
        return [TextLine("No model requests on record in this turn.", "dim")]
    lines: list[TextLine] = []
    model = None
    for line in usage:
        if line.model != model:
            model = line.model
            columns = f"{'input':>6} {'read':>6} {'write':>6} {'output':>7} {'cost':>8}"
            lines += [TextLine(plain(model) or UNKNOWN, "strong"), TextLine(f"{'at':8}  {columns}", "heading")]
        t = line.tokens
        bound = "≥" if line.is_lower_bound else ""
        cost = cost_micros(line.cost_micros) if line.cost_micros is not None else "unpriced"
        note = "" if line.is_counted else "  counted in another session"
        shown = (
            f"{clock_time(line.at, zone):8}  {tokens(t.input):>6} {tokens(t.cache_read):>6} {tokens(t.cache_write):>6} "
            f"{bound + tokens(t.output):>7} {bound + cost:>8}{note}"
        )
        lines.append(TextLine(shown, "text" if line.is_counted else "dim", is_preformatted=True))
    t = turn.spend.tokens
    lines += [
        _BLANK,
        TextLine(
            f"input {tokens(t.input)}  cache read {tokens(t.cache_read)}  cache write {tokens(t.cache_write)}  "
            f"output {tokens(t.output)}"
        ),
        TextLine(f"cache hit rate {percent(t.cache_hit_rate)}  cost {spend_text(turn.spend)}"),
        TextLine("Cost is what the API would charge, not your bill. ≥ marks figures recorded too low.", "dim"),
    ]
    if turn.context_tokens is not None:
        window = tokens(turn.context_window, window_certainty(turn)) if turn.context_window else UNKNOWN
        lines.insert(-1, TextLine(f"context {tokens(turn.context_tokens)} of {window}"))
    return lines
