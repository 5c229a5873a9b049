"""The line above a session: whose it is and what it is about, and what it has come to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.query.rows import SessionRow
from ppp_tui.text.format import date_time
from ppp_tui.tui.panes.session_cells import context_text, project_name, spend_text, tokens_text
from ppp_tui.tui.widgets.status_bar import StripPart


class Title(NamedTuple):
    """Both sides of the line."""

    left: list[StripPart]
    right: list[StripPart]


def session_title(row: SessionRow | None, zone: tzinfo, scores: Sequence[StripPart] = ()) -> Title:
    """The title of a session with its scores in brief; None is one that is not in the database any more."""
    if row is None:
        return Title([StripPart(" This session is not in the database.", "stuck")], [])
    left = [StripPart(f" {row.agent_name} · {project_name(row)} · {row.title or row.native_id}", "heading")]
    if row.agent_role or row.parent_id is not None:
        left.append(StripPart(f"sub-agent {row.agent_role}".strip(), "accent"))
    if row.spec_id:
        left.append(StripPart(" · ".join(part for part in (row.spec_id, row.stage, row.run_id) if part), "accent"))
    # What a program logged never had a file.
    right = [StripPart("file gone", "notice")] if row.is_source_gone and row.source != "logger" else []
    if row.model:
        right.append(StripPart(row.model, "dim"))
    right += [
        StripPart(date_time(row.started_at or None, zone, seconds=False), "dim"),
        StripPart(f"context {context_text(row)}", "dim"),
        StripPart(f"{tokens_text(row.tree)} tokens"),
        StripPart(spend_text(row.tree)),
        *scores,
    ]
    right[-1] = right[-1]._replace(text=f"{right[-1].text} ")
    return Title(left, right)
