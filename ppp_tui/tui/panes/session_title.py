"""The two lines above a session: its agent and title, and its figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.query.rows import SessionRow
from ppp_tui.text.format import UNKNOWN, clock_time, count, counted, date_time, duration, percent, tokens
from ppp_tui.tui.panes.session_cells import context_text, project_name, spend_text, tokens_text, window_certainty
from ppp_tui.tui.widgets.gauge import NEARLY_FULL, gauge_bar
from ppp_tui.tui.widgets.status_bar import StripPart
from ppp_tui.tui.widgets.tones import Tone

GAUGE_CELLS, NARROW_GAUGE_CELLS = 12, 4


class Title(NamedTuple):
    """The left and right side of a line."""

    left: list[StripPart]
    right: list[StripPart]


MODEL_WIDTH, SPAN_WIDTH = 110, 90
"""Widths from which on a line names the model and the times; the title has precedence."""


def session_title(row: SessionRow | None, zone: tzinfo, width: int = MODEL_WIDTH) -> Title:
    """Return agent, title, number, model and time of a session, for a line of `width` cells.

    None is a session that is not in the database any more.
    """
    if row is None:
        return Title([StripPart(" This session is not in the database.", "stuck")], [])
    left = [StripPart(f" {row.agent_name} · {project_name(row)} · {row.title or row.native_id}", "heading")]
    if row.agent_role or row.parent_id is not None:
        left.append(StripPart(f"sub-agent {row.agent_role}".strip(), "accent"))
    if row.spec_id:
        left.append(StripPart(" · ".join(part for part in (row.spec_id, row.stage, row.run_id) if part), "accent"))
    # Logged sessions never had a file.
    right = [StripPart("file gone", "notice")] if row.is_source_gone and row.source != "logger" else []
    if row.model and width >= MODEL_WIDTH:
        right.append(StripPart(row.model, "dim"))
    if width >= SPAN_WIDTH:
        right.append(StripPart(_span(row, zone), "dim"))
    right.append(StripPart(f"#{row.id} ", "dim"))
    return Title(left, right)


def session_facts(row: SessionRow, scores: Sequence[StripPart] = (), width: int = MODEL_WIDTH) -> Title:
    """Return the figures of a session, those of its sub-agents included, for a line of `width` cells."""
    if row.is_only_copy:
        return Title([StripPart(" copied from another session, counted there", "dim")], [])
    left = [StripPart(f" {spend_text(row.tree)}", "strong"), StripPart(f"{tokens_text(row.tree)} tokens")]
    left.append(StripPart(counted(row.steps, "step")))
    if row.failed_steps + row.retries:
        left.append(StripPart(f"✕ {count(row.failed_steps + row.retries)}", "notice"))
    if row.efforts.total:
        efforts = row.efforts
        left.append(StripPart(f"? {efforts.low}·{efforts.medium}·{efforts.high}"))
    if row.violations:
        left.append(StripPart(f"! {count(row.violations)}", "notice"))
    left += scores
    if row.children:
        left.append(StripPart(f"{tokens(row.own.all_tokens)} without sub-agents", "dim"))
    return Title(left, _context(row, GAUGE_CELLS if width >= MODEL_WIDTH else NARROW_GAUGE_CELLS))


def _span(row: SessionRow, zone: tzinfo) -> str:
    began = date_time(row.started_at or None, zone, seconds=False)
    if not row.started_at or not row.last_at:
        return began
    ended = date_time(row.last_at, zone, seconds=False)
    is_same_day = began[:10] == ended[:10] and UNKNOWN not in (began, ended)
    until = clock_time(row.last_at, zone, seconds=False) if is_same_day else ended[5:]
    return f"{began} → {until}  {duration(row.last_at - row.started_at)}"


def _context(row: SessionRow, cells: int) -> list[StripPart]:
    if row.context_tokens is None or not row.context_window:
        return [StripPart(f"context {context_text(row)} ", "dim")]
    share = row.context_tokens / row.context_window
    certainty = window_certainty(row)
    text = f"{percent(share, certainty)} of {tokens(row.context_window, certainty)} "
    tone: Tone = "notice" if share >= NEARLY_FULL else "accent"
    return [StripPart("context", "dim"), StripPart(gauge_bar(share, cells), tone), StripPart(text)]
