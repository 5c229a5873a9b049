"""The two status lines of every screen: counts and spending above, history and freshness below. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from rich.cells import cell_len

from ppp_tui.model.ingest_status import IngestStatus
from ppp_tui.model.live import Group
from ppp_tui.text.format import Certainty, age, cost_micros, count, counted, percent
from ppp_tui.text.format import size as size_text
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.dashboard_state import ASCII_GLYPHS, GLYPHS, TONES, DashboardState
from ppp_tui.tui.widgets.tones import Tone

FROZEN_MS = 5_000
"""Time without an answer from the database after which the data are called frozen."""

QUIET_MS = 60_000
"""Time without a change after which its age is shown in minutes instead of seconds."""

GAP = 2
"""Cells between two phrases."""

_COUNTED: tuple[tuple[Group, str], ...] = (
    ("working", "working"),
    ("needs you", "need you"),
    ("finished", "finished"),
    ("stuck", "stuck"),
)
"""Groups that are counted, with their plurals."""

_GROUP = attrgetter("state.group")
_TEXT = attrgetter("text")
_WAITING = ("group finished", "group working")
"""Keys of the counts that can wait, the one that is left out first before the other."""


class Phrase(NamedTuple):
    """A piece of a status line."""

    text: str
    tone: Tone = "text"
    key: str = ""
    """Action of a click; '' for none."""


def counts(board: DashboardState, *, is_ascii: bool = False) -> list[Phrase]:
    """Return the number of sessions in each group that has any, idle ones left out."""
    glyphs = ASCII_GLYPHS if is_ascii else GLYPHS
    phrases: list[Phrase] = []
    numbers = Counter(map(_GROUP, board.rows))
    for group, word in _COUNTED:
        number = numbers[group]
        if number:
            group_words = "needs you" if (group, number) == ("needs you", 1) else word
            phrases.append(Phrase(f"{glyphs[group]} {number} {group_words}", TONES[group], f"group {group}"))
    return phrases


def open_alerts(board: DashboardState, *, has_rule: bool = False) -> list[Phrase]:
    """Return the number of open alerts, with the rule and the agent of the newest if wanted; empty for none."""
    number, newest = board.totals.open_alerts, board.totals.newest_alert
    rule = f": {newest.rule} ({plain(newest.agent)})" if has_rule and newest.rule else ""
    return [Phrase(f"{counted(number, 'alert')}{rule}", "stuck")] if number else []


def spending(board: DashboardState) -> list[Phrase]:
    """Return the cost of this day and hour, and the cached share of the input; the most important first."""
    today = board.totals.today
    phrases = [
        Phrase(f"today {cost_micros(today.cost_micros, _certainty(board))}"),
        Phrase(f"burn {cost_micros(board.totals.burn_micros_per_hour)}/h"),
        Phrase(f"cache {percent(today.tokens.cache_hit_rate, decimals=1)}"),
    ]
    if today.unpriced_requests:
        phrases.append(Phrase(f"{count(today.unpriced_requests)} unpriced", "notice"))
    return phrases


def _certainty(board: DashboardState) -> Certainty:
    return "lower bound" if board.totals.today.is_lower_bound else "exact"


class Lines(NamedTuple):
    """Both status lines of a screen."""

    above: list[Phrase]
    """Phrases at the right of the navigation."""
    below_left: list[Phrase]
    below_right: list[Phrase]


class Room(NamedTuple):
    """Widths that there are for phrases."""

    above: int
    below: int


def status_lines(
    board: DashboardState,
    now_ms: int,
    room: Room,
    notes: Sequence[Phrase] = (),
    *,
    is_ascii: bool = False,
    has_spending: bool = True,
) -> Lines:
    """Return as many whole phrases as fit: counts above, spending always below, so that no figure moves.

    Alerts, finished sessions, then those at work are counted below where the navigation leaves no room. The newest
    alert's rule is named where there is plenty.
    """
    alerts, states = open_alerts(board), counts(board, is_ascii=is_ascii)
    above = [*states, *open_alerts(board, has_rule=True)]
    if _width(above) > room.above:
        above = [*states, *alerts]
    spent = spending(board) if board.is_loaded else []
    if not has_spending:
        spent = [phrase for phrase in spent if not phrase.text.startswith(("today", "burn"))]
    counted_below: list[Phrase] = []
    if _width(above) > room.above:
        counted_below, above = list(alerts), [phrase for phrase in above if phrase not in alerts]
        for key in _WAITING:
            if _width(above) > room.above:
                counted_below += [phrase for phrase in above if phrase.key == key]
                above = [phrase for phrase in above if phrase.key != key]
    store = "shared store" if board.is_team else "database"
    size = [Phrase(f"{store} {size_text(board.totals.database_bytes)}", "dim")] if board.is_loaded else []
    fresh, kept = [freshness(board, now_ms)], [*notes, *counted_below, *spent, *size]
    while kept and _width([*kept, *fresh]) > room.below:
        kept.pop()
    # Money stands first, so that it stays where it is as counts and notes come and go.
    below = [phrase for phrase in (*spent, *counted_below, *notes, *size) if phrase in kept]
    return Lines(above, below, fresh)


def _width(phrases: Sequence[Phrase]) -> int:
    return sum(map(cell_len, map(_TEXT, phrases))) + GAP * (len(phrases) - 1)


def freshness(board: DashboardState, now_ms: int) -> Phrase:
    """Return how recent the shown data are, or why they are old."""
    if board.trouble:
        return Phrase(board.trouble, "stuck")
    if board.fault:
        return Phrase(board.fault, "notice")
    if board.looked_at and now_ms - board.looked_at > FROZEN_MS:
        return Phrase(f"frozen: the database has not answered for {age(now_ms - board.looked_at)}", "stale")
    if board.ingest_trouble:
        return Phrase(board.ingest_trouble, "stuck")
    status = board.ingest
    if board.is_team:
        return _in_step(board, now_ms)
    if status is None:
        return Phrase("waiting for ingest", "stale")
    if board.is_ingest_gone or status.phase in ("stopped", "failed"):
        return _not_reading(status, now_ms)
    if status.phase == "backlog":
        return _history(board, status)
    if status.trouble:
        return Phrase(status.trouble, "notice")
    return _in_step(board, now_ms)


def _not_reading(status: IngestStatus, now_ms: int) -> Phrase:
    verb = "failed" if status.phase == "failed" else "stopped"
    why = f": {status.trouble}" if status.trouble else ""
    return Phrase(f"ingest {verb} {age(now_ms - status.at)} ago{why}", "stale")


def _history(board: DashboardState, status: IngestStatus) -> Phrase:
    if not status.bytes_total:
        return Phrase("looking for sessions", "accent")
    share = percent(status.bytes_done / status.bytes_total)
    left_ms = board.pace.left_ms(status.bytes_total)
    left = "" if left_ms is None else f"  {age(max(1000, left_ms))} left"
    return Phrase(
        f"history {share}  {count(status.files_done)} of {counted(status.files_total, 'file')}{left}", "accent"
    )


def _in_step(board: DashboardState, now_ms: int) -> Phrase:
    if not board.moved_at:
        return Phrase("in step", "dim")
    quiet_ms = max(0, now_ms - board.moved_at)
    if quiet_ms >= QUIET_MS:
        return Phrase(f"in step, last change {age(quiet_ms)} ago", "dim")
    return Phrase(f"updated {quiet_ms / 1000:.1f}s ago" if quiet_ms < 9_950 else f"updated {age(quiet_ms)} ago", "dim")
