"""The places that were visited, to go back and forward among them. Pure."""

from __future__ import annotations

from typing import NamedTuple

MAX_PLACES = 100
"""Places that are remembered."""


class Place(NamedTuple):
    """A screen, and what it shows."""

    mode: str
    trajectory_id: int | None = None
    """The session that is shown over the main screen; None for the main screen itself."""
    turn_number: int | None = None

    def is_same_screen(self, other: Place) -> bool:
        """Whether both are the same screen, at whatever turn."""
        return self[:2] == other[:2]


class Places:
    """Visited places in order, and the one that is shown."""

    def __init__(self) -> None:
        """Nothing has been visited."""
        self._places: list[Place] = []
        self._here = -1
        self._awaited: Place | None = None
        """Where a move back or forward leads: screens on the way there are no visits."""

    def visit(self, place: Place) -> None:
        """Remember that a place is shown; what lay ahead is forgotten unless it is the same screen."""
        if self._awaited is not None:
            if place.is_same_screen(self._awaited):
                self._awaited = None
            return
        if self._here >= 0 and self._places[self._here].is_same_screen(place):
            self._places[self._here] = place
            return
        self._places = [*self._places[: self._here + 1], place][-MAX_PLACES:]
        self._here = len(self._places) - 1

    def go(self, steps: int) -> Place | None:
        """Return the place so many visits back (negative) or forward, which is awaited from now on; None beyond."""
        target = self._here + steps
        if not 0 <= target < len(self._places):
            return None
        self._here = target
        self._awaited = self._places[target]
        return self._awaited
