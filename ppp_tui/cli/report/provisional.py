"""Warns of provisional figures: entries that programs logged and ingest has not judged or priced yet."""

from __future__ import annotations

import sys
from typing import Any

from ppp_tui.cli.report.output import Output
from ppp_tui.query.errors import Connection
from ppp_tui.query.ingest_status import Pending, pending
from ppp_tui.query.query import answer
from ppp_tui.text.format import counted


def pending_fields(connection: Connection, output: Output, *, is_about_cost: bool = False) -> dict[str, Any]:
    """Return the fields of a JSON report that say what is not judged or priced yet; other forms get a warning."""
    waiting = answer(connection, pending())
    if output.form != "json":
        if sentence := provisional_note(waiting, is_about_cost=is_about_cost):
            print(f"ppp-tui: {sentence}", file=sys.stderr)
    elif is_about_cost:
        return {"not_priced_requests": waiting.requests}
    else:
        return {"not_judged_trajectories": waiting.trajectories}
    return {}


def provisional_note(waiting: Pending, *, is_about_cost: bool) -> str:
    """Return a warning of what is not judged or priced yet, '' if nothing is pending."""
    if is_about_cost:
        if not waiting.requests:
            return ""
        pending = f"{counted(waiting.requests, 'request')} {'is' if waiting.requests == 1 else 'are'} not priced yet"
    elif not waiting.trajectories:
        return ""
    else:
        trajectories = counted(waiting.trajectories, "trajectory", "trajectories")
        pending = f"{trajectories} {'is' if waiting.trajectories == 1 else 'are'} not judged yet"
    return f"{pending}, so these figures are provisional: ppp-tui ingest, or an open dashboard, sees to it."
