"""Session files that are left out, and why, on this machine and others, for ``ppp-tui doctor``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ppp_tui.text.sanitize import plain

_SENTENCES = {
    "link": "a link that leads nowhere, back, or to what is not yours",
    "odd_name": "a name that is not UTF-8: rename it",
    "unreadable": "no permission to read it",
    "other_format": "no session",
    "too_deep": "below too many folders",
    "too_many": "a folder with more files than are read",
    "too_large": "a database that is too large to be copied",
    "changing": "a database that is written while it is copied: the next attempt follows",
    "damaged": "a database that is damaged",
}
_REMOTE_LINK = "a link, which is followed on this machine only"


def skip_lines(skipped: Mapping[str, Mapping[str, Any]], folder: str, *, is_remote: bool = False) -> list[str]:
    """Return a line for each reason, with the number of files and examples, as named below a folder."""
    lines = []
    for reason, left_out in skipped.items():
        sentence = _REMOTE_LINK if is_remote and reason == "link" else _SENTENCES.get(reason, reason)
        more = ", …" if left_out["files"] > len(left_out["examples"]) else ""
        named = ", ".join(plain(path.removeprefix(f"{folder}/")) for path in left_out["examples"])
        lines.append(f"  left out, {plain(sentence)}: {left_out['files']} ({named}{more})")
    return lines
