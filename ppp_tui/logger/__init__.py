"""Logs what an agent does into the database, from inside the agent's own program.

``with TrajectoryLogger.open() as log`` (or ``async with``), ``log.start("SPEC-1", "my-agent")``, then ``log_turn`` and
its siblings on the trajectory; ``log.performance`` records how agents do. An entry is in a journal when its call
returns, so that none is lost if the program ends; a thread replays the journal into the database. Every method may
be called from any thread, and from a coroutine, where ``await`` on what it returns waits for room without holding up
the event loop.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ppp_tui.logger.health import Health
    from ppp_tui.logger.journal_queue import ForkedError
    from ppp_tui.logger.logger import TrajectoryLogger
    from ppp_tui.logger.performance import OpenExecution, PerformanceRecorder
    from ppp_tui.logger.performance_reader import PerformanceStats
    from ppp_tui.logger.schemas import Question, Violation
    from ppp_tui.logger.trajectory import Trajectory, Turn

__all__ = [
    "ForkedError",
    "Health",
    "OpenExecution",
    "PerformanceRecorder",
    "PerformanceStats",
    "Question",
    "Trajectory",
    "TrajectoryLogger",
    "Turn",
    "Violation",
]

_MODULES = {
    "ForkedError": "journal_queue",
    "Health": "health",
    "OpenExecution": "performance",
    "PerformanceRecorder": "performance",
    "PerformanceStats": "performance_reader",
    "Question": "schemas",
    "Trajectory": "trajectory",
    "TrajectoryLogger": "logger",
    "Turn": "trajectory",
    "Violation": "schemas",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
