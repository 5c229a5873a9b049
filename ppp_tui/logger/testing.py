"""For tests of programs that log: what they log is kept in a list, and no file, thread or setting is touched.

with capture() as captured:
    run_my_agent()
assert captured.questions[0].effort == "low"
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.logger.sinks import NullSink
from ppp_tui.model.clock import Clock, SystemClock
from ppp_tui.store.logged.entries import (
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


class CaptureSink(NullSink):
    """Keeps entries in a list, as they would be read from a journal."""

    is_null = False

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__()
        self.entries: list[Entry] = []

    def put(self, content: bytes) -> None:
        """Keep an entry."""
        self.entries.append(decode(content))


class Captured:
    """What was logged, in order. Every entry has `trajectory` (its id), `at` (Unix milliseconds) and `number`."""

    def __init__(self, clock: Clock) -> None:
        """Nothing yet."""
        sink = CaptureSink()
        self.entries: list[Entry] = sink.entries
        self.log = TrajectoryLogger(sink, clock, keeps_text=True)
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

    def _all(self, kind: type[_E]) -> list[_E]:
        return [entry for entry in self.entries if isinstance(entry, kind)]


@contextmanager
def capture(clock: Clock | None = None) -> Iterator[Captured]:
    """Keep what is logged in this block, through `captured.log` or any logger that is opened meanwhile."""
    captured = Captured(clock or SystemClock())
    before, TrajectoryLogger.stand_in = TrajectoryLogger.stand_in, captured.log
    try:
        yield captured
    finally:
        TrajectoryLogger.stand_in = before


def _questions_of(turn: Turned) -> list[Asked]:
    return [
        Asked(
            trajectory=turn.trajectory,
            at=turn.at,
            number=turn.number,
            text=question.text,
            effort=question.effort,
            options=question.options,
            answer=question.answer,
        )
        for question in turn.questions
    ]


def _violations_of(turn: Turned) -> list[Violated]:
    return [
        Violated(
            trajectory=turn.trajectory,
            at=turn.at,
            number=turn.number,
            preference_name=broken.preference_name,
            expected=broken.expected,
            actual=broken.actual,
            severity=broken.severity,
        )
        for broken in turn.violations
    ]
