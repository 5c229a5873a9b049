"""Violations and model requests of one turn as lines to read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ppp_tui.model.ids import number_of
from ppp_tui.query.rows import StepLine, TurnSummary, UsageLine, ViolationLine
from ppp_tui.text.cells import cut
from ppp_tui.text.format import UNKNOWN, clock_time, fine_cost, percent, tokens
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.session_cells import spend_text, window_certainty
from ppp_tui.tui.panes.turns.conversation import SEVERITY_TONES
from ppp_tui.tui.panes.turns.step_names import step_subject, tool_label
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan

WITH_STEPS = 76
"""Cells from which on a request's row has a bar and what it asked for."""

BAR_CELLS = 10

_USAGE_HEADING = f"{'at':8}  {'input':>6} {'read':>6} {'write':>6} {'output':>7} {'cost':>9}"
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


def usage_text(
    turn: TurnSummary, usage: Sequence[UsageLine], steps: Sequence[StepLine], *, width: int, zone: tzinfo
) -> list[TextLine]:
    """Return the model requests of a turn as lines, with what each cost and asked for, and their sum."""
    if not usage:
        return [TextLine("No model requests on record in this turn.", "dim")]
    asked_for = _steps_by_request(steps)
    dearest = max((line.cost_micros or 0 for line in usage), default=0)
    lines: list[TextLine] = []
    model = None
    for line in usage:
        if line.model != model:
            model = line.model
            lines += [TextLine(plain(model) or UNKNOWN, "strong"), TextLine(_USAGE_HEADING, "heading")]
        lines.append(_request_row(line, asked_for.get(number_of(line.id), ()), dearest, width, zone))
    t = turn.spend.tokens
    lines += [
        _BLANK,
        TextLine(
            f"input {tokens(t.input)}  cache read {tokens(t.cache_read)}  cache write {tokens(t.cache_write)}  "
            f"output {tokens(t.output)}"
        ),
        TextLine(f"cache hit rate {percent(t.cache_hit_rate, decimals=1)}  cost {spend_text(turn.spend)}"),
        TextLine("Cost is what the API would charge, not your bill. ≥ marks figures recorded too low.", "dim"),
    ]
    if turn.context_tokens is not None:
        window = tokens(turn.context_window, window_certainty(turn)) if turn.context_window else UNKNOWN
        lines.insert(-1, TextLine(f"context {tokens(turn.context_tokens)} of {window}"))
    return lines


def _request_row(line: UsageLine, steps: Sequence[StepLine], dearest: int, width: int, zone: tzinfo) -> TextLine:
    t = line.tokens
    bound = "≥" if line.is_lower_bound else ""
    cost = fine_cost(line.cost_micros) if line.cost_micros is not None else "unpriced"
    text = (
        f"{clock_time(line.at, zone):8}  {tokens(t.input):>6} {tokens(t.cache_read):>6} {tokens(t.cache_write):>6} "
        f"{bound + tokens(t.output):>7} {bound + cost:>9}"
    )
    spans = []
    if width >= WITH_STEPS:
        share = (line.cost_micros or 0) / dearest if dearest else None
        start = len(text) + 1
        text += f" {solid_bar(share, BAR_CELLS)}"
        spans.append(TextSpan(start, len(text), "accent"))
        subjects = "  ".join(f"{tool_label(step)} {step_subject(step)}".strip() for step in steps)
        start = len(text)
        text += f"  {cut(plain(subjects), width - start - 2)}"
        spans.append(TextSpan(start, len(text), "dim"))
    if not line.is_counted:
        text += "  counted in another session"
    return TextLine(text.rstrip(), "text" if line.is_counted else "dim", tuple(spans), is_preformatted=True)


def _steps_by_request(steps: Sequence[StepLine]) -> dict[int, list[StepLine]]:
    """Return the steps of requests by the request's number; thoughts only for a request without other steps."""
    by_request: dict[int, list[StepLine]] = {}
    for step in sorted(steps, key=lambda step: step.kind == "thinking"):
        if step.request_number is not None:
            asked_for = by_request.setdefault(step.request_number, [])
            if step.kind != "thinking" or not asked_for:
                asked_for.append(step)
    return by_request
