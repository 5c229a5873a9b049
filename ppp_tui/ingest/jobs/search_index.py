"""Indexes the words of turns for search."""

from __future__ import annotations

from ppp_tui.store.upkeep import search_index
from ppp_tui.store.write import Writer

INDEX_TURNS = 64
"""Turns indexed in one slice: a few milliseconds' work."""


class SearchIndexJob:
    """Keeps the index up to date."""

    name = "search"
    trouble = ""

    def __init__(self, writer: Writer) -> None:
        """Prepare indexing by `run_slice`."""
        self._writer = writer

    def run_slice(self, now_ms: int) -> bool:  # noqa: ARG002 - the signature is that of every job
        """Index some of the waiting turns; return whether there were any. Raises DatabaseError."""
        if not self._writer.ask(search_index.is_behind):
            return False
        self._writer.index_some(INDEX_TURNS)
        return True
