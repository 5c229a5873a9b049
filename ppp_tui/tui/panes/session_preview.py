"""The preview of a session beside the list: figures, its last turns, its last words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ppp_tui.query.rows import SessionRow, TurnSummary
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.format import UNKNOWN, count, date_time, duration
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.session_cells import context_text, project_name, spend_text, tokens_text
from ppp_tui.tui.widgets.gauge import gauge_bar, solid_bar
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, text_lines

SHOWN_TURNS = 12
"""Number of last turns that are listed."""

_NAME_CELLS = 10
_COST_BAR = 8


def preview_lines(
    row: SessionRow, turns: Sequence[TurnSummary], last_word: str, width: int, zone: tzinfo
) -> list[TextLine]:
    """Return the preview of a session as lines of `width` cells."""
    title = plain(row.title or row.native_id)
    lines = [TextLine(title, "heading"), TextLine("")]
    whose = " · ".join(part for part in (row.agent_name, project_name(row), row.branch, row.model) if part)
    lines.append(TextLine(plain(whose), "dim"))
    began = date_time(row.started_at or None, zone, seconds=False)
    ended = date_time(row.last_at or None, zone, seconds=False)
    lasted = duration(row.last_at - row.started_at) if row.started_at and row.last_at else UNKNOWN
    lines += [TextLine(f"{began} → {ended}  {lasted}", "dim"), TextLine("")]
    lines += [_fact("cost", spend_text(row.tree)), _fact("tokens", tokens_text(row.tree)), _context(row)]
    lines.append(_fact("steps", f"{count(row.steps)}, {count(row.failed_steps + row.retries)} failed"))
    efforts = row.efforts
    asked = f"{count(efforts.total)}, low {efforts.low}, medium {efforts.medium}, high {efforts.high}"
    lines.append(_fact("questions", asked if efforts.total else "0"))
    if row.violations:
        lines.append(_fact("violations", count(row.violations)))
    if row.children:
        lines.append(_fact("sub-agents", count(row.children)))
    lines += [TextLine(""), TextLine(f"last {count(len(turns))} of {count(row.turns)} turns", "heading")]
    dearest = max((turn.spend.cost_micros for turn in turns), default=0)
    lines += [_turn(turn, dearest, width) for turn in turns]
    if last_word.strip():
        lines += [TextLine(""), TextLine("its last words", "heading"), *text_lines(last_word.strip())]
    return lines


def _fact(name: str, value: str) -> TextLine:
    return TextLine(f"{name:<{_NAME_CELLS}} {value}", spans=(TextSpan(0, _NAME_CELLS, "dim"),))


def _context(row: SessionRow) -> TextLine:
    share = row.context_tokens / row.context_window if row.context_tokens and row.context_window else None
    bar = f"{gauge_bar(share, 20)} " if share is not None else ""
    return _fact("context", f"{bar}{context_text(row)}")


def _turn(turn: TurnSummary, dearest: int, width: int) -> TextLine:
    share = turn.spend.cost_micros / dearest if dearest else None
    failures = turn.failed_steps + turn.retries
    failed = f"✕{failures}" if failures else ""
    before = f"{turn.number:>4} {spend_text(turn.spend):>8} {solid_bar(share, _COST_BAR)} {pad(failed, 4)}"
    headline = plain(" ".join(turn.headline.split())) or f"({turn.status})"
    bar = len(before) - 5 - _COST_BAR
    spans = (TextSpan(bar, bar + _COST_BAR, "accent"), TextSpan(bar + _COST_BAR + 1, len(before), "notice"))
    return TextLine(before + cut(headline, max(8, width - len(before))), spans=spans)
