"""How far each receiver was sent to: a small file beside the database."""

from __future__ import annotations

import json
from pathlib import Path

from ppp_tui.paths import replace_private

SENT_SUFFIX = "-sent"
"""Of the file beside the database."""


def sent_revisions(database: Path) -> dict[str, int]:
    """Return the revision up to which each receiver has everything, by its address and the words it was sent in."""
    try:
        kept = json.loads(_sent_file(database).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {key: value for key, value in kept.items() if isinstance(value, int)} if isinstance(kept, dict) else {}


def keep_revision(database: Path, receiver: str, revision: int) -> None:
    """Keep how far a receiver was sent to: in a new file that takes the old one's place whole."""
    kept = {**sent_revisions(database), receiver: revision}
    replace_private(_sent_file(database), json.dumps(kept).encode(), is_durable=True)


def _sent_file(database: Path) -> Path:
    return database.with_name(database.name + SENT_SUFFIX)
