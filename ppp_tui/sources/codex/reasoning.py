"""Reads reasoning: events state it in parts, the model's history repeats it, mostly encrypted."""

from __future__ import annotations

from ppp_tui.model.event import ReasoningEmitted, Ref
from ppp_tui.model.ids import hash64
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.raw_json import loose, part_text
from ppp_tui.sources.codex.records import HistoryItem

_REPEATED = 16
"""Maximum of thoughts of one form that are remembered until the other form repeats them."""


def add_thought(emitter: ThreadEmitter, text: str, at: int, ref: Ref) -> None:
    """Emit a thought of an event, unless the model's history stated it before."""
    state = emitter.state
    if not text.strip():
        return
    if not _discard_mark(state.recalled, text):
        state.thoughts = [*state.thoughts[-_REPEATED + 1 :], hash64(text.strip())]
        emitter.emit(ReasoningEmitted(at, ref, text))


def read_reasoning(emitter: ThreadEmitter, item: HistoryItem, at: int, ref: Ref) -> None:
    """Emit reasoning of the model's history: the part of its summary without event, else that there was some."""
    state = emitter.state
    parts = loose(item.summary)
    summary = [text for text in map(part_text, parts if isinstance(parts, list) else []) if text.strip()]
    has_thoughts = bool(state.thoughts)
    new = [text for text in summary if not _discard_mark(state.thoughts, text)]
    if new:
        state.recalled = [*state.recalled, *(hash64(text.strip()) for text in new)][-_REPEATED:]
        emitter.emit(ReasoningEmitted(at, ref, "\n\n".join(new)))
    elif not summary and not has_thoughts:
        emitter.emit(ReasoningEmitted(at, ref, ""))
    state.thoughts = []


def _discard_mark(marks: list[int], text: str) -> bool:
    """Return whether a thought is known, and remove it: it may then come again."""
    mark = hash64(text.strip())
    if mark not in marks:
        return False
    marks.remove(mark)
    return True
