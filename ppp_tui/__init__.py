"""ppp-tui: a terminal dashboard that watches coding agents live."""

from __future__ import annotations

TYPE_CHECKING = False  # by its name a type checker knows it; importing typing takes half as long as the interpreter
if TYPE_CHECKING:
    from typing import Any

    from ppp_tui.logger.logger import TrajectoryLogger

__all__ = ["TrajectoryLogger", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name != "TrajectoryLogger":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ppp_tui.logger.logger import TrajectoryLogger

    return TrajectoryLogger
