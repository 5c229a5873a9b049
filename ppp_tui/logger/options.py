"""How a logger works, in one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Durability = Literal["memory", "process", "power"]
"""What an entry survives once its call has returned: nothing, the end of the program, a loss of power."""

Policy = Literal["wait", "drop"]
"""What a call does when the channel is full."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a logger works."""

    durability: Durability
    policy: Policy
    channel: int
    """Entries that may wait for the committer."""
    buffer_size: int
    """Entries that are committed without waiting for more, unless the last commit ended just now."""
    flush_interval_ms: int
    """Milliseconds after which waiting entries are committed."""
