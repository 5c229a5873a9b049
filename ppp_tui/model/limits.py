"""Limits that several rooms keep to."""

from __future__ import annotations

MAX_LINE_BYTES = 64 * 1024 * 1024
"""A line of a session file that has this many bytes is skipped and reported: no agent's record comes near it."""

MAX_COUNT = 10**12
"""Greatest count of tokens or duration in milliseconds that is taken over; small enough to be summed in any store."""

PREVIEW_CHARS = 300
"""Characters that a row keeps of a text whose whole stays in the session file or the journal."""

SHOWN_OPEN_STEPS = 4
"""Open steps that live facts list, the newest ones."""

MAX_TRAJECTORIES = 64
"""Trajectories of a file that are remembered in the state of its fold; older ones begin anew if they continue."""
