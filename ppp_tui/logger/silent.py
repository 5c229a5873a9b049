"""The logger that does nothing, for whoever turned logging off: no file, no thread, no check of what is logged."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from ppp_tui.logger.health import Health
from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.logger.trajectory import Trajectory, Turn


class UnwrittenLogger(TrajectoryLogger):
    """A logger that writes nothing: nothing can fail, and there is nothing to wait for."""

    @property
    def health(self) -> Health:
        """Always well."""
        return Health()

    @property
    def lost(self) -> int:
        """Nothing is lost that was not to be kept."""
        return 0

    def flush(self, timeout_s: float = 0.0) -> bool:  # noqa: ARG002
        """There is nothing to wait for."""
        return True

    async def aflush(self, timeout_s: float = 0.0) -> bool:  # noqa: ARG002
        """There is nothing to wait for."""
        return True

    def close(self, timeout_s: float = 0.0) -> None:
        """There is nothing to close."""

    async def aclose(self, timeout_s: float = 0.0) -> None:
        """There is nothing to close."""


class SilentLogger(UnwrittenLogger):
    """A logger that takes everything and keeps nothing."""

    def __init__(self) -> None:
        """Nothing is opened."""
        self._trajectory = SilentTrajectory(self)

    def start(self, *_: Any, **__: Any) -> Trajectory:
        """A trajectory that does nothing."""
        return self._trajectory


class SilentTrajectory(Trajectory):
    """A trajectory that takes everything and keeps nothing."""

    def __init__(self, log: SilentLogger) -> None:
        """Nothing is begun."""
        self.log = log
        self.id = ""
        self._turn = SilentTurn(self, 0)

    def _nothing(self, *_: Any, **__: Any) -> Turn:
        return self._turn

    log_turn = log_question = log_violation = log_step = log_usage = log_artifact = finish = _nothing

    async def room(self) -> None:
        """There is always room."""


class SilentTurn(Turn):
    """A turn that is nowhere."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, Turn]:
        """There is nothing to wait for."""
        yield from ()
        return self
