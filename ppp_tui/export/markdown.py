"""Markdown: the conversation to read or to hand on.

What an agent or a person wrote is quoted in fences longer than any run of backticks in it, so that nothing of it
becomes markup, and control characters are shown as numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ppp_tui.export.forms import find_session, turns
from ppp_tui.model.clock import to_text
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.rows import SessionRow, StepLine, TurnSummary
from ppp_tui.query.steps import question_lines, step_lines, violation_lines
from ppp_tui.query.turns import turn_text

_FENCE = re.compile(r"`{3,}")


def markdown(connection: Connection, trajectory_id: int) -> Iterator[str]:
    """The trajectory as a document, a turn at a time. Raises LookupError."""
    yield _head(find_session(connection, trajectory_id))
    for turn in turns(connection, trajectory_id):
        yield _turn_head(turn)
        text = answer(connection, turn_text(turn.id))
        if text is None:
            continue
        yield f"**you**\n\n{fenced(text.prompt)}\n" if text.prompt else ""
        for step in answer(connection, step_lines(turn.id, limit=1 << 20)):
            yield _step(step, text.response)
        for question in answer(connection, question_lines(turn.id)):
            yield f"- question ({question.effort} effort): {inline(question.text)}\n"
        for violation in answer(connection, violation_lines(turn.id)):
            told = f"expected {violation.expected}, got {violation.actual}"
            yield f"- {violation.severity} violation of {inline(violation.preference_name)}: {inline(told)}\n"


def _head(session: SessionRow) -> str:
    cost = f"${session.tree.cost_micros / 1e6:.2f}"
    cost = f"at least {cost}" if session.tree.is_lower_bound else cost
    facts = [
        ("agent", f"{session.agent_name} {session.agent_version}"), ("model", session.model),
        ("project", session.project), ("session", session.native_id), ("began", to_text(session.started_at)),
        ("tokens", str(session.tree.tokens.total)), ("cost (API price)", cost),
    ]  # fmt: skip
    lines = [f"# {inline(session.title) or 'Session'}", "", *(f"- {name}: {inline(value)}" for name, value in facts)]
    return "\n".join(lines) + "\n"


def _turn_head(turn: TurnSummary) -> str:
    wall = f", {turn.wall_ms / 1000:.1f} s" if turn.wall_ms is not None else ""
    return f"\n## Turn {turn.number}\n\n{to_text(turn.started_at)}, {turn.status}{wall}\n\n"


def _step(step: StepLine, response: str) -> str:
    if step.kind == "message":
        said = response[step.text_start : step.text_end] if step.text_end else step.input_preview
        return f"**agent**\n\n{fenced(said)}\n"
    if step.kind == "thinking":
        return ""
    ended = f"exit {step.exit_code}" if step.exit_code is not None else step.status
    return f"- {step.tool or step.kind}: {inline(step.target)} ({ended})\n"


def fenced(text: str) -> str:
    """A text in a fence that it cannot close."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{shown(text)}\n{fence}\n"


def inline(text: str) -> str:
    """A text within a line: code, so that nothing of it is markup; '' stays empty."""
    one = " ".join(shown(text).split())
    if not one:
        return ""
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", one)), default=0) + 1)
    return f"{ticks} {one} {ticks}" if "`" in one else f"`{one}`"


def shown(text: str) -> str:
    """Control and format characters as their numbers; line ends and tabs stay."""
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs") else f"\\u{ord(char):04x}"
        for char in text
    )
