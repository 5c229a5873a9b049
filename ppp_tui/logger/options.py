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
    """Entries that may be on the way."""
    buffer_size: int
    """Entries that are committed without waiting for more, once the last commit is a moment ago."""
    flush_interval_ms: int
    """Milliseconds after which what is there is committed."""
