"""The hits of a search with the one that is open, to go from one to the next. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.query.rows import SearchHit


class SearchTrail:
    """The hits of a search over all turns in their order, with a cursor on the one that is open."""

    def __init__(self, words: str, hits: Sequence[SearchHit]) -> None:
        """Begin at the first hit, with none opened."""
        self.words = words
        """The text that was searched for."""
        self.hits = hits
        self.place = 0
        self.is_opened = False
        """Whether any hit was opened."""

    @property
    def hit(self) -> SearchHit:
        """The hit under the cursor."""
        return self.hits[self.place]

    def go_to(self, place: int) -> None:
        """Put the cursor on a hit and note that it was opened."""
        self.place, self.is_opened = place, True

    def move(self, places: int) -> bool:
        """Move the cursor by so many hits. Return whether there is a hit; otherwise the cursor stays."""
        target = self.place + places
        if not 0 <= target < len(self.hits):
            return False
        self.go_to(target)
        return True
