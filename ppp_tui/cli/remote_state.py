"""The state of the connections to other machines, for ``ppp-tui doctor``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ppp_tui.cli.processes import is_alive
from ppp_tui.cli.skipped import skip_lines
from ppp_tui.ingest.remote.places import Remote
from ppp_tui.ingest.remote.status import read_remote_status
from ppp_tui.model.clock import to_iso
from ppp_tui.text.format import counted, size
from ppp_tui.text.sanitize import plain


def remote_report(remote: Remote) -> dict[str, Any]:
    """Return the state of an address, as plain data.

    Its `state` is `never` before the first connection, `connecting`, `connected` or `failed` while a process
    follows it, and `ended` otherwise; `error` is why the last attempt failed.
    """
    status = read_remote_status(remote)
    port = ("-p", str(remote.address.port)) if remote.address.port else ()
    is_kept = status is not None and status.state != "ended" and is_alive(status.pid)
    return {
        "source": remote.source,
        "address": str(remote.address),
        "host": remote.host,
        "command": " ".join(("ssh", *port, remote.address.destination)),
        "copies": str(remote.folder),
        "state": "never" if status is None else status.state if is_kept or status.error else "ended",
        "since": _time(status.since if status else 0),
        "looked_at": _time(status.looked_at if status else 0),
        "next_try_at": _time(status.next_try_at if status and is_kept else 0),
        "error": status.error if status else "",
        "files": status.files if status else 0,
        "bytes": status.bytes if status else 0,
        "skipped": status.skipped if status else {},
    }


def _time(at_ms: int) -> str | None:
    return to_iso(at_ms) if at_ms else None


def remote_lines(reports: Iterable[dict[str, Any]]) -> list[str]:
    """Return the states of addresses as lines."""
    lines = [line for report in reports for line in _lines(report)]
    return ["", "Followed on other machines", *lines] if lines else []


def _lines(report: dict[str, Any]) -> list[str]:
    states = {
        "never": "not read yet: ppp-tui ingest reads it",
        "connecting": "connecting",
        "connected": f"connected since {report['since']}",
        "failed": f"cannot be read: {report['error']}",
        "ended": "no process follows it now",
    }
    next_try = f", next attempt at {report['next_try_at']}" if report["next_try_at"] else ""
    lines = [f"  {report['source']:14} {plain(report['address'])}: {plain(states[report['state']])}{next_try}"]
    if report["looked_at"]:
        held = f"{counted(report['files'], 'file')}, {size(report['bytes'])}"
        lines.append(f"    {held} at {report['looked_at']}, copied to {plain(report['copies'])}")
    return lines + [f"  {line}" for line in skip_lines(report["skipped"], "", is_remote=True)]


def remote_warnings(reports: Iterable[dict[str, Any]]) -> list[str]:
    """Return a sentence for each address that could not be read."""
    return [
        f"{report['address']} cannot be read: {report['error']}. Try {report['command']} by hand: it must "
        "connect without asking anything."
        for report in reports
        if report["error"]
    ]
