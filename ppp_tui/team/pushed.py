"""What a push did, or would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from ppp_tui.text.format import counted


class Pushed(NamedTuple):
    """What a push did, or would do."""

    trajectories: int = 0
    """Of which something changed."""
    rows: Mapping[str, int] = {}
    """By table."""
    removed: int = 0
    """Trajectories that are kept at home now."""
    held: int = 0
    """Trajectories that lie there already, from another machine."""
    secrets: Mapping[str, int] = {}
    """That were taken out, by name."""
    expired: int = 0
    """Sessions that have been quiet for longer than the team keeps them, and are removed now."""

    def plus(self, other: Pushed) -> Pushed:
        """Return both together."""
        return Pushed(
            trajectories=self.trajectories + other.trajectories,
            rows=Counter(self.rows) + Counter(other.rows),
            removed=self.removed + other.removed,
            held=self.held + other.held,
            secrets=Counter(self.secrets) + Counter(other.secrets),
            expired=self.expired + other.expired,
        )


def sentence(done: Pushed, *, is_preview: bool = False) -> str:
    """Return what a push did, or would do, for the user."""
    verb = "would be pushed" if is_preview else "pushed"
    parts = [
        f"{counted(done.trajectories, 'trajectory', 'trajectories')} {verb} ({counted(sum(done.rows.values()), 'row')})"
    ]
    if done.removed:
        parts.append(f"{done.removed} taken away, kept at home now")
    if done.held:
        parts.append(f"{done.held} left out: another machine shares them")
    if done.expired:
        parts.append(f"{counted(done.expired, 'session')} removed, quiet for longer than the team keeps them")
    if done.secrets:
        parts.append(f"{counted(sum(done.secrets.values()), 'secret')} taken out; others may be left")
    return "; ".join(parts)
