"""Questions of Codex to the user, and their answers.

`request_user_input` waits: its output holds the answers by the questions' ids, or none where it was submitted empty.
`request_user_input_async` returns at once; its questions stand in a message of the agent too, and an answer is a later
message of the user, plain or in an envelope that names the question. What Codex writes is told in `FORMATS.md`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ppp_tui.model.event import QuestionAnswered, QuestionAsked, Ref
from ppp_tui.model.ids import hash64
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.raw_json import parse
from ppp_tui.sources.codex.state import ASKED, AskedStep, Call
from ppp_tui.sources.parser_state import remember

WAITING_TOOL = "request_user_input"
FREE_TOOL = "request_user_input_async"
ASKING_TOOLS = frozenset({WAITING_TOOL, FREE_TOOL})

_TITLE_CHARS = 200
"""Characters of a question by which its answer is matched."""

HIDDEN = "(secret)"
"""Replaces the answer to a question for a password or the like."""

_NOTE = "user_note:"
"""Prefix of a text that the user typed beside an option, or instead of one."""

_OPEN, _CLOSE = "<send_user_message_question_reply>", "</send_user_message_question_reply>"


class ParsedQuestion(NamedTuple):
    """A parsed question."""

    text: str
    options: tuple[str, ...]
    key: str = ""
    """Id of the question in its call, by which the output names it."""
    is_secret: bool = False
    """Whether the answer is a password or the like, and is not kept."""


class Reply(NamedTuple):
    """An answer in an envelope."""

    step: str
    place: int
    question: str
    answer: str


def read_questions(entries: object) -> tuple[ParsedQuestion, ...]:
    """Return the questions in a list of objects with a `question` or a `title`; other entries are left out."""
    questions = []
    for entry in entries if isinstance(entries, list) else ():
        text = (entry.get("question") or entry.get("title")) if isinstance(entry, dict) else None
        if text:
            key, secret = entry.get("id"), entry.get("isSecret") or entry.get("is_secret")
            labels = tuple(_labels(entry.get("options")))
            questions.append(ParsedQuestion(str(text), labels, key if isinstance(key, str) else "", bool(secret)))
    return tuple(questions)


def ask(
    emitter: ThreadEmitter, step: str, asked: tuple[ParsedQuestion, ...], at: int, ref: Ref, *, is_blocking: bool
) -> None:
    """Emit the questions of a step."""
    state = emitter.state
    call = state.calls.get(step)
    if call is not None and is_blocking:
        call.asked = [(question.key, question.is_secret) for question in asked]
    if not is_blocking:
        titles = [_title(question.text) for question in asked]
        remember(state.asked, step, AskedStep(step, state.turn_id, titles), ASKED)
    for question in asked:
        emitter.emit(QuestionAsked(at, ref, question.text, step, question.options, is_blocking=is_blocking))


def ask_in_message(emitter: ThreadEmitter, key: str, asked: tuple[ParsedQuestion, ...], at: int, ref: Ref) -> str:
    """Emit the questions of a message, unless a call asked them before. Return the step that they belong to."""
    state = emitter.state
    titles = [_title(question.text) for question in asked]
    asked_step = state.asked.get(key)
    if asked_step is None:
        asked_step = next((entry for entry in reversed(state.asked.values()) if entry.titles == titles), None)
        if asked_step is not None:
            # An answer names the message, whose id need not be the call's.
            remember(state.asked, key, asked_step, ASKED)
    if asked_step is not None:
        return asked_step.step
    ask(emitter, key, asked, at, ref, is_blocking=False)
    return key


def step_of_text(emitter: ThreadEmitter, text: str) -> str:
    """Return the step whose questions a plain message repeats, beginning with the first one; '' if there is none."""
    state = emitter.state
    beginning = text.lstrip() if state.asked else ""
    for entry in reversed(state.asked.values()):
        if (
            entry.turn_id == state.turn_id
            and entry.titles
            and _title(beginning[: entry.titles[0][1]]) == entry.titles[0]
        ):
            return entry.step
    return ""


def read_answers(call: Call, text: str) -> tuple[str | None, ...] | None:
    """Return the answers in the output of a call that waited, in order of its questions; None if it holds none."""
    body = parse(text) if text.lstrip().startswith("{") else None
    answers = body.get("answers") if isinstance(body, dict) else None
    if not isinstance(answers, dict):
        return None
    given = [_answer(value) for value in _in_order(call, answers)]
    return tuple(
        HIDDEN if answer and is_secret else answer for answer, (_, is_secret) in zip(given, call.asked, strict=True)
    )


def was_dismissed(text: str) -> bool:
    """Return whether an output states that the user never answered because the call was cancelled."""
    return "cancelled before receiving" in text[:200]


def read_replies(text: str) -> list[Reply]:
    """Return the answers in an envelope; empty for other texts."""
    text = text.strip()
    if not text.startswith(_OPEN) or not text.endswith(_CLOSE):
        return []
    body = parse(text[len(_OPEN) : -len(_CLOSE)])
    replies = []
    for entry in body if isinstance(body, list) else [body]:
        answer = entry.get("answer") if isinstance(entry, dict) else None
        if isinstance(answer, str):
            step, place = _question_place(entry.get("questionItemId"))
            question = entry.get("question")
            replies.append(Reply(step, place, question if isinstance(question, str) else "", answer))
    return replies


def is_envelope(text: str) -> bool:
    """Return whether a text of the user is an envelope of answers."""
    return text.lstrip().startswith(_OPEN)


def emit_replies(emitter: ThreadEmitter, replies: list[Reply], at: int) -> str:
    """Emit answers. Return them as readable text."""
    state = emitter.state
    for reply in replies:
        asked_step, place = state.asked.get(reply.step), reply.place
        if asked_step is None or place < 0:
            title = _title(reply.question)
            asked_step = next((entry for entry in reversed(state.asked.values()) if title in entry.titles), asked_step)
            place = asked_step.titles.index(title) if asked_step is not None and title in asked_step.titles else place
        if asked_step is not None and place >= 0:
            emitter.emit_unless_copied(QuestionAnswered(at, asked_step.step, (reply.answer,), first=place))
    return "\n\n".join(f"{reply.question}\n→ {reply.answer}" if reply.question else reply.answer for reply in replies)


def _title(text: str) -> tuple[int, int]:
    """Return hash and length of a question's beginning, since the parser's state keeps no text of it."""
    beginning = text.strip()[:_TITLE_CHARS]
    return hash64(beginning), len(beginning)


def _question_place(key: object) -> tuple[str, int]:
    """Return the step and the index that an answer names: ``["request_user_input_async", "<id>", 0]`` as text."""
    parts = parse(key) if isinstance(key, str) else key
    if isinstance(parts, list) and len(parts) == 3 and isinstance(parts[1], str) and type(parts[2]) is int:
        return parts[1], parts[2]
    return (key if isinstance(key, str) else ""), -1


def _in_order(call: Call, answers: dict[str, Any]) -> list[object]:
    if all(key for key, _ in call.asked):
        return [answers.get(key) for key, _ in call.asked]
    given = list(answers.values())
    return [given[place] if place < len(given) else None for place in range(len(call.asked))]


def _answer(value: object) -> str | None:
    """Return the selected labels, with the typed text below them."""
    given = value.get("answers") if isinstance(value, dict) else value
    entries = [entry for entry in (given if isinstance(given, list) else [given]) if isinstance(entry, str)]
    notes = [entry[len(_NOTE) :].strip() for entry in entries if entry.startswith(_NOTE)]
    labels = ", ".join(entry for entry in entries if not entry.startswith(_NOTE))
    return "\n".join(filter(None, [labels, *notes])) or None


def _labels(options: object) -> list[str]:
    if not isinstance(options, list):
        return []
    return [str(option.get("label", "")) if isinstance(option, dict) else str(option) for option in options]
