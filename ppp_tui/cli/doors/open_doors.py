"""What `doctor` says of doors: what is open to other programs, and what came in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from ppp_tui.query.usage.received import ReceivedCheck
from ppp_tui.receive.receiver_status import read_status
from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import plain

MAX_REFUSALS = 5
"""Kinds of refused requests that are shown."""

MAX_DIFFERENT = 10
"""Sessions that differ from what was sent of them that are named."""


def receiver_report(folder: Path) -> dict[str, Any] | None:
    """Return what the receiver wrote of itself, and whether it runs; None if there never was one."""
    status = read_status(folder)
    if status is None:
        return None
    pid = status.get("pid")
    return {**status, "is_running": isinstance(pid, int) and pid > 0 and psutil.pid_exists(pid)}


def receiver_lines(report: dict[str, Any] | None) -> list[str]:
    """Return the receiver's report as lines of text; nothing if there never was one."""
    if report is None:
        return []
    addresses = " and ".join(str(address) for address in _entries(report.get("addresses")))
    lines = [
        "",
        f"Doors: OpenTelemetry is received at {plain(addresses)}"
        if report["is_running"]
        else "Doors: no OpenTelemetry is received now; ppp-tui receive does",
    ]
    for service, counts in _items(report.get("records")):
        shown = ", ".join(f"{count} {plain(str(signal))}" for signal, count in _items(counts))
        lines.append(f"  {plain(service)}: {shown}")
        if isinstance(counts, dict) and counts.get("metrics") and not counts.get("logs") and not counts.get("traces"):
            lines.append("    metrics arrive but no logs: its sessions show up only with OTEL_LOGS_EXPORTER=otlp")
    for name, title in (
        ("duplicates", "sent again, kept once"),
        ("without_session", "of no session or of a program's own parts, not kept"),
    ):
        if report.get(name):
            lines.append(f"  {title}: {plain(str(report[name]))}")
    refusals = _items(report.get("refused"))
    lines += [f"  refused {plain(str(count))}×: {plain(reason)}" for reason, count in refusals[:MAX_REFUSALS]]
    if len(refusals) > MAX_REFUSALS:
        lines.append(f"  and {counted(len(refusals) - MAX_REFUSALS, 'other kind')} of refused requests")
    if report.get("trouble"):
        lines.append(f"  {plain(str(report['trouble']))}")
    return lines


def check_sentences(checks: Sequence[ReceivedCheck]) -> list[str]:
    """Return how many sessions agree with what was sent of them, and a sentence for each of those that do not."""
    if not checks:
        return []
    different = [check for check in checks if check.sent > check.matched or check.unsent]
    sentences = [
        f"Both read and received: {counted(len(checks), 'session')}; "
        + (f"in {len(different)} of them requests differ." if different else "all requests agree.")
    ]
    for check in different[:MAX_DIFFERENT]:
        parts = []
        if check.sent > check.matched:
            parts.append(
                f"{check.sent - check.matched} of {counted(check.sent, 'request')} that were sent are not in its file "
                f"({check.missing_tokens} tokens)"
            )
        if check.unsent:
            parts.append(f"{counted(check.unsent, 'request')} of its file were not sent")
        sentences.append(f"{check.source} {check.native_id}: {'; '.join(parts)}.")
    return sentences


def _items(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
