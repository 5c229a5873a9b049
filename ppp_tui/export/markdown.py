"""Markdown: the conversation, to read or to send.

What an agent or a user wrote stands in fences longer than any run of backticks in it, or as code within a line:
nothing of it becomes markup or HTML, wherever the document is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ppp_tui.export.forms import find_session, steps, turns
from ppp_tui.model.clock import to_text
from ppp_tui.model.question import ANSWER_WORDS
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.rows import QuestionLine, SessionRow, Spend, StepLine, TurnSummary, ViolationLine
from ppp_tui.query.sessions.steps import question_lines, violation_lines
from ppp_tui.query.sessions.turns import turn_text
from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import copyable

_SPACES = re.compile("[ \n\t]+")


def markdown(connection: Connection, trajectory_id: int) -> Iterator[str]:
    """Yield the trajectory as a document, in pieces. Raises LookupError if it is not in the database."""
    yield _head(find_session(connection, trajectory_id))
    for turn in turns(connection, trajectory_id):
        yield _turn_head(turn)
        yield from _turn(connection, turn)


def _turn(connection: Connection, turn: TurnSummary) -> Iterator[str]:
    text = answer(connection, turn_text(turn.id))
    if text is None:
        return
    if not text.is_text_kept:
        yield f"The database keeps no text: {text.prompt_length} characters in, {text.response_length} out.\n"
    if text.prompt:
        yield f"**you**\n\n{fenced(text.prompt)}"
    yield from _with_gaps(_pieces(connection, turn, text.response))


def _pieces(connection: Connection, turn: TurnSummary, response: str) -> Iterator[str]:
    """Yield messages as blocks, and steps, questions and violations as list items."""
    has_spoken = False
    for step in steps(connection, turn.id):
        has_spoken |= step.kind == "message"
        yield _step(step, response)
    if response and not has_spoken:
        yield _agent_block(response)
    yield from map(_question, answer(connection, question_lines(turn.id)))
    yield from map(_violation, answer(connection, violation_lines(turn.id)))


def _with_gaps(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the pieces, with an empty line before every block and before the first item of a list."""
    is_listing = False
    for piece in filter(None, pieces):
        is_item = piece.startswith("- ")
        yield piece if is_item and is_listing else f"\n{piece}"
        is_listing = is_item


def _head(session: SessionRow) -> str:
    facts = [
        ("agent", f"{session.agent_name} {session.agent_version}"),
        ("model", session.model),
        ("project", session.project_label),
        ("folder", session.project),
        ("branch", session.branch),
        ("session", session.native_id),
        ("specification", session.spec_id),
        ("began", _time(session.started_at)),
        ("last sign of life", _time(session.last_at)),
        ("tokens", _tokens(session.tree)),
        ("cost at API prices", _cost(session.tree)),
    ]
    lines = [f"# {inline(session.title) or 'Session'}", ""]
    lines += [f"- {name}: {shown}" for name, value in facts if (shown := inline(value))]
    return "\n".join(lines) + "\n"


def _tokens(spend: Spend) -> str:
    if spend.all_tokens is None:
        return "unknown"
    note = f" ({spend.stated_tokens:,} of them as the program stated them)" if spend.stated_tokens else ""
    return f"{spend.all_tokens:,}{note}"


def _turn_head(turn: TurnSummary) -> str:
    facts = [_time(turn.started_at), turn.status]
    if turn.wall_ms is not None:
        facts.append(f"{turn.wall_ms / 1000:.1f} s")
    if turn.spend.stated_tokens:
        facts.append(f"{counted(turn.spend.stated_tokens, 'token')} as stated")
    if turn.is_rolled_back:
        facts.append("taken back")
    if turn.is_copy:
        facts.append("copied from another session")
    return f"\n## Turn {turn.number}\n\n{', '.join(filter(None, facts))}\n\n"


def _step(step: StepLine, response: str) -> str:
    if step.kind == "thinking":
        return ""
    if step.kind == "message":
        message = response[step.text_start : step.text_end] if step.text_end else step.input_preview
        return _agent_block(message) if message else ""
    ended = f"exit {step.exit_code}" if step.exit_code is not None else step.status
    name = inline(step.tool) if step.tool else step.kind
    return f"- {name} {inline(step.target)} ({ended})\n"


def _agent_block(text: str) -> str:
    return f"**agent**\n\n{fenced(text)}"


def _question(question: QuestionLine) -> str:
    item = f"- question, {question.effort} effort: {inline(question.text)}"
    if question.answer_status is None:
        return f"{item}\n"
    answer = f": {inline(question.answer)}" if question.answer else ""
    return f"{item}, {ANSWER_WORDS[question.answer_status]}{answer}\n"


def _violation(violation: ViolationLine) -> str:
    difference = f"expected {inline(violation.expected) or 'nothing'}, got {inline(violation.actual) or 'nothing'}"
    return f"- {violation.severity} violation of {inline(violation.preference_name)}: {difference}\n"


def _cost(spend: Spend) -> str:
    if spend.known_cost_micros is None:
        return "unknown"
    dollars = f"${spend.known_cost_micros / 1e6:.2f}"
    return f"at least {dollars}" if spend.is_lower_bound else dollars


def _time(at_ms: int) -> str:
    return f"{to_text(at_ms)} UTC" if at_ms else ""


def fenced(text: str) -> str:
    """Return text in a Markdown fence that it cannot close; control characters become symbols."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{copyable(text)}\n{fence}\n"


def inline(text: str) -> str:
    """Return text as Markdown code within a line, so that nothing of it is markup; '' stays empty."""
    line = _SPACES.sub(" ", copyable(text)).strip(" ")
    if not line:
        return ""
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {line} {ticks}" if longest else f"`{line}`"
