"""Position of a replay in a session: a turn, and how many of its steps have happened. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo

from ppp_tui.text.format import clock_time
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn
from ppp_tui.tui.widgets.status_bar import StripPart

STEP_S = 0.5
"""Seconds between two steps while it plays, instead of the real pauses."""

BAR = 30
"""Width of the scrubber."""

ALL = 1 << 30
"""A number above the steps of any turn."""


class Replay:
    """A position in a session that is played again."""

    def __init__(self, first: int, last: int) -> None:
        """Begin before the first step of the turn `first`; `last` is the session's last turn."""
        self.first, self.last = first, last
        self.turn_number = first
        self.steps = 0
        """Number of steps of the turn that have happened."""
        self.at_ms = 0
        """Begin of the last of them."""
        self.is_playing = True
        self._total: int | None = None

    def move(self, steps: int) -> None:
        """Move by so many steps, beyond the end of a turn into the next; do nothing while a turn is being read."""
        if self._total is None:
            return
        wanted = self.steps + steps
        if wanted > self._total and self.turn_number < self.last:
            self._enter(self.turn_number + 1, 0)
        elif wanted < 0 and self.turn_number > self.first:
            self._enter(self.turn_number - 1, ALL)
        else:
            self.steps = min(max(0, wanted), self._total)
            self.is_playing = self.is_playing and wanted <= self._total

    def go_to(self, turn_number: int) -> None:
        """Move to the beginning of a turn."""
        if turn_number != self.turn_number:
            self._enter(turn_number, 0)

    def _enter(self, turn_number: int, steps: int) -> None:
        self.turn_number, self.steps, self._total = turn_number, steps, None

    def cut(self, loaded: LoadedTurn) -> LoadedTurn:
        """Return the turn as it was at this position."""
        if loaded.turn.number != self.turn_number:
            return loaded
        self._total = len(loaded.steps)
        self.steps = min(self.steps, self._total)
        shown = loaded.steps[: self.steps]
        self.at_ms = (shown[-1].started_at if shown else None) or loaded.turn.started_at
        if self.steps == self._total:
            return loaded
        end = max((step.text_end or 0 for step in shown), default=0)
        questions = [
            question
            for question in loaded.questions
            if (question.asked_at <= self.at_ms if question.asked_at is not None else (question.text_end or ALL) <= end)
        ]
        return replace(loaded, steps=shown, questions=questions, violations=[])

    def parts(self, zone: tzinfo, *, is_ascii: bool = False) -> list[StripPart]:
        """Return the scrubber over all turns."""
        turns = self.last - self.first + 1
        within = self.steps / self._total if self._total else 0.0
        full = min(BAR, int(BAR * (self.turn_number - self.first + within) / turns))
        done, left = ("=", "-") if is_ascii else ("━", "─")
        return [
            StripPart(" playing again" if self.is_playing else " paused", "accent"),
            StripPart(done * full + left * (BAR - full), "accent"),
            StripPart(f"turn {self.turn_number} of {self.last}, step {self.steps} of {self._total or 0}"),
            StripPart(clock_time(self.at_ms or None, zone), "dim"),
        ]

    @staticmethod
    def keys() -> list[StripPart]:
        """Return the keys of a replay as parts of a line."""
        return [StripPart("space pauses  ←→ step  r ends ", "dim")]
