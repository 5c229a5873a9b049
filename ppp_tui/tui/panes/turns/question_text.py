"""Questions as lines, each with its options and its answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ppp_tui.model.question import ANSWER_WORDS
from ppp_tui.query.rows import QuestionLine, StepLine
from ppp_tui.text.cells import cell_width, cut, pad
from ppp_tui.text.format import clock_time, duration
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan
from ppp_tui.tui.widgets.tones import Tone

EFFORT_TONES: dict[str, Tone] = {"low": "effort-low", "medium": "effort-medium", "high": "effort-high"}

MAX_ANSWER_ROWS = 12
"""Maximum lines of a typed answer below its question."""

_SOURCES = {"tool": "asked through a tool", "text": "found in the answer", "stated": "stated by the program"}
_INDENT = 10
"""Indent of options and answers: that of the question's text."""


def is_asked_by(question: QuestionLine, step: StepLine) -> bool:
    """Return whether a step asks a question: in the text of a message, or through the tool for questions."""
    if question.text_start is not None:
        return step.text_start is not None and step.text_start <= question.text_start < (step.text_end or 0)
    return step.kind == "ask" and question.asked_at is not None and question.asked_at == step.started_at


def chosen_options(question: QuestionLine) -> frozenset[str]:
    """Return the options that the answer names: none, one, or several separated by commas."""
    answer = question.answer
    if answer is None:
        return frozenset()
    if answer in question.options:
        return frozenset((answer,))
    named = {part.strip() for part in answer.split(",")}
    matched = named & set(question.options)
    return frozenset(matched) if matched and matched == named else frozenset()


def how_answered(question: QuestionLine) -> str:
    """Return how and after what time a question was answered, in a few words; '' if that is unknown."""
    if question.answer_status is None and question.answered_at is None:
        return "no answer yet" if question.source == "tool" else ""
    words = ANSWER_WORDS[question.answer_status] if question.answer_status is not None else "answered"
    if question.answered_at is None or question.asked_at is None:
        return words
    took = duration(question.answered_at - question.asked_at)
    return f"{words} after {took}" if words != "answered" else f"answered in {took}"


def question_block(question: QuestionLine, width: int) -> list[TextLine]:
    """Return a question in the conversation: effort and text, options, and what was selected or typed."""
    effort = f" ? {question.effort:<7}"
    text = f"{effort}{plain(question.text) or '(text not kept)'}"
    answered = how_answered(question)
    spans: tuple[TextSpan, ...] = (TextSpan(0, len(effort), EFFORT_TONES[question.effort]),)
    room = width - cell_width(text)
    if answered and cell_width(answered) + 2 <= room:
        text += pad(answered, room, "right")
        spans = (*spans, TextSpan(len(text) - len(answered), len(text), "dim"))
        answered = ""
    lines = [TextLine(text, spans=spans, indent=_INDENT)]
    if answered:
        lines.append(TextLine(f"{'':{_INDENT}}{answered}", "dim", indent=_INDENT))
    return [*lines, *answer_lines(question)]


def answer_lines(question: QuestionLine, indent: int = _INDENT) -> list[TextLine]:
    """Return the options of a question, selected ones filled, and a typed answer."""
    selected = chosen_options(question)
    before = " " * indent
    lines = [
        TextLine(
            f"{before}{'●' if option in selected else '○'} {plain(option)}",
            "strong" if option in selected else "dim",
            indent=indent + 2,
        )
        for option in question.options
    ]
    if question.answer and not selected:
        rows = plain(question.answer.strip(), keep_newlines=True).split("\n")
        rows = [f"“{rows[0]}", *rows[1:]]
        rows[-1] += "”"
        if len(rows) > MAX_ANSWER_ROWS:
            rows = [*rows[:MAX_ANSWER_ROWS], "…"]
        lines += [TextLine(f"{before}{row}", "strong", indent=indent + 1) for row in rows]
    return lines


def question_lines_of(questions: Sequence[QuestionLine], zone: tzinfo) -> list[TextLine]:
    """Return the questions of a turn as lines, each with the reason of its effort and its answer."""
    lines: list[TextLine] = []
    for question in questions:
        lines.append(
            TextLine(
                f"? {question.effort:<7} {plain(question.text) or '(text not kept)'}",
                "strong",
                (TextSpan(0, 9, EFFORT_TONES[question.effort]),),
                indent=_INDENT,
            )
        )
        lines += answer_lines(question)
        asked = f"asked at {clock_time(question.asked_at, zone)}" if question.asked_at is not None else ""
        parts = [how_answered(question), asked, _SOURCES.get(question.source, question.source)]
        parts += [f"{question.rule} ({question.method})"]
        lines.append(TextLine(plain(" " * _INDENT + "; ".join(part for part in parts if part)), "dim", indent=_INDENT))
        lines.append(TextLine(""))
    return lines


def questions_by_turn(
    questions: Sequence[QuestionLine], headlines: dict[int, str], width: int, zone: tzinfo
) -> tuple[list[TextLine], dict[int, int]]:
    """Return all questions of a session as lines grouped by turn, and the line on which each turn begins."""
    if not questions:
        return [TextLine("No questions in this session.", "dim")], {}
    lines: list[TextLine] = []
    starts: dict[int, int] = {}
    number = None
    of_turn: list[QuestionLine] = []
    for question in [*questions, None]:
        if question is not None and question.turn_number == number:
            of_turn.append(question)
            continue
        if number is not None:
            starts[number] = len(lines)
            title = plain(headlines.get(number, "").strip().partition("\n")[0])
            lines.append(TextLine(cut(f"turn {number}  {title}".rstrip(), width), "heading"))
            lines += question_lines_of(of_turn, zone)
        if question is not None:
            number, of_turn = question.turn_number, [question]
    return lines, starts
