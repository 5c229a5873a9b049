"""Doors: processes of this program that are open to other programs, each with a status file.

Also what the database holds of received data: how it joins with session files, and how far sending came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ppp_tui.model.clock import from_text, to_text
from ppp_tui.query.query import Query
from ppp_tui.query.usage.received import ReceivedCheck
from ppp_tui.text.format import count, counted
from ppp_tui.text.sanitize import plain

MAX_REFUSALS = 5
"""Kinds of refused requests that are shown."""

MAX_WAITING = 1000
"""Sessions that wait to be sent are counted up to this number."""


DoorKind = Literal["receive", "send", "serve", "mcp", "web"]
"""Named as the command that opens it."""


class OpenDoor(NamedTuple):
    """The status of a process that opened a door, or of a receiver that has ended."""

    is_open: bool
    """Whether the process runs."""
    addresses: Sequence[str] = ()
    """The addresses that it listens at or sends to."""
    since: int | None = None
    """Unix milliseconds of its start."""
    last: int | None = None
    """Unix milliseconds of what came in last."""
    records: Mapping[str, Mapping[str, int]] = {}
    """What came in: numbers by name (an agent, a path, a tool), then by kind."""
    refused: Mapping[str, int] = {}
    """What was refused, by reason."""
    notes: Sequence[str] = ()
    """Further sentences, such as what keeps it from its work."""


class DoorUse(NamedTuple):
    """How another program uses a door."""

    title: str
    """The program, and where it is configured."""
    lines: Sequence[str]
    """Commands or settings to copy."""


class Door(NamedTuple):
    """One kind of door, open or closed."""

    kind: DoorKind
    title: str
    command: str
    """Opens it."""
    processes: Sequence[OpenDoor] = ()
    """Those that have it open; a receiver that ended is kept until another begins."""
    sent_up_to: Mapping[str, int] = {}
    """Of sending: the revision up to which each receiver has everything."""
    uses: Sequence[DoorUse] = ()

    @property
    def is_open(self) -> bool:
        """Whether a process has it open."""
        return any(process.is_open for process in self.processes)


class ReceivedSums(NamedTuple):
    """How what agents sent joins with their own session files."""

    joined: int
    """Sessions that were both read and received: one trajectory each."""
    received_only: int
    """Sessions that were only received."""
    matched: int
    """Sent requests of joined sessions that are in the file, too."""
    unmatched: int
    """Sent requests of joined sessions that are not, or not yet, in the file."""
    failures: int
    """Failed requests that are recorded only in what was sent."""


def received_sums() -> Query[ReceivedSums]:
    """Return how many sessions and requests were received, and how they join with files."""
    return Query(
        "SELECT (SELECT count(*) FROM (SELECT DISTINCT source, native_id FROM received_sessions) AS r "
        "WHERE EXISTS (SELECT 1 FROM trajectories AS t WHERE t.native_id = r.native_id AND t.source = r.source)), "
        "(SELECT count(*) FROM trajectories WHERE source = 'otel' AND lane = '' AND parent_id IS NULL), "
        "(SELECT count(usage_id) FROM received_requests), "
        "(SELECT count(*) - count(usage_id) FROM received_requests), "
        "(SELECT count(*) FROM received_failures)",
        lambda rows: ReceivedSums._make(rows[0]),
    )


class ReceivedHour(NamedTuple):
    """Requests that were sent within an hour."""

    begin_ms: int
    matched: int
    """Those that are in the session's own file, too."""
    unmatched: int


def received_hours(since_ms: int) -> Query[list[ReceivedHour]]:
    """Return the received requests of sessions that are read, too, by hours (UTC) since `since_ms`."""
    return Query(
        "SELECT substr(q.at, 1, 13), count(q.usage_id), count(*) - count(q.usage_id) FROM received_sessions AS s "
        "CROSS JOIN received_requests AS q ON q.file_id = s.file_id AND q.at >= :since GROUP BY 1 ORDER BY 1",
        lambda rows: [ReceivedHour(from_text(f"{hour}:00:00.000"), *numbers) for hour, *numbers in rows],
        {"since": to_text(since_ms)},
    )


def waiting_sessions(revision: int) -> Query[int]:
    """Return how many trajectories changed after a revision, counted up to `MAX_WAITING`."""
    return Query(
        "SELECT count(*) FROM (SELECT 1 FROM trajectory_summaries INDEXED BY summaries_by_revision "
        "WHERE revision > :revision LIMIT :most)",
        lambda rows: int(rows[0][0]),
        {"revision": revision, "most": MAX_WAITING},
    )


def records_text(counts: Mapping[str, int]) -> str:
    """Return counts by kind as text: ``3 logs, 2 metrics``."""
    return ", ".join(counted(number, plain(kind).removesuffix("s")) for kind, number in counts.items())


def process_sentences(kind: DoorKind, process: OpenDoor) -> list[str]:
    """Return what came in by a door and what was refused, a sentence for each."""
    sentences = []
    for name, counts in process.records.items():
        sentences.append(f"{plain(name)}: {records_text(counts)}")
        if kind == "receive" and counts.get("metrics") and not counts.get("logs") and not counts.get("traces"):
            sentences.append("  metrics arrive but no logs: its sessions show up only with OTEL_LOGS_EXPORTER=otlp")
    refusals = list(process.refused.items())
    sentences += [f"refused {count(number)}×: {plain(reason)}" for reason, number in refusals[:MAX_REFUSALS]]
    if len(refusals) > MAX_REFUSALS:
        sentences.append(f"and {counted(len(refusals) - MAX_REFUSALS, 'other kind')} of refused requests")
    return [*sentences, *map(plain, process.notes)]


def sent_sentence(receiver: str, waiting: int | None) -> str:
    """Return how far sending to a receiver came; `waiting` is None if the database cannot be read."""
    if waiting is None:
        return f"{plain(receiver)}: sent before"
    if waiting == 0:
        return f"{plain(receiver)}: all is sent"
    more = "at least " if waiting >= MAX_WAITING else ""
    return f"{plain(receiver)}: {more}{counted(waiting, 'session')} changed since"


def check_parts(check: ReceivedCheck) -> list[str]:
    """Return how a session's requests that were sent differ from those of its file; nothing where they agree."""
    parts = []
    if check.sent > check.matched:
        parts.append(
            f"not in its file: {count(check.sent - check.matched)} of {counted(check.sent, 'request')} sent "
            f"({counted(check.missing_tokens, 'token')})"
        )
    if check.unsent:
        parts.append(f"not sent: {counted(check.unsent, 'request')} of its file")
    return parts
