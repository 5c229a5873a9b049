"""What every screen shows of all sessions: fetched when the archive moves, judged every second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ppp_tui.model.live import Group
from ppp_tui.query.live import GROUPS
from ppp_tui.query.rows import IngestStatus, LiveRow, SessionRow, Spend, Totals
from ppp_tui.tui.format import Certainty, cost_micros, percent
from ppp_tui.tui.format import size as size_text
from ppp_tui.tui.widgets.tones import Tone

NO_TOTALS = Totals(Spend(), Spend(), 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """All that is known of these hours."""

    sessions: tuple[SessionRow, ...] = ()
    rows: tuple[LiveRow, ...] = ()
    totals: Totals = NO_TOTALS
    ingest: IngestStatus | None = None
    trouble: str = ""
    moved_at: int = 0
    """Unix milliseconds at which the archive last moved."""
    is_loaded: bool = False

    def judged(self, rows: Sequence[LiveRow]) -> Board:
        """The same with states judged anew."""
        return replace(self, rows=tuple(rows))


EMPTY = Board()
GLYPHS: dict[Group, str] = {"needs you": "◆", "working": "●", "stuck": "✕", "idle": "○"}
"""The sign of each group; the word always stands with it."""
ASCII_GLYPHS: dict[Group, str] = {"needs you": "!", "working": "*", "stuck": "x", "idle": "-"}
TONES: dict[Group, Tone] = {"needs you": "needs-you", "working": "working", "stuck": "stuck", "idle": "idle"}


class Phrase(NamedTuple):
    """A piece of a status line."""

    text: str
    tone: Tone = "text"


def counts(board: Board, *, is_ascii: bool = False) -> list[Phrase]:
    """How many sessions are in each group, those without any left out; idle ones are not worth a word."""
    glyphs = ASCII_GLYPHS if is_ascii else GLYPHS
    words = {"needs you": "need you", "working": "working", "stuck": "stuck"}
    found: list[Phrase] = []
    for group in ("working", "needs you", "stuck"):
        number = sum(row.state.group == group for row in board.rows)
        if number:
            word = "needs you" if (group, number) == ("needs you", 1) else words[group]
            found.append(Phrase(f"{glyphs[group]} {number} {word}", TONES[group]))
    return found


def summary(board: Board, now_ms: int) -> list[Phrase]:
    """The line at the bottom: spending, cache, archive, freshness, and what is wrong."""
    today = board.totals.today
    certainty: Certainty = "lower bound" if today.is_lower_bound else "exact"
    phrases = [
        Phrase(f"today {cost_micros(today.cost_micros, certainty)}"),
        Phrase(f"burn {cost_micros(board.totals.burn_micros_per_hour)}/h"),
        Phrase(f"cache {percent(today.tokens.cache_hit_rate)}"),
        Phrase(f"archive {size_text(board.totals.archive_bytes)}", "dim"),
    ]
    if today.unpriced_requests:
        phrases.append(Phrase(f"{today.unpriced_requests} unpriced", "notice"))
    return [*phrases, freshness(board, now_ms)]


def freshness(board: Board, now_ms: int) -> Phrase:
    """How fresh what is shown is, or why it is not."""
    if board.trouble:
        return Phrase(board.trouble, "stuck")
    status = board.ingest
    if status is None:
        return Phrase("waiting for ingest", "stale")
    if status.phase == "backlog" and status.bytes_total:
        share = status.bytes_done / status.bytes_total
        return Phrase(f"history {percent(share)}  {status.files_done} of {status.files_total} files", "accent")
    if status.phase in ("stopped", "failed"):
        return Phrase(f"ingest {status.phase} {status.trouble}".strip(), "stale")
    if status.trouble:
        return Phrase(status.trouble, "notice")
    quiet_s = max(0, now_ms - board.moved_at) // 1000 if board.moved_at else 0
    return Phrase("in step" if quiet_s < 60 else f"in step, quiet for {quiet_s // 60}m", "dim")


def group_counts(rows: Sequence[LiveRow]) -> dict[Group, int]:
    """How many rows each group has."""
    return {group: sum(row.state.group == group for row in rows) for group in GROUPS}
