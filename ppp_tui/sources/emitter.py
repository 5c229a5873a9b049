"""Collects what handlers of records emit: events, facts, and names of unknown records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, Protocol, TypeVar

from ppp_tui.model.clock import from_text
from ppp_tui.model.event import Event, FactName, MetadataLearned, TrajectorySwitched
from ppp_tui.model.ids import hash64
from ppp_tui.sources.source import ParsedChunk, kind_of

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
        self.reading = ParsedChunk()
        """What was emitted since `take_reading` was called last."""
        self.emit: Callable[[Event], None] = self.reading.events.append
        """Append an event."""
        self._second = ""
        self._second_ms = 0

    def take_reading(self) -> ParsedChunk:
        """Return what was emitted since the last call, and begin a new reading."""
        reading = self.reading
        self.reading = ParsedChunk()
        # The list's own method, since every call counts that is made for each event.
        self.emit = self.reading.events.append
        return reading

    def time_of(self, text: str | None) -> int:
        """Return a record's time in Unix milliseconds, 0 if it is missing or invalid."""
        if not text:
            return 0
        try:
            if text[23:] != "Z":
                return from_text(text)
            # Records of one second follow each other.
            second = text[:20]
            if second != self._second:
                self._second_ms = from_text(f"{second}000Z")
                self._second = second
            return self._second_ms + int(text[20:23])
        except (ValueError, OverflowError):
            return 0

    def note(self, at: int, name: FactName, value: str | None) -> None:
        """Emit a fact about the trajectory, unless it is empty or the same as before."""
        if value and self.facts.get(name) != (value := value[:MAX_FACT_CHARS]):
            self.facts[name] = value
            self.reading.events.append(MetadataLearned(at, name, value))

    def count_unknown(self, name: str) -> None:
        """Count a kind of record, or of a part of one, that this version does not know."""
        kind, unknown = kind_of(name), self.reading.unknown
        unknown[kind] = unknown.get(kind, 0) + 1


class HoldsFacts(Protocol):
    """A state that remembers which facts were emitted."""

    facts: dict[str, str]
    """Hash of each fact's last value, by its name."""


HoldingFacts = TypeVar("HoldingFacts", bound=HoldsFacts)


class TextlessEmitter(EventEmitter[HoldingFacts]):
    """Remembers facts in the state, by their hashes only, since they hold what users wrote."""

    def note(self, at: int, name: FactName, value: str | None) -> None:
        """Emit a fact about the trajectory, unless it is empty or the same as before."""
        value = (value or "")[:MAX_FACT_CHARS]
        digest = f"{hash64(value):x}"
        if value and self.state.facts.get(name) != digest:
            self.state.facts[name] = digest
            self.emit(MetadataLearned(at, name, value))


class SubAgent(Protocol):
    """A sub-agent whose records are in its session's file."""

    facts: dict[str, str]
    """Last value of each fact that was emitted."""
    call: str
    """Key of the call that started it, '' where that is not known."""


class HoldsSubAgents(HoldsFacts, Protocol):
    """A state that remembers the facts of a session and of the sub-agents in its file."""

    current: str
    """Trajectory that the last event belonged to; '' is the session's own."""

    @property
    def children(self) -> Mapping[str, SubAgent]:
        """Sub-agents by the names of their trajectories."""
        ...


HoldingSubAgents = TypeVar("HoldingSubAgents", bound=HoldsSubAgents)


class FamilyEmitter(EventEmitter[HoldingSubAgents]):
    """Collects events, each after a switch to the trajectory that it belongs to."""

    def __init__(self, state: HoldingSubAgents) -> None:
        """Go on in the trajectory of the last event."""
        super().__init__(state)
        self._use_facts()

    def enter(self, name: str) -> None:
        """Switch to a trajectory that was begun before; '' is the session's own."""
        state = self.state
        if name != state.current:
            state.current = name
            self._use_facts()
            child = state.children.get(name)
            self.emit(TrajectorySwitched(name, "" if name else None, child.call if child else ""))

    def _use_facts(self) -> None:
        child = self.state.children.get(self.state.current)
        self.facts = child.facts if child else self.state.facts
