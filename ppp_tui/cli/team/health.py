"""What ``ppp-tui doctor`` says of the shared store, without asking it."""

from __future__ import annotations

from typing import Any

from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.processes import is_alive
from ppp_tui.cli.team.addresses import MEMBER_FILE, address_file, is_team_named
from ppp_tui.model.clock import to_iso
from ppp_tui.paths import is_private
from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import plain


def team_report(invocation: Invocation) -> dict[str, Any] | None:
    """Return how the push stands, as plain data; None where no shared store is named, or nothing can be pushed."""
    if not is_team_named(invocation):
        return None
    kept = address_file(invocation, MEMBER_FILE)
    report: dict[str, Any] = {
        "share": invocation.settings.team.share,
        "projects": dict(invocation.settings.team.projects),
        "continuous": invocation.settings.team.continuous,
        "state": "none",
        "pushed_at": None,
        "error": "",
        "next_try_at": None,
        "problem": "",
    }
    if kept.exists() and not is_private(kept):
        report["problem"] = f"{kept} holds a password and can be read by others: chmod 600 {kept}"
    try:
        from ppp_tui.team.follow import read_follow_status
    except ImportError:
        report["problem"] = "A shared store is named, and its packages are not there: pip install 'ppp-tui[postgres]'"
        return report
    status = read_follow_status(invocation.database_path)
    if status is not None:
        is_at_work = status.state != "ended" and is_alive(status.pid)
        report["state"] = status.state if is_at_work else "ended"
        report["pushed_at"] = to_iso(status.pushed_at) if status.pushed_at else None
        report["error"] = status.error
        report["next_try_at"] = to_iso(status.next_try_at) if status.next_try_at and is_at_work else None
    return report


def team_lines(report: dict[str, Any] | None) -> list[str]:
    """Return the report as lines of text; nothing where no shared store is named."""
    if report is None:
        return []
    states = {
        "none": "nothing was pushed continuously yet",
        "pushing": "pushing now",
        "waiting": "all is pushed",
        "failed": f"the last attempt failed: {report['error']}",
        "ended": "nobody pushes now",
    }
    next_try = f", next attempt at {report['next_try_at']}" if report["next_try_at"] else ""
    single = f", {counted(len(report['projects']), 'project')} otherwise" if report["projects"] else ""
    lines = ["", f"Team: shared are {report['share']}{single}"]
    if report["continuous"] or report["state"] != "none":
        lines.append(f"  {plain(states[report['state']])}{next_try}")
    if report["pushed_at"]:
        lines.append(f"  pushed continuously until {report['pushed_at']}")
    if not report["continuous"]:
        lines.append("  team.continuous is false: ppp-tui team push pushes")
    return lines


def team_warnings(report: dict[str, Any] | None) -> list[str]:
    """Return a sentence for what must be mended."""
    if report is None:
        return []
    failed = [f"The shared store gets nothing now: {report['error']}"] if report["error"] else []
    return [*([report["problem"]] if report["problem"] else []), *failed]
