"""Catches faults of ingest itself: keeps their traces, and lets everything but the failed item continue.

Errors of the database pass through: without a database no other file can be committed either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TypeVar

from ppp_tui.faults import RepeatedFaults, append_trace
from ppp_tui.model.clock import MINUTE_MS, Clock
from ppp_tui.store.connect import is_database_fault

REST_MS = MINUTE_MS
"""Milliseconds for which a failed job is not run."""

Item = TypeVar("Item")


def fault_reason(error: BaseException) -> str:
    """Return the health detail of a file on which this program failed: the error's type, without its text."""
    cause = error.__cause__ or error
    return f"a fault of ppp-tui itself ({type(cause).__name__}): its trace is in the log"


class _Caught(NamedTuple):
    """A block whose faults are handled and not raised."""

    keep: Callable[[Exception], None]
    then: Callable[[Exception], object]
    lets: tuple[type[Exception], ...]

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> bool:
        """Handle a fault; return False for an error that passes through."""
        if not isinstance(error, Exception) or isinstance(error, self.lets) or is_database_fault(error):
            return False
        self.keep(error)
        self.then(error)
        return True


class Guard:
    """Keeps traces in a log, and lets jobs that failed rest."""

    def __init__(self, log: Path | None, clock: Clock) -> None:
        """Keep traces in this file; without one, keep none."""
        self.trouble = ""
        """The fault of the job that failed last, '' once all jobs succeed again."""
        self._log = log
        self._clock = clock
        self._repeated = RepeatedFaults()
        self._resting: dict[str, int] = {}

    def caught(
        self, then: Callable[[Exception], object] = lambda _: None, lets: tuple[type[Exception], ...] = ()
    ) -> _Caught:
        """Return a context manager that swallows a fault of its block, keeps the trace and calls `then` with the error.

        Errors of the types in `lets` and errors of the database pass through.
        """
        return _Caught(self._keep_trace, then, lets)

    def _keep_trace(self, error: Exception) -> None:
        now_ms = self._clock.now_ms()
        if self._log is not None and not self._repeated.is_repeated(error, now_ms):
            append_trace(self._log, error, now_ms)

    def each(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items, up to a fault of the iterator that makes them."""
        with self.caught():
            yield from items

    def job(self, name: str, step: Callable[[], bool]) -> bool:
        """Return what a step of a job returns; False where it failed a moment ago, or does so now."""
        now_ms = self._clock.now_ms()
        if 0 <= now_ms - self._resting.get(name, -REST_MS) < REST_MS:
            return False

        def rest(error: Exception) -> None:
            self._resting[name] = now_ms
            self.trouble = f"A part of ingest failed ({name}, {type(error).__name__}): its trace is in the log."

        with self.caught(rest):
            is_busy = step()
            if self._resting.pop(name, None) is not None and not self._resting:
                self.trouble = ""
            return is_busy
        return False
