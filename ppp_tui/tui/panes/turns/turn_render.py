"""One turn as lines to read: the conversation with its steps, questions, violations, requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ppp_tui.model.project import path_tail
from ppp_tui.model.question import ANSWER_WORDS
from ppp_tui.query.rows import QuestionLine, StepLine, TurnSummary, TurnText, UsageLine, ViolationLine
from ppp_tui.text.format import UNKNOWN, clock_time, cost_micros, count, date_time, duration, percent, tokens
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.session_cells import spend_text, tokens_text, window_certainty
from ppp_tui.tui.panes.turns.step_cells import actor_name
from ppp_tui.tui.widgets.markdown import markdown_lines
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, text_lines
from ppp_tui.tui.widgets.tones import Tone

EFFORT_TONES: dict[str, Tone] = {"low": "effort-low", "medium": "effort-medium", "high": "effort-high"}
SEVERITY_TONES: dict[str, Tone] = {
    "minor": "severity-minor",
    "major": "severity-major",
    "critical": "severity-critical",
}
_BLANK = TextLine("")


def conversation(
    turn: TurnSummary,
    text: TurnText,
    steps: Sequence[StepLine],
    questions: Sequence[QuestionLine],
    violations: Sequence[ViolationLine],
    zone: tzinfo,
) -> list[TextLine]:
    """What was said and done, in order."""
    lines = [*heading(turn, zone), _BLANK, TextLine("you", "heading")]
    if not text.is_text_kept:
        lines.append(
            TextLine(f"({count(text.prompt_length)} characters; the text is not kept, by your settings)", "dim")
        )
    else:
        lines += text_lines(text.prompt) if text.prompt else [TextLine("(nothing)", "dim")]
    was_agent = False
    for step in steps:
        if step.kind == "message":
            lines += [_BLANK] if was_agent else [_BLANK, TextLine("agent", "heading")]
            lines += _said(text, step)
            was_agent = True
        else:
            lines += ([_BLANK] if was_agent else []) + [_step(step)]
            was_agent = False
    lines += _questions_in_brief(questions) + _violations_in_brief(violations)
    return lines


def heading(turn: TurnSummary, zone: tzinfo) -> list[TextLine]:
    """The turn in one line."""
    parts = [f"turn {turn.number}", turn.status, date_time(turn.started_at or None, zone)]
    if turn.wall_ms is not None:
        parts.append(duration(turn.wall_ms))
    if turn.first_token_ms is not None:
        parts.append(f"{duration(turn.first_token_ms)} to first token")
    if turn.spend.all_tokens is not None:
        parts += [f"{tokens_text(turn.spend)} tokens", spend_text(turn.spend)]
    if turn.is_rolled_back:
        parts.append("taken back by you")
    if turn.is_copy:
        parts.append("copied from another session, counted there")
    return [TextLine("  ".join(parts), "dim")]


def _said(text: TurnText, step: StepLine) -> list[TextLine]:
    if not text.is_text_kept:
        return [TextLine(f"({count(step.input_length)} characters; the text is not kept, by your settings)", "dim")]
    if step.text_start is None or step.text_end is None:
        return text_lines(step.input_preview)
    return markdown_lines(text.response[step.text_start : step.text_end])


def _step(step: StepLine) -> TextLine:
    name = actor_name(step)
    text = step.target or step.input_preview
    about = " ".join((path_tail(text, 3) if step.kind in ("read", "edit") else text).split())
    took = f"  {duration(step.duration_ms)}" if step.duration_ms is not None else ""
    ended = f"  exit {step.exit_code}" if step.exit_code else ("" if step.status == "ok" else f"  {step.status}")
    if step.kind in ("thinking", "note"):
        return TextLine(plain(f"{name:<10} {about[:160].replace('**', '')}"), "dim", indent=11)
    shown = plain(f"{name:<10} {about}{took}{ended}")
    tone: Tone = "notice" if step.status in ("failed", "denied") else "working" if step.status == "running" else "text"
    return TextLine(shown, tone, (TextSpan(0, len(plain(name)), "code"),), indent=11)


def _questions_in_brief(questions: Sequence[QuestionLine]) -> list[TextLine]:
    lines = [
        TextLine(plain(f"? {question.effort:<7} {question.text}"), EFFORT_TONES[question.effort], indent=10)
        for question in questions
    ]
    return [_BLANK, *lines] if lines else []


def _violations_in_brief(violations: Sequence[ViolationLine]) -> list[TextLine]:
    lines: list[TextLine] = [_BLANK] if violations else []
    for entry in violations:
        told = plain(f"! {entry.severity:<8} {entry.preference_name}  expected {entry.expected}, got {entry.actual}")
        lines.append(TextLine(told, SEVERITY_TONES[entry.severity], indent=11))
    return lines


def question_text(questions: Sequence[QuestionLine], zone: tzinfo) -> list[TextLine]:
    """The questions of a turn, each with what decided its effort."""
    if not questions:
        return [TextLine("No questions in this turn.", "dim")]
    lines: list[TextLine] = []
    for question in questions:
        lines.append(TextLine(plain(question.text) or "(text not kept)", "strong"))
        lines.append(TextLine(f"  effort {question.effort}", EFFORT_TONES[question.effort]))
        how = {"tool": "asked through a tool", "text": "found in the answer", "stated": "stated by the program"}
        lines.append(
            TextLine(
                plain(f"  {how.get(question.source, question.source)}; {question.rule} ({question.method})"), "dim"
            )
        )
        lines += [TextLine(plain(f"  ( ) {option}")) for option in question.options]
        if question.asked_at is not None:
            answered = (
                ""
                if question.answered_at is None
                else f", answered after {duration(question.answered_at - question.asked_at)}"
            )
            lines.append(TextLine(f"  asked at {clock_time(question.asked_at, zone)}{answered}", "dim"))
        if question.answer_status is not None:
            words = ANSWER_WORDS[question.answer_status]
            answer = f": {question.answer}" if question.answer else ""
            lines += text_lines(f"  {words}{answer}")
        lines.append(_BLANK)
    return lines


def violation_text(violations: Sequence[ViolationLine]) -> list[TextLine]:
    """The violations of a turn."""
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
    """The model requests of a turn, and their sum."""
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
