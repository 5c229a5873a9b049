"""Traces of the program's own faults: which code failed where, and nothing of what it was working on."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

from ppp_tui.model.clock import SystemClock, to_text
from ppp_tui.paths import private_tail

LOG_LIMIT_BYTES = 1_000_000
"""A log beyond this size is begun anew."""

MAX_FRAMES = 40
"""Innermost frames of an error that are kept."""


REPEATED_MS = 60_000
"""A fault at the same place is kept at most this often, in milliseconds."""

MAX_PLACES = 100
"""Places of faults that are remembered."""


def append_trace(log: Path, error: BaseException, at_ms: int | None = None) -> bool:
    """Append the trace of an error to a private log. False where the log cannot be written."""
    try:
        if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
            log.unlink()
        with private_tail(log) as file:
            file.write(
                trace_text(error, SystemClock().now_ms() if at_ms is None else at_ms).encode(
                    "utf-8", "backslashreplace"
                )
            )
    except OSError:
        return False
    return True


class RepeatedFaults:
    """Remembers where faults arose, so that one that comes again and again is kept once a while."""

    def __init__(self) -> None:
        """Begin without faults."""
        self._kept_at: dict[str, int] = {}

    def is_repeated(self, error: BaseException, now_ms: int) -> bool:
        """Return whether a fault at the same place arose less than `REPEATED_MS` ago; else it is remembered."""
        place = innermost_place(error)
        last_ms = self._kept_at.get(place)
        if last_ms is not None and 0 <= now_ms - last_ms < REPEATED_MS:
            return True
        if len(self._kept_at) >= MAX_PLACES:
            self._kept_at.clear()
        self._kept_at[place] = now_ms
        return False


def trace_text(error: BaseException, at_ms: int) -> str:
    """Return when an error arose, its types and the frames it went through, from the outermost to the innermost.

    Messages and source lines stay out: an error's message may quote a path, a prompt or a row.
    """
    lines = [f"{to_text(at_ms)} UTC {' <- '.join(_types(error))}"]
    for cause in _chain(error):
        if cause is not error:
            lines.append(f"  caused by {_type_name(cause)}")
        lines += [f"  {line}" for line in _frames(cause)]
    return "\n".join(lines) + "\n"


def innermost_place(error: BaseException) -> str:
    """Return `module:line` of the frame in which an error arose, '' for an error that was never raised."""
    frames = _frames(error)
    return frames[-1] if frames else ""


def _types(error: BaseException) -> list[str]:
    return [_type_name(cause) for cause in _chain(error)]


def _type_name(error: BaseException) -> str:
    return type(error).__qualname__


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _frames(error: BaseException) -> list[str]:
    frames = list(traceback.walk_tb(error.__traceback__))[-MAX_FRAMES:]
    return [f"{frame.f_globals.get('__name__', '?')}:{line} in {frame.f_code.co_qualname}" for frame, line in frames]
