"""The places that the user visited, to go back and forward among them. Pure."""

from __future__ import annotations

from typing import NamedTuple

MAX_PLACES = 100
"""Maximum length of the history."""


class Place(NamedTuple):
    """A screen with the session and turn that it shows."""

    mode: str
    trajectory_id: int | None = None
    """The session that is shown over the main screen; None for the main screen itself."""
    turn_number: int | None = None

    def is_same_screen(self, other: Place) -> bool:
        """Return whether both are the same screen of the same session, at any turn."""
        return self[:2] == other[:2]


class Places:
    """History of visited places, with a cursor on the one that is shown."""

    def __init__(self) -> None:
        """Begin with an empty history."""
        self._places: list[Place] = []
        self._position = -1
        self._awaited: Place | None = None
        """The place that a move back or forward leads to: screens shown on the way there are not recorded."""

    def visit(self, place: Place) -> None:
        """Record that a place is shown; this drops places ahead of the current one unless it is the same screen."""
        if self._awaited is not None:
            if place.is_same_screen(self._awaited):
                self._awaited = None
            return
        if self._position >= 0 and self._places[self._position].is_same_screen(place):
            self._places[self._position] = place
            return
        self._places = [*self._places[: self._position + 1], place][-MAX_PLACES:]
        self._position = len(self._places) - 1

    def go(self, steps: int) -> Place | None:
        """Return the place so many visits back (negative) or forward and expect it next; None beyond either end."""
        target = self._position + steps
        if not 0 <= target < len(self._places):
            return None
        self._position = target
        self._awaited = self._places[target]
        return self._awaited
