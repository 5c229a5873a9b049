"""For tests of programs that log: what they log is kept in a list, and no file, thread or setting is touched.

with capture() as captured:
    run_my_agent()
assert captured.questions[0].effort == "low"
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from ppp_tui.logger import lives
from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.logger.silent import UnwrittenLogger
from ppp_tui.model.clock import Clock, SystemClock
from ppp_tui.store.entries import (
    Asked,
    Delivered,
    Entry,
    Finished,
    Started,
    Stepped,
    Turned,
    Used,
    Violated,
    decode,
)

__all__ = ["Captured", "capture"]

_E = TypeVar("_E")


class Captured:
    """What was logged, in order. Every entry has `trajectory` (its id), `at` (Unix milliseconds) and `number`."""

    def __init__(self, clock: Clock) -> None:
        """Nothing yet."""
        self.entries: list[Entry] = []
        self.log: TrajectoryLogger = _CapturingLogger(self, clock)
        """The logger; meanwhile `TrajectoryLogger.open` gives the same."""

    @property
    def trajectories(self) -> list[Started]:
        """Trajectories that were begun."""
        return self._all(Started)

    @property
    def turns(self) -> list[Turned]:
        """Turns as they were logged, each with the questions and violations that it came with."""
        return self._all(Turned)

    @property
    def questions(self) -> list[Asked]:
        """All questions, with their turn or after it."""
        return [
            asked
            for entry in self.entries
            if isinstance(entry, Turned | Asked)
            for asked in ([entry] if isinstance(entry, Asked) else _questions_of(entry))
        ]

    @property
    def violations(self) -> list[Violated]:
        """All violations, with their turn or after it."""
        return [
            violated
            for entry in self.entries
            if isinstance(entry, Turned | Violated)
            for violated in ([entry] if isinstance(entry, Violated) else _violations_of(entry))
        ]

    @property
    def steps(self) -> list[Stepped]:
        """Steps."""
        return self._all(Stepped)

    @property
    def usage(self) -> list[Used]:
        """Model requests."""
        return self._all(Used)

    @property
    def artifacts(self) -> list[Delivered]:
        """Artifacts."""
        return self._all(Delivered)

    @property
    def finished(self) -> list[Finished]:
        """Ends of trajectories."""
        return self._all(Finished)

    def put(self, content: bytes) -> None:
        """Take an entry in, as it would be written."""
        self.entries.append(decode(content))

    async def room(self) -> None:
        """There is always room."""

    def _all(self, kind: type[_E]) -> list[_E]:
        return [entry for entry in self.entries if isinstance(entry, kind)]


@contextmanager
def capture(clock: Clock | None = None) -> Iterator[Captured]:
    """Keep what is logged in this block, through `captured.log` or any logger that is opened meanwhile."""
    captured = Captured(clock or SystemClock())
    before, lives.standing_in = lives.standing_in, captured.log
    try:
        yield captured
    finally:
        lives.standing_in = before


class _CapturingLogger(UnwrittenLogger):
    def __init__(self, captured: Captured, clock: Clock) -> None:
        self._channel: Any = captured
        self.keeps_text = True
        self.clock = clock


def _questions_of(turn: Turned) -> list[Asked]:
    return [
        Asked(turn.trajectory, turn.at, turn.number, question.text, question.effort, question.options, question.answer)
        for question in turn.questions
    ]


def _violations_of(turn: Turned) -> list[Violated]:
    return [
        Violated(
            turn.trajectory, turn.at, turn.number, broken.preference_name, broken.expected, broken.actual,
            broken.severity,
        )
        for broken in turn.violations
    ]  # fmt: skip
