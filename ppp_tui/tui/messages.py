"""Messages between the app and its screens."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from ppp_tui.query.rows import StepLine


@dataclass
class DatabaseChanged(Message, bubble=False):
    """The database changed; one message holds all changes that one poll noticed."""

    revision: int
    """The database's newest revision."""
    trajectories: tuple[int, ...]
    """Those that changed since the look before; without meaning if `is_everything`."""
    is_everything: bool
    """More changed than is worth listing."""

    def concerns(self, trajectory_id: int) -> bool:
        """Whether a trajectory may have changed."""
        return self.is_everything or trajectory_id in self.trajectories


@dataclass
class Ticked(Message, bubble=False):
    """A second has passed, or the board has new rows: states and ages may have changed."""

    now_ms: int

    def can_replace(self, message: Message) -> bool:
        """Only the last tick matters."""
        return isinstance(message, Ticked)


@dataclass
class OpenTrajectory(Message):
    """The user wants to see a session."""

    trajectory_id: int
    turn_number: int | None = None
    """The turn to show; None for the newest."""


@dataclass
class ReadFailed(Message):
    """The database did not answer a pane."""

    sentence: str
    """What went wrong, for the user."""


class CompareChosen(Message, bubble=False):
    """Sessions were marked to be compared: Compare is to show them."""


@dataclass
class GroupChosen(Message, bubble=False):
    """The user clicked on a count: Live is to show that group only."""

    group: str


@dataclass
class StepLeft(Message, bubble=False):
    """The window of a step was closed: the screen below is to show that step."""

    step: StepLine
