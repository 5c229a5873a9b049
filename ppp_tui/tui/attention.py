"""Who started to need the person: the one thing worth a bell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ppp_tui.query.rows import LiveRow

PAUSE_MS = 60_000
"""One session rings at most once in so many milliseconds."""

RECENT_MS = 30_000
"""A state that began longer ago was found while reading history: it is no news."""


@dataclass(slots=True)
class Attention:
    """Remembers who needed the person already, and who was rung for when."""

    needing: frozenset[int] = frozenset()
    rung_ms: dict[int, int] = field(default_factory=dict)

    def take(self, rows: Sequence[LiveRow], now_ms: int, *, is_reading_history: bool) -> list[LiveRow]:
        """The sessions that start to need the person with these rows."""
        now_needing = {row.session.id: row for row in rows if row.state.group == "needs you"}
        fresh = [
            row
            for number, row in now_needing.items()
            if number not in self.needing
            and not is_reading_history
            and now_ms - row.state.since <= RECENT_MS
            and now_ms - self.rung_ms.get(number, -PAUSE_MS) >= PAUSE_MS
        ]
        self.needing = frozenset(now_needing)
        self.rung_ms.update({row.session.id: now_ms for row in fresh})
        return fresh


def sentence(row: LiveRow) -> str:
    """What a notification says."""
    return f"{row.session.agent_name} in {row.session.project.rstrip('/').rpartition('/')[2] or '?'} {row.state.words}"
