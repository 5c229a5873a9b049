"""Messages between the app and its screens."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from ppp_tui.query.rows import StepLine


@dataclass
class DatabaseChanged(Message, bubble=False):
    """Posted when the database changed; one message holds all changes that one poll noticed."""

    trajectories: tuple[int, ...]
    """Those that changed since the last poll; meaningless if `is_everything`."""
    is_everything: bool
    """Whether more changed than is worth listing."""

    def concerns(self, trajectory_id: int) -> bool:
        """Return whether a trajectory may have changed."""
        return self.is_everything or trajectory_id in self.trajectories


@dataclass
class Ticked(Message, bubble=False):
    """Posted each second and with new rows: states and ages may have changed."""

    now_ms: int

    def can_replace(self, message: Message) -> bool:
        """Return True for an older tick, which does not matter any more."""
        return isinstance(message, Ticked)


@dataclass
class OpenTrajectory(Message):
    """Posted when the user opens a session."""

    trajectory_id: int
    turn_number: int | None = None
    """The turn to show; None for the newest."""


@dataclass
class ReadFailed(Message):
    """Posted when the database did not answer a pane."""

    sentence: str
    """What went wrong, for the user."""


class MarksChanged(Message, bubble=False):
    """Pins, labels or read marks were changed, perhaps in another dashboard, and are at hand."""


class CompareChosen(Message, bubble=False):
    """Posted to Compare when sessions were marked for it."""


@dataclass
class GroupChosen(Message, bubble=False):
    """Posted to Live when the user clicked on a count: it shows that group alone."""

    group: str


@dataclass
class StepLeft(Message, bubble=False):
    """Posted to the screen below when the modal of a step was closed: it selects that step."""

    step: StepLine
