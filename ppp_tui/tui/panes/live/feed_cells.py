"""The feed of the followed session: prompts, steps and questions as table lines. Pure.

Prompts, messages and questions are wrapped to a few rows; everything else has one, with how it ended at its right edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

from rich.cells import cell_len

from ppp_tui.model.clock import MINUTE_MS
from ppp_tui.model.event_values import Origin, StepKind
from ppp_tui.query.rows import QuestionLine, StepLine, TurnSummary, ViolationLine
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.format import age, clock_time, duration
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.live.card_text import unmarked
from ppp_tui.tui.panes.turns.question_text import is_asked_by
from ppp_tui.tui.panes.turns.step_cells import STATUS_TONES, subject_cell, took_ms
from ppp_tui.tui.panes.turns.step_names import tool_label
from ppp_tui.tui.widgets.columns import Column, lay_out
from ppp_tui.tui.widgets.lines import Cell, CellLike, Key, Line, StyledPieces, parts_of
from ppp_tui.tui.widgets.text_lines import TextLine, WrappedText
from ppp_tui.tui.widgets.tones import Tone

WHO = 9
"""Width of the column of speakers and tools."""

FEED_COLUMNS = (
    Column("when", "", width=8, priority=90),
    Column("who", "", width=WHO, priority=190),
    Column("what", "", weight=1, min_width=16, priority=200),
)
"""Columns of the feed."""

GAP = 1
"""Cells between the columns."""

MARGIN = 2
"""Cells before the first column, for cursor and mark."""

MOST_ROWS = 4
"""Maximum rows of one message."""

_VERBS: dict[StepKind, str] = {
    "shell": "runs",
    "read": "reads",
    "edit": "edits",
    "search": "searches",
    "web": "looks up",
    "subagent": "delegates",
    "ask": "asks",
    "plan": "plans",
}

_ASKED: dict[str, Tone] = {"low": "effort-low", "medium": "effort-medium", "high": "effort-high"}
_BROKEN: dict[str, Tone] = {"minor": "severity-minor", "major": "severity-major", "critical": "severity-critical"}


class Feed(NamedTuple):
    """The last steps of a session with what belongs to them, as they were read."""

    steps: tuple[StepLine, ...] = ()
    """In order, over all turns."""
    turns: tuple[TurnSummary, ...] = ()
    """The turns of these steps and all later turns, in order."""
    questions: Mapping[int, tuple[QuestionLine, ...]] = {}
    """Questions by the id of their turn."""
    violations: Mapping[int, tuple[ViolationLine, ...]] = {}
    """Violations by the id of their turn."""
    is_cut: bool = False
    """Whether earlier steps were left out."""


class FeedEntry(NamedTuple):
    """One entry of the feed: a prompt, step, question or violation."""

    key: Key
    turn_number: int
    at: int | None
    who: str
    who_tone: Tone
    text: str
    tone: Tone = "text"
    is_wrapped: bool = False
    step: StepLine | None = None
    """The step whose end is shown at the right edge."""


class FeedLines:
    """Makes the lines of a feed, and keeps lines whose entries have not changed."""

    def __init__(self, zone: tzinfo) -> None:
        """Make lines with times of day in `zone`."""
        self._zone = zone
        self._steps: dict[int, FeedEntry] = {}
        self._width, self._room = 0, 1
        self._lines: dict[Key, tuple[FeedEntry, list[Line]]] = {}
        self.is_running = False
        """Whether a line changes as time passes."""
        self.made = 0
        """Number of entries whose lines were made so far; tests measure work by it."""

    def entries(self, feed: Feed) -> list[FeedEntry]:
        """Return the entries of a feed, in order."""
        by_turn: dict[int, list[StepLine]] = {}
        for step in feed.steps:
            by_turn.setdefault(step.turn_number, []).append(step)
        before, self._steps = self._steps, {}
        happened: list[FeedEntry] = []
        first = True
        for turn in feed.turns:
            steps = by_turn.get(turn.number, [])
            is_begun = first and feed.is_cut and bool(steps) and steps[0].number > 1
            if turn.headline and not is_begun:
                happened.append(_prompt(turn))
            happened += self._entries_of(steps, feed.questions.get(turn.id, ()), before)
            happened += map(_violation, feed.violations.get(turn.id, ()))
            if turn.status in ("interrupted", "failed"):
                happened.append(
                    FeedEntry(
                        key=f"end {turn.id}",
                        turn_number=turn.number,
                        at=turn.ended_at,
                        who="turn",
                        who_tone="dim",
                        text=turn.status,
                        tone="notice",
                    )
                )
            first = False
        return happened

    def _entries_of(
        self, steps: Sequence[StepLine], questions: Sequence[QuestionLine], before: Mapping[int, FeedEntry]
    ) -> list[FeedEntry]:
        waiting = list(questions)
        entries: list[FeedEntry] = []
        for step in steps:
            asked = [question for question in waiting if is_asked_by(question, step)] if waiting else []
            if asked and step.kind == "ask":
                entries.append(_asking(step))
            else:
                entry = before.get(step.id)
                if entry is None or (entry.step is not step and entry.step != step):
                    entry = _step(step)
                self._steps[step.id] = entry
                entries.append(entry)
            for question in asked:
                waiting.remove(question)
                entries.append(_question(question))
        entries += map(_question, waiting)
        return entries

    def lines(self, entries: Sequence[FeedEntry], now_ms: int, width: int) -> list[Line]:
        """Return entries as the lines of a table of `width` cells."""
        if width != self._width:
            self._width, self._lines = width, {}
            self._room = max(1, lay_out(FEED_COLUMNS, width - MARGIN, GAP)[-1])
        before, room = self._lines, self._room
        self._lines, self.is_running = {}, False
        lines: list[Line] = []
        for entry in entries:
            last = before.get(entry.key)
            is_running = entry.step is not None and entry.step.status == "running"
            if last is None or is_running or (last[0] is not entry and last[0] != entry):
                self.made += 1
                made = (
                    _wrapped(entry, self._zone, room)
                    if entry.is_wrapped
                    else [_single(entry, self._zone, now_ms, room)]
                )
                last = (entry, made)
                self.is_running |= is_running
            self._lines[entry.key] = last
            lines += last[1]
        return lines


_SPEAKERS: dict[Origin, str] = {
    "typed": "you",
    "queued": "you",
    "command": "you",
    "sdk": "program",
    "logged": "program",
    "system": "itself",
}
"""Who opened a turn, in words; an agent may do so by itself."""


def _prompt(turn: TurnSummary) -> FeedEntry:
    name = _SPEAKERS[turn.origin]
    at = turn.started_at or None
    return FeedEntry(
        key=f"turn {turn.id}",
        turn_number=turn.number,
        at=at,
        who=name,
        who_tone="heading",
        text=turn.headline,
        tone="strong",
        is_wrapped=True,
    )


def _asking(step: StepLine) -> FeedEntry:
    """Return the entry of a step whose questions follow as entries of their own."""
    return FeedEntry(
        key=step.id,
        turn_number=step.turn_number,
        at=step.started_at,
        who=whose(step),
        who_tone="text",
        text="waits for your answer" if step.status == "running" else "asked you",
        tone="dim",
        step=step,
    )


def _step(step: StepLine) -> FeedEntry:
    [cell, *_] = parts_of(subject_cell(step), "text")
    is_said = step.kind == "message"
    tone: Tone = "dim" if step.kind in ("thinking", "note") else cell.tone
    return FeedEntry(
        key=step.id,
        turn_number=step.turn_number,
        at=step.started_at,
        who=whose(step),
        who_tone=_who_tone(step),
        text=unmarked(step.target or step.input_preview) or cell.text if is_said else cell.text,
        tone=tone,
        is_wrapped=is_said,
        step=step,
    )


def whose(step: StepLine) -> str:
    """Return the speaker or tool of a step; a tool with a long name is called by what it does."""
    name = tool_label(step)
    return name if cell_len(name) <= WHO else _VERBS.get(step.kind, name)


def _who_tone(step: StepLine) -> Tone:
    if step.kind == "message":
        return "accent"
    if step.kind == "error":
        return "stuck"
    return "dim" if step.kind in ("thinking", "note") else "text"


def _question(question: QuestionLine) -> FeedEntry:
    is_open = question.asked_at is not None and question.answer_status is None and question.source == "tool"
    is_open = is_open and question.answered_at is None
    tone: Tone = "needs-you" if is_open else "text"
    return FeedEntry(
        key=f"question {question.id}",
        turn_number=question.turn_number,
        at=None,
        who=f"? {question.effort}",
        who_tone=_ASKED[question.effort],
        text=question.text or "(text not kept)",
        tone=tone,
        is_wrapped=True,
    )


def _violation(violation: ViolationLine) -> FeedEntry:
    kept = f"expected {violation.expected}, got {violation.actual}" if violation.expected or violation.actual else ""
    text = f"{violation.preference_name}: {kept or '(text not kept)'}"
    return FeedEntry(
        f"violation {violation.id}",
        violation.turn_number,
        None,
        f"!{violation.severity}",
        _BROKEN[violation.severity],
        text,
        is_wrapped=True,
    )


def _single(entry: FeedEntry, zone: tzinfo, now_ms: int, room: int) -> Line:
    ended = _ended(entry.step, now_ms) if entry.step is not None else []
    taken = sum([cell_len(cell.text) for cell in ended]) if ended else 0
    text = pad(cut(plain(" ".join(entry.text.split())), max(0, room - taken)), max(0, room - taken))
    cell: CellLike = StyledPieces((Cell(text, entry.tone), *ended)) if ended else Cell(text.rstrip(), entry.tone)
    return _line(entry, zone, cell)


def _ended(step: StepLine, now_ms: int) -> list[Cell]:
    """Return how a step ended: its duration, and what went wrong."""
    if step.kind in ("message", "thinking", "note"):
        return []
    took = took_ms(step, now_ms)
    is_running = step.status == "running"
    # Seconds do not matter for a step that has been running for minutes.
    took_text = "" if took is None else age(took) if is_running and took >= MINUTE_MS else duration(took)
    cells = [Cell(f"  {took_text}", "dim", is_clock=is_running)] if took_text else []
    if step.exit_code:
        cells.append(Cell(f"  exit {step.exit_code}", "notice"))
    elif step.status == "ok":
        cells.append(Cell("  ok", "dim"))
    elif step.status != "unknown":
        cells.append(Cell(f"  {step.status}", STATUS_TONES.get(step.status, "dim")))
    return cells


def _wrapped(entry: FeedEntry, zone: tzinfo, room: int) -> list[Line]:
    wrapped = WrappedText([TextLine(plain(" ".join(entry.text.split())))], room)
    wrapped.advance(MOST_ROWS + 1)
    texts = [wrapped.lines[0].text[row.start : row.end] for row in wrapped.rows]
    if len(texts) > MOST_ROWS:
        texts = [*texts[: MOST_ROWS - 1], cut(f"{texts[MOST_ROWS - 1]} {texts[MOST_ROWS]}", room)]
    first, *further = texts or [""]
    return [
        _line(entry, zone, Cell(first, entry.tone)),
        *(Line(f"{entry.key} {place}", ("", "", Cell(text, entry.tone))) for place, text in enumerate(further, 1)),
    ]


def _line(entry: FeedEntry, zone: tzinfo, cell: CellLike) -> Line:
    when = clock_time(entry.at, zone) if entry.at is not None else ""
    return Line(entry.key, (Cell(when, "dim"), Cell(entry.who, entry.who_tone), cell))


def turn_of_line(entries: Sequence[FeedEntry], key: Key) -> int | None:
    """Return the turn that a line of the feed belongs to, None if the line is not there any more."""
    numbers = (entry.turn_number for entry in entries if entry.key == key or str(key).startswith(f"{entry.key} "))
    return next(numbers, None)
