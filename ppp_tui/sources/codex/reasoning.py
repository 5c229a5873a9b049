"""Reasoning: told by events in parts, and again, mostly encrypted, in the model's history."""

from __future__ import annotations

from ppp_tui.model.event import ReasoningEmitted, Ref
from ppp_tui.model.ids import hash64
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.raw_json import loose, part_text
from ppp_tui.sources.codex.records import HistoryItem

_REPEATED = 16
"""Thoughts of one form that may come again in the other."""


def think(emitter: ThreadEmitter, text: str, at: int, ref: Ref) -> None:
    """A thought told by an event, unless the model's history told it before."""
    state = emitter.state
    if not text.strip():
        return
    if not _take(state.recalled, text):
        state.thoughts = [*state.thoughts[-_REPEATED + 1 :], hash64(text.strip())]
        emitter.emit(ReasoningEmitted(at, ref, text))


def read_reasoning(emitter: ThreadEmitter, item: HistoryItem, at: int, ref: Ref) -> None:
    """Reasoning in the model's history: what no event told of its summary, else only that there was some."""
    state = emitter.state
    parts = loose(item.summary)
    summary = [text for text in map(part_text, parts if isinstance(parts, list) else []) if text.strip()]
    is_told = bool(state.thoughts)
    new = [text for text in summary if not _take(state.thoughts, text)]
    if new:
        state.recalled = [*state.recalled, *(hash64(text.strip()) for text in new)][-_REPEATED:]
        emitter.emit(ReasoningEmitted(at, ref, "\n\n".join(new)))
    elif not summary and not is_told:
        emitter.emit(ReasoningEmitted(at, ref, ""))
    state.thoughts = []


def _take(marks: list[int], text: str) -> bool:
    """Whether the thought is known; it may then come again."""
    mark = hash64(text.strip())
    if mark not in marks:
        return False
    marks.remove(mark)
    return True
