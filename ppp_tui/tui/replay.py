"""Plays a session again: a scrubber over its turns, and within a turn over its steps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import tzinfo

from textual.events import Key
from textual.screen import Screen
from textual.timer import Timer

from ppp_tui.tui.format import clock_time
from ppp_tui.tui.panes.turn_view import Loaded
from ppp_tui.tui.widgets.top_strip import StripPart

STEP_S = 0.5
"""Seconds between two steps while it plays; real pauses would bore."""

BAR = 40
"""Cells of the scrubber."""


class Replay:
    """Where a replay stands: a turn, and how many of its steps have happened."""

    def __init__(
        self, screen: Screen[None], trajectory_id: int, first: int, last: int, moved: Callable[[], Awaitable[None]]
    ) -> None:
        """Play from the turn `first` to `last`; `moved` is called whenever it goes on."""
        self.trajectory_id = trajectory_id
        self.turn_number = first
        self.last = last
        self.steps = 0
        self.at_ms = 0
        self.is_playing = True
        self._total = 1
        self._moved = moved
        self._timer: Timer = screen.set_interval(STEP_S, self.go_on)
        screen.call_later(moved)

    def stop(self) -> None:
        """End it."""
        self._timer.stop()

    async def go_on(self) -> None:
        """One step further, if it plays."""
        if self.is_playing:
            await self.move(1)

    async def move(self, steps: int) -> None:
        """So many steps on or back; over the end of a turn into the next."""
        self.steps += steps
        if self.steps > self._total and self.turn_number < self.last:
            self.turn_number, self.steps = self.turn_number + 1, 0
        elif self.steps < 0 and self.turn_number > 0:
            self.turn_number, self.steps = self.turn_number - 1, 0
        elif self.steps > self._total:
            self.steps, self.is_playing = self._total, False
        self.steps = max(0, self.steps)
        await self._moved()

    async def press(self, event: Key) -> bool:
        """Keys of the scrubber: space pauses, arrows step; tells whether the key was one."""
        moves = {"right": 1, "left": -1}
        if event.key == "space":
            self.is_playing = not self.is_playing
            await self._moved()
        elif event.key in moves:
            self.is_playing = False
            await self.move(moves[event.key])
        else:
            return False
        event.stop()
        event.prevent_default()
        return True

    def cut(self, loaded: Loaded) -> Loaded:
        """The turn as it was at this place of the replay."""
        self._total = len(loaded.steps)
        shown = loaded.steps[: self.steps]
        self.at_ms = (shown[-1].started_at or 0) if shown else loaded.turn.started_at
        if self.steps >= self._total:
            return loaded
        end = max((step.text_end or 0 for step in shown), default=0)
        questions = [question for question in loaded.questions if (question.text_end or 0) <= end]
        return replace(loaded, steps=shown, questions=questions, violations=[])

    def parts(self, zone: tzinfo) -> list[StripPart]:
        """The scrubber."""
        share = (self.steps / self._total) if self._total else 1.0
        full = min(BAR, round(share * BAR))
        sign = "▶" if self.is_playing else "❚❚"
        return [
            StripPart(f" {sign} replay", "accent"),
            StripPart(f"turn {self.turn_number} of {self.last}"),
            StripPart("━" * full + "╸" + "─" * (BAR - full), "accent"),
            StripPart(clock_time(self.at_ms or None, zone), "dim"),
        ]

    @staticmethod
    def keys() -> list[StripPart]:
        """What its keys do."""
        return [StripPart("space pauses  ←→ step  r ends ", "dim")]
