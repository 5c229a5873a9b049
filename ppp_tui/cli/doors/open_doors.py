"""Which doors are open to other programs and what came in: for `doctor` and for the dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from ppp_tui.cli.doors.sent_revisions import sent_revisions
from ppp_tui.cli.report.output import At
from ppp_tui.query.doors import Door, DoorKind, OpenDoor, check_parts, process_sentences, sent_sentence
from ppp_tui.query.usage.received import ReceivedCheck
from ppp_tui.receive.receiver_status import status_path
from ppp_tui.store.door_status import doors_folder, is_running, read_status, time_of
from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import plain

MAX_PROCESSES = 32
"""Processes of one kind of door that are shown."""

MAX_DIFFERENT = 10
"""Sessions that differ from what was sent of them that are named."""

TITLES: Mapping[DoorKind, tuple[str, str]] = {
    "receive": ("OpenTelemetry in", "ppp-tui receive"),
    "send": ("OpenTelemetry out", "ppp-tui send --to URL --follow"),
    "serve": ("HTTP", "ppp-tui serve"),
    "mcp": ("agents, by MCP", "claude mcp add ppp-tui -- ppp-tui mcp"),
    "web": ("browser", "ppp-tui web"),
}
"""What each door is called, and the command that opens it."""

KINDS: tuple[DoorKind, ...] = get_args(DoorKind)


def find_doors(database: Path, receiver: Path) -> list[Door]:
    """Return every kind of door with the processes that have it open; `receiver` is the receiver's folder."""
    sent = {_shown_address(key): revision for key, revision in sent_revisions(database).items()}
    doors = []
    for kind in KINDS:
        paths = sorted(doors_folder(database).glob(f"{kind}-*.json"))
        if kind == "receive":
            paths = [status_path(receiver)]
        processes = [_process(status) for status in map(read_status, paths[:MAX_PROCESSES]) if status is not None]
        doors.append(
            Door(
                kind,
                *TITLES[kind],
                # What a process that was killed left says nothing; a receiver's counts stay interesting.
                [process for process in processes if process.is_open or kind == "receive"],
                sent if kind == "send" else {},
            )
        )
    return doors


def _process(status: Mapping[str, Any]) -> OpenDoor:
    """Return what a status file says; whatever is of another shape is left out."""
    since, last = time_of(status, "since"), time_of(status, "last")
    notes = []
    for name, title in (
        ("duplicates", "sent again, kept once"),
        ("without_session", "of no session or of a program's own parts, not kept"),
    ):
        if _number(status.get(name)):
            notes.append(f"{title}: {status[name]}")
    if status.get("trouble"):
        notes.append(str(status["trouble"]))
    addresses = status.get("addresses")
    return OpenDoor(
        is_open=is_running(status),
        addresses=[_shown_address(str(address)) for address in addresses] if isinstance(addresses, list) else [],
        since=since,
        last=last,
        records={name: _counts(counts) for name, counts in _items(status.get("records")) if _counts(counts)},
        refused=_counts(status.get("refused")),
        notes=notes,
    )


def _shown_address(text: str) -> str:
    """Return an address without a user's name, password or query, which may hold keys; with what follows it."""
    if "://" not in text:
        # The folder of an agent that asks by MCP.
        return text
    address, _, words = text.partition(" ")
    try:
        parts = urlsplit(address)
    except ValueError:
        return "(no address)"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{f' {words}' if words else ''}"


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _counts(value: Any) -> dict[str, int]:
    return {name: _number(number) for name, number in _items(value) if _number(number)}


def _items(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def door_fields(door: Door, waiting: Mapping[str, int | None]) -> dict[str, Any]:
    """Return a door as fields for JSON; `waiting` is how many sessions each receiver has not got yet."""
    return {
        "kind": door.kind,
        "title": door.title,
        "command": door.command,
        "is_open": door.is_open,
        "processes": [
            {
                **process._asdict(),
                "since": None if process.since is None else At(process.since),
                "last": None if process.last is None else At(process.last),
                "sentences": process_sentences(door.kind, process),
            }
            for process in door.processes
        ],
        "sent": [
            {"receiver": receiver, "revision": revision, "changed_since": waiting.get(receiver)}
            for receiver, revision in door.sent_up_to.items()
        ],
    }


def door_lines(doors: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return doors as `door_fields` gives them, as lines of text."""
    lines = ["", "Doors to other programs"]
    for door in doors:
        is_open = [process for process in door["processes"] if process["is_open"]]
        addresses = " and ".join(plain(str(address)) for process in is_open for address in process["addresses"])
        times = counted(len(is_open), "process", "processes") if len(is_open) > 1 else ""
        state = (
            "  ".join(filter(None, ("open", addresses, times))) if is_open else f"closed; {door['command']} opens it"
        )
        lines.append(f"  {door['title']:18} {state}")
        for process in door["processes"]:
            lines += [f"    {sentence}" for sentence in process["sentences"]]
        lines += [f"    {sent_sentence(sent['receiver'], sent['changed_since'])}" for sent in door["sent"]]
    return lines


def check_sentences(checks: Sequence[ReceivedCheck]) -> list[str]:
    """Return how many sessions agree with what was sent of them, and a sentence for each of those that do not."""
    if not checks:
        return []
    different = [(check, parts) for check in checks if (parts := check_parts(check))]
    return [
        f"Both read and received: {counted(len(checks), 'session')}; "
        + (f"in {len(different)} of them requests differ." if different else "all requests agree."),
        *(f"{check.source} {check.native_id}: {'; '.join(parts)}." for check, parts in different[:MAX_DIFFERENT]),
    ]
