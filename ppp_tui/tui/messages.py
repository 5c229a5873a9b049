"""What the app tells its screens, and they it: facts in the past tense."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


@dataclass
class ArchiveMoved(Message, bubble=False):
    """Something in the archive changed."""

    trajectories: tuple[int, ...]
    is_everything: bool

    def concerns(self, trajectory_id: int) -> bool:
        """Whether a trajectory may have changed."""
        return self.is_everything or trajectory_id in self.trajectories


@dataclass
class Ticked(Message, bubble=False):
    """A second has passed, or the board has new rows: states and ages may be others."""

    now_ms: int

    def can_replace(self, message: Message) -> bool:
        """Only the last tick matters."""
        return isinstance(message, Ticked)
