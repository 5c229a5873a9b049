"""One turn with all that lies in it, and the views of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from ppp_tui.query.pool import Fetch
from ppp_tui.query.rows import QuestionLine, SessionRow, StepLine, TurnSummary, TurnText, UsageLine, ViolationLine
from ppp_tui.query.sessions.steps import question_lines, step_lines, usage_lines, violation_lines
from ppp_tui.query.sessions.turns import turn, turn_text
from ppp_tui.text.format import count, date_time
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.turns.turn_render import conversation, question_text, usage_text, violation_text
from ppp_tui.tui.widgets.text_lines import TextLine

MOST_STEPS = 2000
"""Steps of one turn that are read: more of them than anybody looks through."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedTurn:
    """A turn as it was read."""

    turn: TurnSummary
    text: TurnText
    steps: list[StepLine]
    questions: list[QuestionLine]
    violations: list[ViolationLine]
    usage: list[UsageLine]


async def load_turn(fetch: Fetch, turn_id: int) -> LoadedTurn | None:
    """Read a turn; None if it is not there."""
    summary = await fetch(turn(turn_id))
    text = await fetch(turn_text(turn_id))
    if summary is None or text is None:
        return None
    return LoadedTurn(
        summary,
        text,
        await fetch(step_lines(turn_id, limit=MOST_STEPS)),
        await fetch(question_lines(turn_id)),
        await fetch(violation_lines(turn_id)),
        await fetch(usage_lines(turn_id)),
    )


def unseen_steps(loaded: LoadedTurn) -> str:
    """How many steps a very long turn has beyond those that were read; '' if none."""
    missing = loaded.turn.steps - (loaded.steps[-1].number if loaded.steps else 0)
    return f"… {count(missing)} more steps are not shown" if len(loaded.steps) == MOST_STEPS and missing > 0 else ""


def view_lines(view: str, loaded: LoadedTurn, session: SessionRow, zone: tzinfo) -> list[TextLine]:
    """A view of a turn as lines."""
    if view == "questions":
        return question_text(loaded.questions, zone)
    if view == "violations":
        return violation_text(loaded.violations)
    if view == "usage":
        return usage_text(loaded.turn, loaded.usage, zone)
    if view == "raw":
        return _raw(loaded, session, zone)
    lines = conversation(loaded.turn, loaded.text, loaded.steps, loaded.questions, loaded.violations, zone)
    unseen = unseen_steps(loaded)
    return [*lines, TextLine(unseen, "dim")] if unseen else lines


def _raw(loaded: LoadedTurn, session: SessionRow, zone: tzinfo) -> list[TextLine]:
    """Where the turn's records lie, for whoever wants to see them as they are."""
    lines = [
        TextLine(plain(f"file     {session.path or '(gone)'}"), is_preformatted=True),
        TextLine(plain(f"session  {session.native_id}  {session.source}  version {session.agent_version}")),
        TextLine(plain(f"began    {date_time(session.started_at or None, zone)}  branch {session.branch or '-'}")),
        TextLine(""),
        TextLine("step   kind        input at   bytes  output at   bytes  key", "heading", is_preformatted=True),
    ]
    for step in loaded.steps:
        shown = (
            f"{step.number:>4}   {step.kind:<10} {step.input_offset:>9} {step.input_bytes:>7} {step.output_offset:>10} "
            f"{step.output_bytes:>7}  {step.key}"
        )
        lines.append(TextLine(plain(shown), is_preformatted=True))
    return lines
