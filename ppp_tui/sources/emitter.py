"""Where handlers of records put what they read: events, facts, and names of what they do not know."""

from __future__ import annotations

from typing import Generic, TypeVar

from ppp_tui.model.event import Event, FactName, Noted
from ppp_tui.sources.source import Reading, kind_of

MAX_FACT_CHARS = 1024
"""Characters of a fact; of a longer one the beginning is kept."""

State = TypeVar("State")


class EventEmitter(Generic[State]):
    """Collects the events of one reading after the other, in file order."""

    def __init__(self, state: State) -> None:
        """Begin with an empty reading."""
        self.state = state
        """What the parser remembers."""
        self.facts: dict[str, str] = {}
        """Last value of each fact that was emitted for the trajectory at hand."""
        self.reading = Reading()

    def begin_reading(self) -> Reading:
        """Return a new reading, which collects all that is emitted from now on."""
        self.reading = reading = Reading()
        return reading

    def emit(self, event: Event) -> None:
        """Append an event."""
        self.reading.events.append(event)

    def note(self, at: int, name: FactName, value: str | None) -> None:
        """Emit a fact about the trajectory, unless it is empty or the same as before."""
        if value and self.facts.get(name) != (value := value[:MAX_FACT_CHARS]):
            self.facts[name] = value
            self.reading.events.append(Noted(at, name, value))

    def count_unknown(self, name: str) -> None:
        """Count a kind of record, or of a part of one, that this version does not know."""
        kind, unknown = kind_of(name), self.reading.unknown
        unknown[kind] = unknown.get(kind, 0) + 1
