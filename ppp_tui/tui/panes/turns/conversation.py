"""The conversation of a turn as lines, in blocks that can be selected and unfolded. Pure.

A line begins with three cells: one for the cursor, one for a sign (``●`` the agent speaks, ``✕`` failed, ``?`` a
question, ``!`` a violation), one blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Literal, NamedTuple

from ppp_tui.query.rows import QuestionLine, StepLine, TurnSummary, TurnText, ViolationLine
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.format import clock_time, count, counted, date_time, duration
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.session_cells import spend_text, tokens_text
from ppp_tui.tui.panes.turns.question_text import is_asked_by, question_block
from ppp_tui.tui.panes.turns.step_names import step_subject, tool_label
from ppp_tui.tui.panes.turns.step_output import (
    FAILED_STATUSES,
    GUTTER,
    LABEL_CELLS,
    MAX_UNFOLDED_LINES,
    QUIET_KINDS,
    ConversationLook,
    input_lines,
    output_lines,
    quoted,
    step_row,
    thought_lines,
)
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn, TurnPayloads, unseen_steps
from ppp_tui.tui.widgets.markdown import markdown_lines
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, text_lines
from ppp_tui.tui.widgets.tones import Tone

Mark = Literal["failure", "question", "violation"]
"""Why the mark keys stop at a block."""

SEVERITY_TONES: dict[str, Tone] = {
    "minor": "severity-minor",
    "major": "severity-major",
    "critical": "severity-critical",
}

KEPT_MESSAGES = 1000
"""Number of messages whose parsed Markdown is kept, since a running turn is drawn often."""

LAST_WORD_ROWS = 3
"""Maximum lines of a sub-agent's last words."""

_BLANK = TextLine("")


class Block(NamedTuple):
    """Lines of the conversation that are selected together."""

    key: str
    first: int
    """Index of the first line."""
    end: int
    """Index after the last line."""
    steps: tuple[StepLine, ...] = ()
    """The steps that it shows; none for a question or a violation."""
    mark: Mark | None = None
    is_unfolded: bool = False
    """All of it is shown, because the user unfolded it or there is room for it."""


@dataclass(slots=True)
class Conversation:
    """Lines of a conversation, and the blocks among them in order."""

    lines: list[TextLine] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def add_block(
        self,
        key: str,
        lines: Iterable[TextLine],
        *,
        steps: tuple[StepLine, ...] = (),
        mark: Mark | None = None,
        is_unfolded: bool = False,
    ) -> None:
        """Append lines and make a block of them."""
        first = len(self.lines)
        self.lines += lines
        self.blocks.append(Block(key, first, len(self.lines), steps, mark, is_unfolded))


def conversation(loaded: LoadedTurn, payloads: TurnPayloads, look: ConversationLook) -> Conversation:
    """Return the conversation of a turn, in order; failed steps with the first and last lines of their output."""
    talk = Conversation()
    talk.lines += [heading(loaded.turn, look), _BLANK]
    prompt = _with_sign(prompt_lines(loaded.text), " ", look.width)
    talk.lines += [TextLine(f"   you  {clock_time(loaded.turn.started_at or None, look.zone)}", "heading"), *prompt]
    unasked = list(loaded.questions)
    was_agent = True
    for kind, group in groupby(loaded.steps, key=lambda step: step.kind):
        steps = tuple(group)
        if kind == "message":
            for step in steps:
                talk.lines += [_BLANK, *_with_sign(message_lines(loaded, step), "●", look.width, "accent")]
                _add_questions(talk, unasked, step, look)
            was_agent = True
            continue
        talk.lines += [_BLANK] if was_agent else []
        was_agent = False
        if kind in QUIET_KINDS:
            _add_quiet(talk, steps, look)
            continue
        for step in steps:
            if not _add_questions(talk, unasked, step, look) or step.status in FAILED_STATUSES:
                _add_step(talk, step, loaded, payloads, look)
    if unseen := unseen_steps(loaded):
        talk.lines.append(TextLine(f"   {unseen}", "dim"))
    _add_rest(talk, unasked, loaded.violations, look)
    return talk


def heading(turn: TurnSummary, look: ConversationLook) -> TextLine:
    """Return the heading of a turn in one row."""
    parts = [f"turn {turn.number}", turn.status, date_time(turn.started_at or None, look.zone)]
    if turn.is_rolled_back:
        parts.append("taken back by you")
    if turn.is_copy:
        parts.append("copied from another session, counted there")
    if turn.wall_ms is not None:
        parts.append(duration(turn.wall_ms))
    if turn.spend.all_tokens is not None:
        parts += [spend_text(turn.spend), f"{tokens_text(turn.spend)} tokens"]
    if turn.first_token_ms is not None:
        parts.append(f"{duration(turn.first_token_ms)} to first token")
    return TextLine(cut("  ".join(parts), look.width), "dim")


def prompt_lines(text: TurnText) -> list[TextLine]:
    """Return what the user wrote in a turn; without its text, what is known."""
    if not text.is_text_kept:
        return [TextLine(_unkept(text, text.prompt_length), "dim")]
    return text_lines(text.prompt) if text.prompt else [TextLine("(nothing)", "dim")]


def message_lines(loaded: LoadedTurn, step: StepLine) -> list[TextLine]:
    """Return what the agent said in a message of a turn, its Markdown as tones; without its text, what is known."""
    text = loaded.text
    if not text.is_text_kept:
        return [TextLine(_unkept(text, step.input_length), "dim")]
    if step.text_start is None or step.text_end is None:
        return text_lines(step.input_preview)
    return list(_parsed(text.response[step.text_start : step.text_end]))


