"""The user's answers to a question that was asked through a tool, from the tool's result.

`AskUserQuestion` keeps the chosen labels and typed texts by question beside its result; without that record (other
clients) they stand in the result's sentence. A plan that was approved, or a mode that was entered, was answered by yes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ppp_tui.model.question import AnswerStatus
from ppp_tui.sources.claude_code.records import EMPTY, ToolResult, fields, loose

_TOLD = ("User has answered your questions:", "Your questions have been answered:")
_ASKED = re.compile(r'"[^"]+"="')
_ANSWER_END = re.compile(r'"(?=, "|\. |,? user notes:|,? selected |\s*$)')
_APPROVED = ("User has approved", "The user has approved", "Entered plan mode")
_DECLINED = ("User declined to answer", "The user declined to answer", "The user wants to clarify")

Replies = tuple[tuple[str | None, ...], AnswerStatus]
"""Answers in the order of the questions, and their status."""


def read_replies(result: ToolResult, text: str, feedback: str, *, is_denied: bool) -> Replies | None:
    """Return the answers in a tool result, None if it holds none.

    `feedback` is what the user said instead of allowing the call.
    """
    if is_denied:
        return ((feedback,), "rejected") if feedback else None
    if text.startswith(_DECLINED):
        return (), "rejected"
    if result.answers is not EMPTY:
        return _recorded(result), "given"
    if text.startswith(_TOLD):
        return tuple(_worded(text)), "given"
    return (("yes",), "given") if text.startswith(_APPROVED) else None


def _worded(text: str) -> Iterator[str | None]:
    """Yield the answers in a sentence of the form ``"Question?"="Answer", "Question?"="Answer". You can …``."""
    end = 0
    while asked := _ASKED.search(text, end):
        closing = _ANSWER_END.search(text, asked.end())
        if closing is None:
            return  # nor does any later answer end
        yield text[asked.end() : closing.start()] or None
        end = closing.end()


def _recorded(result: ToolResult) -> tuple[str | None, ...]:
    answers, notes = fields(result.answers), fields(result.annotations)
    asked = loose(result.questions)
    questions = [
        entry["question"]
        for entry in (asked if isinstance(asked, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("question"), str) and entry["question"]
    ]
    return tuple(_answer(answers.get(question), notes.get(question)) for question in questions or answers)


def _answer(answer: object, annotation: object) -> str | None:
    """Return the selected labels, with the user's notes below them."""
    labels = answer if isinstance(answer, list) else [answer]
    text = ", ".join(label if isinstance(label, str) else json.dumps(label) for label in labels if label is not None)
    note = annotation.get("notes") if isinstance(annotation, dict) else None
    parts = [text, note if isinstance(note, str) else ""]
    return "\n".join(filter(None, parts)) or None
