"""How many tokens fit into a model's context.

A recorded window wins. Claude Code records none and lets a session grow to 1 M only where the user has that window,
whatever the catalogue says of the model: the only trace is that a prompt was larger than 200 k.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ppp_tui.scoring.cost import find_model

VERSION = 1
"""Raised whenever another window would be inferred."""

CLAUDE_WINDOW = 200_000
"""What a Claude session has unless it shows otherwise."""

CLAUDE_LONG_WINDOW = 1_000_000
"""What a Claude session has that was once larger than `CLAUDE_WINDOW`."""

GEMINI_WINDOW = 1_048_576
"""Gemini 2.5 and 3 as their command line uses them; its session files record none and the price library knows none."""

_GEMINI = re.compile(r"(?:^|/)gemini-(?:2\.5|3)(?!\d)")


def context_window(model: str, recorded: int | None, greatest_seen: int) -> int | None:
    """Tokens of the context window, None if nothing tells.

    `greatest_seen` is the fullest context that the session ever had, 0 for none; a catalogue's window that is smaller
    than that is wrong for this session and counts as unknown.
    """
    if recorded is not None and recorded > 0:
        return recorded
    name = model.strip().lower()
    if "claude" in name:
        known: int | None = CLAUDE_WINDOW if greatest_seen <= CLAUDE_WINDOW else CLAUDE_LONG_WINDOW
    elif _GEMINI.search(name):
        known = GEMINI_WINDOW
    else:
        known = _catalogued(name)
    return known if known is not None and greatest_seen <= known else None


@lru_cache(maxsize=1024)
def _catalogued(name: str) -> int | None:
    found = find_model(name)
    return found[1].context_window if found else None
