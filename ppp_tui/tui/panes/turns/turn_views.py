"""The views of a turn: their names, what they read of the whole session, and their lines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Literal, NamedTuple, get_args

from ppp_tui.model.activity import ContextRow
from ppp_tui.query.pool import Fetch
from ppp_tui.query.quality.context_use import context_turns
from ppp_tui.query.rows import QuestionLine, SessionRow
from ppp_tui.query.scores.score_settings import ScoreSettings
from ppp_tui.query.sessions.steps import session_questions
from ppp_tui.query.sessions.turns import turn_headlines
from ppp_tui.query.signals.run_details import RunEntry, turn_entries
from ppp_tui.tui.panes.score_text import Judged, read_judged, score_lines
from ppp_tui.tui.panes.turns.context_view import context_lines
from ppp_tui.tui.panes.turns.conversation import Block, Conversation, conversation
from ppp_tui.tui.panes.turns.question_text import questions_by_turn
from ppp_tui.tui.panes.turns.raw_view import raw_lines
from ppp_tui.tui.panes.turns.signal_view import signal_lines
from ppp_tui.tui.panes.turns.step_output import ConversationLook, fitting_blocks, fitting_peeks, row_count
from ppp_tui.tui.panes.turns.time_view import Times, load_times, time_lines
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn, TurnPayloads
from ppp_tui.tui.panes.turns.turn_render import usage_text, violation_text
from ppp_tui.tui.widgets.text_lines import TextLine

View = Literal[
    "conversation", "steps", "questions", "context", "time", "usage", "violations", "signals", "score", "raw"
]
VIEWS: tuple[View, ...] = get_args(View)
"""The views of a turn, in the order of their keys."""

LABELS: dict[View, str] = {view: "talk" if view == "conversation" else view for view in VIEWS}
"""Names of the views on the screen."""

SESSION_VIEWS: tuple[View, ...] = ("questions", "context", "time", "signals", "score", "raw")
"""Views that show more than the turn; this is read when one of them is shown."""

MAX_CONTEXT_TURNS = 400
"""Maximum of turns whose context is shown, around the current one."""


@dataclass(slots=True)
class SessionFacts:
    """What views show of the whole session, as far as it was read."""

    scoring: ScoreSettings
    zone: tzinfo
    questions: list[QuestionLine] | None = None
    headlines: dict[int, str] = field(default_factory=dict)
    """The beginnings of the prompts of turns with questions."""
    context: list[ContextRow] | None = None
    times: Times | None = None
    judged: Judged | None = None
    entries: list[RunEntry] | None = None
    entries_turn: int = 0
    """The turn that `entries` are of."""
    raw: list[TextLine] = field(default_factory=list)
    raw_turn: int = 0
    """The turn that `raw` belongs to."""


class ViewLook(NamedTuple):
    """Width, time zone and unfolded blocks that a view is drawn with."""

    width: int
    zone: tzinfo
    unfolded: frozenset[str]
    height: int = 0
    """Rows; a conversation that leaves some free shows more of its outputs."""


class DrawnView(NamedTuple):
    """The lines of a view, the blocks among them, and the line to scroll to."""

    lines: Sequence[TextLine]
    blocks: Sequence[Block] = ()
    focus_line: int | None = None


async def load_facts(fetch: Fetch, view: View, loaded: LoadedTurn, row: SessionRow, facts: SessionFacts) -> None:
    """Read what a view shows of the whole session into `facts`. Raises QueryFailedError and DatabaseMissingError."""
    number = loaded.turn.number
    if view == "questions":
        questions = await fetch(session_questions(row.id))
        asked_in = sorted({question.turn_number for question in questions})
        facts.headlines = await fetch(turn_headlines(row.id, asked_in)) if asked_in else {}
        facts.questions = questions
    elif view == "context":
        after = max(-1, number - MAX_CONTEXT_TURNS // 2)
        facts.context = await fetch(context_turns(row.id, after, MAX_CONTEXT_TURNS))
    elif view == "time":
        facts.times = await load_times(fetch, row.id, number)
    elif view == "signals":
        facts.entries = await fetch(turn_entries(loaded.turn.id))
        facts.entries_turn = loaded.turn.id
    elif view == "score":
        facts.judged = await read_judged(fetch, row.id, facts.scoring)
    elif view == "raw" and facts.raw_turn != loaded.turn.id:
        facts.raw = []
        facts.raw = await asyncio.to_thread(raw_lines, loaded.steps, row, facts.zone)
        facts.raw_turn = loaded.turn.id


def view_lines(
    view: View, loaded: LoadedTurn, facts: SessionFacts, payloads: TurnPayloads, look: ViewLook
) -> DrawnView:
    """Return a view of a turn; parts that are still being read say so."""
    number = loaded.turn.number
    if view == "questions" and facts.questions is not None:
        lines, starts = questions_by_turn(facts.questions, facts.headlines, look.width, look.zone)
        return DrawnView(lines, focus_line=starts.get(number))
    if view == "context" and facts.context is not None:
        lines, starts = context_lines(facts.context, number, look.width)
        return DrawnView(lines)
    if view == "time" and facts.times is not None:
        return DrawnView(time_lines(facts.times, loaded.steps, payloads.descriptions, look.width))
    if view == "signals" and facts.entries is not None and facts.entries_turn == loaded.turn.id:
        lines, blocks = signal_lines(facts.entries, loaded.steps, look.zone)
        return DrawnView(lines, blocks)
    if view == "score":
        return DrawnView(score_lines(facts.judged, facts.scoring))
    if view == "raw":
        return DrawnView(facts.raw or [_READING])
    if view == "violations":
        return DrawnView(violation_text(loaded.violations))
    if view == "usage":
        return DrawnView(usage_text(loaded.turn, loaded.usage, loaded.steps, width=look.width, zone=look.zone))
    if view != "conversation":
        return DrawnView([_READING])
    shown = ConversationLook(look.width, look.zone, look.unfolded)
    talk = conversation(loaded, payloads, shown)
    if len(talk.lines) < look.height:
        talk = _with_outputs(talk, loaded, payloads, shown, look.height)
    return DrawnView(talk.lines, talk.blocks)


def _with_outputs(
    talk: Conversation, loaded: LoadedTurn, payloads: TurnPayloads, look: ConversationLook, height: int
) -> Conversation:
    """Return a conversation with as many outputs as there are rows for: their ends, then all of them."""
    peeked = fitting_peeks(loaded, payloads, look, height - row_count(talk.lines, look.width))
    if peeked:
        look = look._replace(peeked=peeked)
        talk = conversation(loaded, payloads, look)
    roomy = fitting_blocks(loaded, payloads, look, height - row_count(talk.lines, look.width))
    return conversation(loaded, payloads, look._replace(roomy=roomy)) if roomy else talk


_READING = TextLine("reading…", "dim")
