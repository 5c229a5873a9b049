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
    ArtifactLogged,
    DecisionLogged,
    Entry,
    Finished,
    PerformanceLogged,
    QuestionLogged,
    SignalLogged,
    Started,
    StepLogged,
    TurnLogged,
    UsageLogged,
    ViolationLogged,
    decode,
)

__all__ = ["Captured", "capture"]

_E = TypeVar("_E")


class CaptureSink(NullSink):
    """Keeps entries in a list, as they would be read from a journal."""

    is_null = False

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.entries: list[Entry] = []

    def put(self, content: bytes) -> None:
        """Keep an entry."""
        self.entries.append(decode(content))


class Captured:
    """What was logged, in order. Every entry has `trajectory` (its id), `at` (Unix milliseconds) and `number`."""

    def __init__(self, clock: Clock) -> None:
        """Begin empty."""
        sink = CaptureSink()
        self.entries: list[Entry] = sink.entries
        self.log = TrajectoryLogger(sink, clock, keeps_text=True)
        """The logger; within `capture`, `TrajectoryLogger.open` returns the same one."""

    @property
    def trajectories(self) -> list[Started]:
        """Trajectories that were begun."""
        return self._all(Started)

    @property
    def turns(self) -> list[TurnLogged]:
        """Turns as they were logged, each with the questions and violations that it came with."""
        return self._all(TurnLogged)

    @property
    def questions(self) -> list[QuestionLogged]:
        """All questions, with their turn or after it."""
        return [
            asked
            for entry in self.entries
            if isinstance(entry, TurnLogged | QuestionLogged)
            for asked in ([entry] if isinstance(entry, QuestionLogged) else _questions_of(entry))
        ]

    @property
    def violations(self) -> list[ViolationLogged]:
        """All violations, with their turn or after it."""
        return [
            violated
            for entry in self.entries
            if isinstance(entry, TurnLogged | ViolationLogged)
            for violated in ([entry] if isinstance(entry, ViolationLogged) else _violations_of(entry))
        ]

    @property
    def steps(self) -> list[StepLogged]:
        """Steps."""
        return self._all(StepLogged)

    @property
    def usage(self) -> list[UsageLogged]:
        """Model requests."""
        return self._all(UsageLogged)

    @property
    def artifacts(self) -> list[ArtifactLogged]:
        """Artifacts."""
        return self._all(ArtifactLogged)

    @property
    def performance(self) -> list[PerformanceLogged]:
        """Performance events."""
        return self._all(PerformanceLogged)

    @property
    def decisions(self) -> list[DecisionLogged]:
        """Decisions without a fault."""
        return self._all(DecisionLogged)

    @property
    def signals(self) -> list[SignalLogged]:
        """Quality signals without a fault."""
        return self._all(SignalLogged)

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


def _questions_of(turn: TurnLogged) -> list[QuestionLogged]:
    return [
        QuestionLogged(
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


def _violations_of(turn: TurnLogged) -> list[ViolationLogged]:
    return [
        ViolationLogged(
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
