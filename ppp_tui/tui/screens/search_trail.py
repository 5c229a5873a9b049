"""The hits of a search as a trail: which one is looked at, and which comes next. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.query.rows import SearchHit


class SearchTrail:
    """The hits of a search over all turns, in their order."""

    def __init__(self, words: str, hits: Sequence[SearchHit]) -> None:
        """None of the hits has been looked at yet."""
        self.words = words
        """What was typed."""
        self.hits = hits
        self.place = 0
        self.is_opened = False
        """Whether one of them was looked at."""

    @property
    def hit(self) -> SearchHit:
        """The hit that is looked at."""
        return self.hits[self.place]

    def go_to(self, place: int) -> None:
        """Look at a hit."""
        self.place, self.is_opened = place, True

    def move(self, places: int) -> bool:
        """Look at the next hit, or the one before. Return whether there is one."""
        target = self.place + places
        if not 0 <= target < len(self.hits):
            return False
        self.go_to(target)
        return True
