"""Doors to other programs as table lines, what came in by one of them as text, and sessions that differ. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.model.clock import HOUR_MS
from ppp_tui.query.doors import (
    Door,
    DoorKind,
    OpenDoor,
    ReceivedHour,
    ReceivedSums,
    check_parts,
    process_sentences,
    sent_sentence,
)
from ppp_tui.query.usage.received import ReceivedCheck
from ppp_tui.text.format import UNKNOWN, age, clock_time, count, counted, date_time
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.widgets.charts.bars import Bar, BarPlot, BarSeries
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, Line
from ppp_tui.tui.widgets.text_lines import TextLine

DOOR_COLUMNS = (
    Column("door", "door", width=17, priority=200),
    Column("state", "state", width=6, priority=195),
    Column("came", "came in", width=8, align="right", priority=180),
    Column("refused", "refused", width=7, align="right", priority=150),
    Column("last", "last", width=5, align="right", priority=170),
    Column("since", "open for", width=8, align="right", priority=160),
    Column("where", "where, or what opens it", weight=1, min_width=16, priority=190),
    Column("peers", "what came in from whom", weight=2, min_width=44, priority=120),
)
"""Columns of doors."""

CHECK_COLUMNS = (
    Column("last", "last", width=5, align="right", priority=155),
    Column("agent", "agent", width=12, priority=180),
    Column("session", "session", weight=1, min_width=10, priority=170),
    Column("sent", "sent", width=6, align="right", priority=190),
    Column("missing", "not in file", width=11, align="right", priority=200),
    Column("tokens", "tokens", width=8, align="right", priority=160),
    Column("unsent", "not sent", width=8, align="right", priority=195),
)
"""Columns of sessions that were both read and received; all of them count requests."""


PURPOSES: Mapping[DoorKind, str] = {
    "receive": "Takes what agents send by OpenTelemetry: it completes what their session files leave out.",
    "send": "Sends sessions as traces to Phoenix, Langfuse, or another receiver of OTLP.",
    "serve": "Answers programs on this machine by HTTP: every report, changes as they come; it takes runs in.",
    "mcp": "Lets agents ask about earlier work, failed commands, files and costs. It is read-only.",
    "web": "Shows the dashboard in browsers on this machine. It is read-only.",
}
"""What each door is for."""

SHOWN_HOURS = 24
"""Hours of which what came in is drawn."""


class DoorsReading(NamedTuple):
    """What the screen of doors shows."""

    doors: Sequence[Door] = ()
    sums: ReceivedSums | None = None
    """None where the database does not tell."""
    checks: Sequence[ReceivedCheck] = ()
    waiting: Mapping[str, int] = {}
    """Sessions that each receiver has not got yet."""
    hours: Sequence[ReceivedHour] = ()


def door_lines(doors: Sequence[Door], now_ms: int, *, is_ascii: bool = False) -> list[Line]:
    """Return doors as lines, keyed by their kind."""
    return [_door_line(door, now_ms, is_ascii=is_ascii) for door in doors]


def _door_line(door: Door, now_ms: int, *, is_ascii: bool) -> Line:
    at_work = [process for process in door.processes if process.is_open]
    lasts = [process.last for process in door.processes if process.last is not None]
    begins = [process.since for process in at_work if process.since is not None]
    came = sum(sum(counts.values()) for process in door.processes for counts in process.records.values())
    refused = sum(sum(process.refused.values()) for process in door.processes)
    addresses = " ".join(address for process in at_work for address in process.addresses)
    opened, closed = ("*", "-") if is_ascii else ("●", "○")
    return Line(
        door.kind,
        (
            door.title,
            Cell(f"{opened} open", "good") if at_work else Cell(f"{closed} shut", "dim"),
            count(came) if door.processes else Cell(UNKNOWN, "dim"),
            Cell(count(refused), "stuck" if refused else "dim") if door.processes else Cell(UNKNOWN, "dim"),
            Cell(age(now_ms - max(lasts)) if lasts else UNKNOWN, "dim", is_clock=True),
            Cell(age(now_ms - min(begins)) if begins else UNKNOWN, "dim", is_clock=True),
            plain(addresses) if at_work else Cell(door.command, "dim"),
            Cell(_peers(door), "dim"),
        ),
    )


def _peers(door: Door) -> str:
    """Return who sent how much by a door, or what was asked for how often, the most first."""
    numbers: Counter[str] = Counter()
    for process in door.processes:
        numbers.update({name: sum(counts.values()) for name, counts in process.records.items()})
    waiting = [plain(receiver) for receiver in door.sent_up_to]
    return ", ".join([*(f"{plain(name)} {count(number)}" for name, number in numbers.most_common()), *waiting])


def door_text(door: Door, reading: DoorsReading, zone: tzinfo) -> list[TextLine]:
    """Return lines on what a door received and refused, and how that joins with session files."""
    lines: list[TextLine] = []
    for process in door.processes:
        lines += [*_process_text(door, process, zone), TextLine("")]
    if not door.is_open:
        lines += [TextLine("Shut. This opens it:"), TextLine(f"  {door.command}", "code"), TextLine("")]
    if door.kind == "receive":
        lines += [*_joined_text(reading), TextLine("")]
    if door.sent_up_to:
        lines.append(TextLine("sent so far", "heading"))
        lines += [TextLine(sent_sentence(receiver, reading.waiting.get(receiver))) for receiver in door.sent_up_to]
    while lines and not lines[-1].text:
        lines.pop()
    return lines


def titled_text(door: Door, reading: DoorsReading, zone: tzinfo) -> list[TextLine]:
    """Return the same below the name of the door, with one empty line at the end."""
    text = door_text(door, reading, zone)
    return [TextLine(door.title, "heading"), TextLine(PURPOSES[door.kind], "dim"), *text, TextLine("")]


def _process_text(door: Door, process: OpenDoor, zone: tzinfo) -> list[TextLine]:
    lines = [TextLine(plain(address), "accent") for address in process.addresses]
    if process.since is not None:
        word = "open since" if process.is_open else "was open from"
        lines.append(TextLine(f"{word} {date_time(process.since, zone, seconds=False)}"))
    if process.last is not None:
        lines.append(TextLine(f"last came in at {date_time(process.last, zone)}"))
    sentences = process_sentences(door.kind, process)
    return [*lines, *(TextLine(sentence, indent=2) for sentence in sentences)]


def use_text(door: Door) -> list[TextLine]:
    """Return how other programs use a door: commands and settings to copy."""
    lines: list[TextLine] = []
    for use in door.uses:
        copied = [TextLine(plain(line), "code", indent=2) for line in use.lines]
        lines += [TextLine(plain(use.title), "heading"), *copied, TextLine("")]
    return lines


def _joined_text(reading: DoorsReading) -> list[TextLine]:
    sums = reading.sums
    lines = [TextLine("with session files", "heading")]
    if sums is None:
        return [*lines, TextLine("not known: the database cannot be read", "dim")]
    if not sums.joined and not sums.received_only:
        return [*lines, TextLine("no session was received yet", "dim")]
    differing = sum(1 for check in reading.checks if check_parts(check))
    return [
        *lines,
        TextLine(f"{counted(sums.joined, 'session')} read and received, {count(sums.received_only)} received only"),
        TextLine(f"{counted(sums.matched, 'request')} of both, {count(sums.unmatched)} that no file has"),
        TextLine(f"{counted(sums.failures, 'failed request')} sent"),
        TextLine(
            f"requests differ in {count(differing)} of {counted(len(reading.checks), 'session')}: see their table"
        ),
    ]


def hour_bars(hours: Sequence[ReceivedHour], now_ms: int, zone: tzinfo) -> BarPlot | None:
    """Return a bar for each of the last `SHOWN_HOURS` hours, what the session's file has below; None without any."""
    by_begin = {hour.begin_ms: hour for hour in hours}
    newest = now_ms // HOUR_MS * HOUR_MS
    begins = range(newest - (SHOWN_HOURS - 1) * HOUR_MS, newest + 1, HOUR_MS)
    if not any(begin in by_begin for begin in begins):
        return None
    bars = []
    for begin in begins:
        hour = by_begin.get(begin, ReceivedHour(begin, 0, 0))
        total = hour.matched + hour.unmatched
        figure = count(total) if total else ""
        bars.append(Bar(clock_time(begin, zone)[:2], (float(hour.matched), float(hour.unmatched)), None, figure))
    series = (BarSeries("in the session's file, too", "series-1"), BarSeries("not in it", "notice"))
    return BarPlot(series, tuple(bars), lambda value: count(round(value)))


def check_lines(checks: Sequence[ReceivedCheck], now_ms: int) -> list[Line]:
    """Return sessions that were both read and received as lines, those that differ first; keys lead to them."""
    ordered = sorted(checks, key=lambda check: not check_parts(check))
    return [
        Line(
            key_to(check.trajectory_id, None, check.native_id),
            (
                Cell(age(now_ms - check.last_at) if check.last_at else UNKNOWN, "dim", is_clock=True),
                plain(check.source),
                plain(check.title or check.native_id),
                count(check.sent),
                _differing(check.sent - check.matched),
                _differing(check.missing_tokens),
                _differing(check.unsent),
            ),
        )
        for check in ordered
    ]


def _differing(number: int) -> Cell:
    return Cell(count(number), "stuck" if number else "dim")
