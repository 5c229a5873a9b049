"""The preview of a session beside the list: figures, its last turns, its last words, the files it changed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from rich.cells import cell_len

from ppp_tui.model.project import path_tail
from ppp_tui.query.rows import QuestionLine, SessionRow, TurnSummary
from ppp_tui.query.scores.evaluations import TITLES, EvaluationLine
from ppp_tui.query.sessions.live_details import ChangedFile
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.format import UNKNOWN, count, counted, date_time, duration
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.score_text import VERDICT_TONES
from ppp_tui.tui.panes.session_cells import context_text, project_name, spend_text, tokens_text
from ppp_tui.tui.panes.turns.question_text import question_block
from ppp_tui.tui.widgets.gauge import gauge_bar, solid_bar
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, beside, fact_line, text_lines

SHOWN_TURNS = 12
"""Number of last turns that are listed."""

SHOWN_QUESTIONS = 4
"""Number of last questions that are listed."""

SHOWN_CHILDREN = 6
"""Number of sub-agents that are listed."""

TWO_COLUMNS = 104
"""Width from which on a preview has two columns."""

_COLUMN_GAP = 3
_COST_BAR = 8


class SessionTail(NamedTuple):
    """What a preview shows beside the figures of a session."""

    turns: Sequence[TurnSummary]
    last_words: str
    files: Sequence[ChangedFile]
    """The most edited first."""
    evaluations: Sequence[EvaluationLine] = ()
    questions: Sequence[QuestionLine] = ()
    """In the order in which they were asked."""
    children: Sequence[SessionRow] = ()
    """Its sub-agents, in the order in which they began."""


def preview_lines(row: SessionRow, tail: SessionTail, width: int, zone: tzinfo) -> list[TextLine]:
    """Return the preview of a session as lines of `width` cells, in two columns where each has room."""
    is_wide = width >= TWO_COLUMNS
    half = (width - _COLUMN_GAP) // 2 if is_wide else width
    turns = [TextLine(f"last {count(len(tail.turns))} of {counted(row.turns, 'turn')}", "heading")]
    dearest = max((turn.spend.cost_micros for turn in tail.turns), default=0)
    turns += [line for turn in tail.turns for line in _turn(turn, dearest, half)]
    went = _evaluations(tail.evaluations)
    words = text_lines(tail.last_words.strip())
    words = [TextLine("its last words", "heading"), *words] if tail.last_words.strip() else []
    asked: list[TextLine] = []
    if tail.questions:
        asked = [TextLine("what it asked you last", "heading")]
        asked += [line for question in tail.questions[-SHOWN_QUESTIONS:] for line in question_block(question, half)]
    started = _children(tail.children, half)
    files: list[TextLine] = []
    if tail.files:
        files = [TextLine("files it changed most", "heading")]
        files += [_file(file, tail.files[0].edits, half) for file in tail.files]
    figures = _figures(row, zone)
    if not is_wide:
        return _parted((figures, went, turns, words, started, asked, files))
    return beside(_parted((figures, went, started, files)), _parted((turns, words, asked)), width, _COLUMN_GAP)


def _parted(parts: Sequence[Sequence[TextLine]]) -> list[TextLine]:
    """Return parts with an empty line between each and the next; none for a part without lines."""
    lines: list[TextLine] = []
    for part in filter(None, parts):
        lines += [TextLine(""), *part] if lines else part
    return lines


def _evaluations(evaluations: Sequence[EvaluationLine]) -> list[TextLine]:
    """Return the evaluations of the session as a whole, with their reasons."""
    evaluations = [entry for entry in evaluations if entry.verdict != "unknown"]
    lines = [TextLine("how it went", "heading")] if evaluations else []
    for entry in evaluations:
        verdict = entry.verdict if entry.score is None else f"{entry.verdict} {entry.score:.2f}"
        name = f"{plain(TITLES.get(entry.name, entry.name))}: "
        tone = TextSpan(len(name), len(name) + len(verdict), VERDICT_TONES[entry.verdict])
        reason = plain(" ".join(entry.reason.split()))
        lines.append(TextLine(f"{name}{verdict}  {reason}".rstrip(), spans=(tone,), indent=2))
    return lines


def _figures(row: SessionRow, zone: tzinfo) -> list[TextLine]:
    title = plain(row.title or row.native_id)
    lines = [TextLine(title, "heading"), TextLine("")]
    whose = " · ".join(part for part in (row.agent_name, project_name(row), row.branch, row.model) if part)
    lines.append(TextLine(plain(whose), "dim"))
    began = date_time(row.started_at or None, zone, seconds=False)
    ended = date_time(row.last_at or None, zone, seconds=False)
    lasted = duration(row.last_at - row.started_at) if row.started_at and row.last_at else UNKNOWN
    lines += [TextLine(f"{began} → {ended}  {lasted}", "dim"), TextLine("")]
    lines += [fact_line("cost", spend_text(row.tree)), fact_line("tokens", tokens_text(row.tree)), _context(row)]
    refused = f"; {counted(row.retries, 'request')} failed" if row.retries else ""
    lines.append(fact_line("steps", f"{count(row.steps)}, {count(row.failed_steps)} failed{refused}"))
    efforts = row.efforts
    asked = f"{count(efforts.total)}, low {efforts.low}, medium {efforts.medium}, high {efforts.high}"
    lines.append(fact_line("questions", asked if efforts.total else "0"))
    if row.violations:
        lines.append(fact_line("violations", count(row.violations)))
    return lines


def _children(children: Sequence[SessionRow], width: int) -> list[TextLine]:
    """Return the sub-agents that cost most, in the order in which they began."""
    shown = sorted(children, key=lambda child: -child.tree.cost_micros)[:SHOWN_CHILDREN]
    if not shown:
        return []
    lines = [TextLine(f"sub-agents {count(len(children))}", "heading")]
    for child in children:
        if child in shown:
            failures = child.failed_steps + child.retries
            before = f"{spend_text(child.tree):>8} {pad(f'✕{failures}' if failures else '', 4)}"
            role = f"{plain(child.agent_role)}  " if child.agent_role else ""
            text = cut(f"{role}{plain(child.title or child.native_id)}", max(8, width - len(before)))
            lines.append(TextLine(before + text, spans=(TextSpan(9, len(before), "notice"),)))
    return lines


def _file(file: ChangedFile, most_edits: int, width: int) -> TextLine:
    before = f"{counted(file.edits, 'edit'):>9} {solid_bar(file.edits / most_edits, _COST_BAR)} "
    spans = (TextSpan(0, 9, "dim"), TextSpan(10, 10 + _COST_BAR, "accent"))
    return TextLine(before + cut(path_tail(file.path, 4), max(8, width - len(before))), spans=spans)


def _context(row: SessionRow) -> TextLine:
    share = row.context_tokens / row.context_window if row.context_tokens and row.context_window else None
    bar = f"{gauge_bar(share, 20)} " if share is not None else ""
    return fact_line("context", f"{bar}{context_text(row)}")


def _turn(turn: TurnSummary, dearest: int, width: int) -> list[TextLine]:
    """Return a turn with its prompt, which may take a second line."""
    share = turn.spend.cost_micros / dearest if dearest else None
    failures = turn.failed_steps + turn.retries
    failed = f"✕{failures}" if failures else ""
    before = f"{turn.number:>4} {spend_text(turn.spend):>8} {solid_bar(share, _COST_BAR)} {pad(failed, 4)}"
    headline = plain(" ".join(turn.headline.split())) or f"({turn.status})"
    bar = len(before) - 5 - _COST_BAR
    spans = (TextSpan(bar, bar + _COST_BAR, "accent"), TextSpan(bar + _COST_BAR + 1, len(before), "notice"))
    room = max(8, width - len(before))
    first, rest = headline, ""
    if cell_len(headline) > room:
        first = cut(headline, room).rstrip("…")
        first = first.rpartition(" ")[0] or first
        rest = headline.removeprefix(first).strip()
    lines = [TextLine(before + first, spans=spans)]
    return [*lines, TextLine(" " * len(before) + cut(rest, room))] if rest else lines
