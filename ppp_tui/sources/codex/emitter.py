"""The emitter of Codex's events, which holds a turn's begin until its prompt is read."""

from __future__ import annotations

from ppp_tui.model.event import (
    Event,
    FactName,
    LimitMeasured,
    MetadataLearned,
    ModeStated,
    QuestionAnswered,
    Ref,
    TurnStarted,
)
from ppp_tui.model.event_values import Origin
from ppp_tui.sources.codex.state import CodexState, PendingTurn
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.source import Identity, ParsedChunk


class ThreadEmitter(EventEmitter[CodexState]):
    """Emitter for one thread; a turn is emitted with its prompt, which comes on a later line than its begin."""

    def __init__(self, state: CodexState, identity: Identity) -> None:
        """Continue from a state."""
        super().__init__(state)
        self.facts = state.facts
        self.identity = identity
        if state.pending_turn is not None:
            self.emit = self._emit_behind_turn

    def take_reading(self) -> ParsedChunk:
        """Return what was emitted since the last call; nothing of it is kept."""
        reading = super().take_reading()
        if self.state.pending_turn is not None:
            self.emit = self._emit_behind_turn
        return reading

    def hold_turn(self, turn: PendingTurn) -> None:
        """Keep the beginning of a turn until its prompt is read, or until anything else of it is emitted."""
        self.state.pending_turn = turn
        self.emit = self._emit_behind_turn

    def _emit_behind_turn(self, event: Event) -> None:
        """Emit the beginning of the pending turn without its prompt, and the event after it."""
        self.flush_pending_turn()
        self.emit(event)

    def emit_detached(self, event: Event) -> None:
        """Emit an event that does not belong to the pending turn."""
        self.reading.events.append(event)

    def emit_unless_copied(self, event: MetadataLearned | LimitMeasured | QuestionAnswered) -> None:
        """Emit an event outside of turns, unless its line was copied from another thread."""
        if not self.state.is_copied:
            self.reading.events.append(event)

    def flush_pending_turn(self, prompt: str = "", origin: Origin | None = None) -> None:
        """Emit the beginning of the pending turn, if any, with the prompt as far as it was read."""
        state = self.state
        pending = state.pending_turn
        if pending is None:
            return
        state.pending_turn, self.emit = None, self.reading.events.append
        text = pending.prompt or prompt
        state.has_prompt = bool(text)
        ref = Ref(pending.offset, pending.length)
        self.emit(TurnStarted(pending.at, ref, state.turn_id, text, origin or pending.origin))
        if pending.mode:
            self.emit(ModeStated(pending.at, pending.mode))

    def state_mode(self, at: int, mode: str) -> None:
        """Emit how much Codex may do without asking: behind the beginning of a turn that waits for its prompt."""
        if self.state.pending_turn is None:
            self.emit(ModeStated(at, mode))
        else:
            self.state.pending_turn.mode = mode[:MAX_KEY_CHARS]

    def note(self, at: int, name: FactName, value: str | None) -> None:
        """Emit a fact about the thread, unless it is empty, the same as before, or copied from another thread."""
        if not self.state.is_copied:
            super().note(at, name, value)