@lru_cache(maxsize=KEPT_MESSAGES)
def _parsed(text: str) -> tuple[TextLine, ...]:
    return tuple(markdown_lines(text))


def parse_messages(loaded: LoadedTurn) -> None:
    """Parse the Markdown of a turn's messages ahead, in a thread, so that `conversation` takes only a moment."""
    if loaded.text.is_text_kept:
        for step in loaded.steps:
            if step.kind == "message":
                message_lines(loaded, step)


def _unkept(text: TurnText, length: int) -> str:
    why = "the text is not kept, by your settings" if text.is_shared else "the text was not shared"
    return f"({counted(length, 'character')}; {why})"


def _with_sign(lines: Iterable[TextLine], sign: str, width: int, tone: Tone = "text") -> list[TextLine]:
    """Return `lines` indented by the gutter, with a sign in the first one."""
    shifted = []
    for number, line in enumerate(lines):
        gutter = f" {sign} " if not number else " " * GUTTER
        spans = tuple(TextSpan(span.start + GUTTER, span.end + GUTTER, span.tone) for span in line.spans)
        if not number and sign.strip():
            spans = (TextSpan(1, 2, tone), *spans)
        # A continuation row has at least half of the width.
        indent = min(line.indent + GUTTER, max(GUTTER, width // 2))
        shifted.append(line._replace(text=gutter + line.text, spans=spans, indent=indent))
    return shifted


# Steps


def _add_step(
    talk: Conversation, step: StepLine, loaded: LoadedTurn, payloads: TurnPayloads, look: ConversationLook
) -> None:
    key = f"step {step.id}"
    is_failure = step.status in FAILED_STATUSES or step.kind == "error"
    is_unfolded = key in look.unfolded or key in look.roomy
    lines = [step_row(step, payloads.descriptions.get(step.id, ""), look.width)]
    if is_unfolded:
        lines += input_lines(step, payloads, look)
    if step.child_id is not None:
        lines += _child_lines(loaded, step.child_id, look)
    if (is_failure or is_unfolded or step.id in look.peeked) and step.kind != "error":
        most = MAX_UNFOLDED_LINES if key in look.unfolded else look.roomy.get(key, MAX_UNFOLDED_LINES)
        output = payloads.outputs.get(step.id)
        lines += output_lines(step, output, look.width, is_unfolded=is_unfolded, most_lines=most)
    elif step.kind == "error" and is_unfolded:
        lines += quoted(text_lines(step.input_preview), look.width, is_wrapped=True)
    mark: Mark | None = "failure" if is_failure else None
    talk.add_block(key, lines, steps=(step,), mark=mark, is_unfolded=is_unfolded)


def _child_lines(loaded: LoadedTurn, child_id: int, look: ConversationLook) -> list[TextLine]:
    """Return the figures of a sub-agent, and its last words."""
    before = " " * (GUTTER + LABEL_CELLS)
    lines = []
    child = loaded.children.get(child_id)
    if child is not None:
        parts = [
            counted(child.steps, "step"),
            f"{tokens_text(child.tree)} tokens",
            spend_text(child.tree),
            "↵ opens its session",
        ]
        lines.append(TextLine(before + ", ".join(parts), "dim", indent=len(before)))
    word = " ".join(loaded.last_words.get(child_id, "").split())
    if word:
        room = max(20, (look.width - len(before)) * LAST_WORD_ROWS - LAST_WORD_ROWS * 8)
        text = plain(word)
        text = text if len(text) <= room else f"…{text[-room:]}"
        lines.append(TextLine(f"{before}“{text}”", "dim", indent=len(before) + 1))
    return lines


def _add_quiet(talk: Conversation, steps: tuple[StepLine, ...], look: ConversationLook) -> None:
    """Append thoughts and notices that follow one another, folded into one row."""
    key = f"step {steps[0].id}"
    first = steps[0]
    label = pad(plain(tool_label(first)), LABEL_CELLS - 1) + " "
    room = max(8, look.width - GUTTER - LABEL_CELLS)
    subjects = [text for step in steps if (text := step_subject(step))]
    about = subjects[0] if subjects else f"({counted(sum(step.input_length for step in steps), 'character')})"
    more = f"  (+{count(len(steps) - 1)})" if len(steps) > 1 else ""
    lines = [TextLine(f"   {label}{cut(plain(about), room - len(more))}{more}", "dim", indent=GUTTER + LABEL_CELLS)]
    is_unfolded = key in look.unfolded or key in look.roomy
    if is_unfolded:
        lines += [line for step in steps for line in thought_lines(step, look.width)]
    talk.add_block(key, lines, steps=steps, is_unfolded=is_unfolded)


# Questions and violations


def _add_questions(talk: Conversation, unasked: list[QuestionLine], step: StepLine, look: ConversationLook) -> bool:
    """Append the questions that a step asks, and remove them from `unasked`. Return whether there were any."""
    asked = [question for question in unasked if is_asked_by(question, step)]
    for question in asked:
        unasked.remove(question)
        talk.add_block(f"question {question.id}", question_block(question, look.width), mark="question")
    return bool(asked)


def _add_rest(
    talk: Conversation, unasked: Sequence[QuestionLine], violations: Sequence[ViolationLine], look: ConversationLook
) -> None:
    if unasked or violations:
        talk.lines.append(_BLANK)
    for question in unasked:
        talk.add_block(f"question {question.id}", question_block(question, look.width), mark="question")
    for entry in violations:
        text = plain(f" ! {entry.severity:<8} {entry.preference_name}  expected {entry.expected}, got {entry.actual}")
        line = TextLine(text, SEVERITY_TONES[entry.severity], indent=GUTTER + LABEL_CELLS)
        talk.add_block(f"violation {entry.id}", [line], mark="violation")
