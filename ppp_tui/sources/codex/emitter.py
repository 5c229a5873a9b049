"""Where handlers of a rollout's lines put what they read."""

from __future__ import annotations

from ppp_tui.model.event import Event, FactName, LimitMeasured, Noted, Origin, QuestionAnswered, Ref, TurnStarted
from ppp_tui.sources.codex.state import ParserState
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.source import Identity, Reading


class ThreadEmitter(EventEmitter[ParserState]):
    """The events of one thread; a turn is emitted with its prompt, which comes on a later line than its beginning."""

    def __init__(self, state: ParserState, identity: Identity) -> None:
        """Go on from a state."""
        super().__init__(state)
        self.facts = state.facts
        self.identity = identity

    def begin_reading(self) -> Reading:
        """Return a new reading, which collects all that is emitted from now on."""
        reading = super().begin_reading()
        self.emit = self._emit_in_turn
        return reading

    def _emit_in_turn(self, event: Event) -> None:
        """Append an event that belongs to a turn: one whose prompt is still pending begins without it."""
        if self.state.pending_turn is not None:
            self.flush_pending_turn()
        self.reading.events.append(event)

    def emit_detached(self, event: Event) -> None:
        """Append an event that does not belong to the turn that may be pending."""
        self.reading.events.append(event)

    def emit_unless_copied(self, event: Noted | LimitMeasured | QuestionAnswered) -> None:
        """Append an event that belongs to no turn; lines copied from another thread tell nothing of this one."""
        if not self.state.is_copied:
            self.reading.events.append(event)

    def flush_pending_turn(self, prompt: str = "", origin: Origin | None = None) -> None:
        """Emit the beginning of the pending turn, if any, with the prompt as far as it was read."""
        state = self.state
        pending = state.pending_turn
        if pending is None:
            return
        state.pending_turn = None
        text = pending.prompt or prompt
        state.has_prompt = bool(text)
        ref = Ref(pending.offset, pending.length)
        self.reading.events.append(TurnStarted(pending.at, ref, state.turn_id, text, origin or pending.origin))

    def note(self, at: int, name: FactName, value: str | None) -> None:
        """Emit a fact about the thread, unless it is empty, the same as before, or copied from another thread."""
        if not self.state.is_copied:
            super().note(at, name, value)
