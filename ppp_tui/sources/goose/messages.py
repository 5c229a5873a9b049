"""Turns the messages of a Goose session into events: the same in its database and in the files of older versions."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.model.event import (
    NOWHERE,
    AssistantMessage,
    ReasoningEmitted,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.model.event_values import Origin
from ppp_tui.model.ids import hash64
from ppp_tui.sources.emitter import TextlessEmitter
from ppp_tui.sources.goose.state import MAX_CALLS, MAX_PROMPTS, GooseSession
from ppp_tui.sources.goose.tools import call_started, read_outcome
from ppp_tui.sources.json_records import JsonObject, object_of, objects_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.toolbox import call_finished

_CALLS = frozenset({"toolRequest", "frontendToolRequest"})
_SILENT = frozenset(
    {
        "image",
        "redactedThinking",
        "toolConfirmationRequest",
        "actionRequired",
        "systemNotification",
        "contextLengthExceeded",
        "summarizationRequested",
    }
)

GooseEmitter = TextlessEmitter[GooseSession]
"""Collects the events of a session."""


class GooseMessage(NamedTuple):
    """A message of a session."""

    id: str
    at: int
    """Unix milliseconds."""
    role: str
    blocks: list[JsonObject]
    is_shown: bool
    """The user sees it; else it is there for the model only, such as a summary."""


class GooseReader:
    """Reads the messages of one session in their order."""

    def __init__(self, emitter: GooseEmitter, session: str, *, is_child: bool = False, is_retold: bool = False) -> None:
        """Read messages of a session; with `is_retold`, turns are numbered, so that they replace earlier ones."""
        self._emitter = emitter
        self._session = session
        self._is_child = is_child
        self._is_retold = is_retold
        self._answered_at = 0
        """Time of an answer that called nothing, which ends the turn unless something follows it; 0 for none."""

    def read(self, message: GooseMessage) -> None:
        """Emit what a message says."""
        kinds = {text_of(block, "type") for block in message.blocks}
        if not message.is_shown:
            return
        if message.role == "user" and "toolResponse" not in kinds:
            self._read_prompt(message)
            return
        self._answered_at = 0
        self._emitter.state.last_at = message.at
        for block in message.blocks:
            self._read_block(block, text_of(block, "type"), message.at)
        if message.role == "assistant" and kinds.isdisjoint(_CALLS):
            self._answered_at = message.at

    def end_turn(self) -> None:
        """Emit the end of a turn whose last message called nothing."""
        state = self._emitter.state
        if self._answered_at and state.is_open:
            state.is_open = False
            self._emitter.emit(TurnEnded(self._answered_at, "completed"))
        self._answered_at = 0

    def _read_prompt(self, message: GooseMessage) -> None:
        state = self._emitter.state
        text = "\n".join(filter(None, (text_of(block, "text") for block in message.blocks)))
        if not text.strip() or message.id in state.prompts:
            return
        self.end_turn()
        state.turns += 1
        # A copy of a session has the same messages; its rows are others.
        key = f"{self._session}:{message.at}:{hash64(text):x}"
        remember(state.prompts, message.id, hash64(key), MAX_PROMPTS)
        number = state.turns if self._is_retold else None
        state.is_open, state.last_at = True, message.at
        origin: Origin = "system" if self._is_child else "typed"
        self._emitter.emit(TurnStarted(message.at, NOWHERE, key, text, origin, number))

    def _read_block(self, block: JsonObject, kind: str, at: int) -> None:
        emitter = self._emitter
        if kind == "text":
            if text_of(block, "text").strip():
                emitter.emit(AssistantMessage(at, NOWHERE, text_of(block, "text"), is_final=None))
        elif kind == "thinking":
            if text_of(block, "thinking").strip():
                emitter.emit(ReasoningEmitted(at, NOWHERE, text_of(block, "thinking")))
        elif kind in _CALLS:
            self._start_call(block, at)
        elif kind == "toolResponse":
            self._finish_call(block, at)
        elif kind not in _SILENT:
            emitter.count_unknown(f"content/{kind or '(no type)'}")

    def _start_call(self, block: JsonObject, at: int) -> None:
        state, key = self._emitter.state, text_of(block, "id")[:MAX_KEY_CHARS]
        envelope = object_of(block, "toolCall")
        call = object_of(envelope, "value") or envelope
        name, arguments = text_of(call, "name"), object_of(call, "arguments")
        if not key or not name or key in state.calls:
            return
        state.is_open = True
        remember(state.calls, key, name, MAX_CALLS)
        self._emitter.emit(call_started(name, key, arguments, at))

    def _finish_call(self, block: JsonObject, at: int) -> None:
        key = text_of(block, "id")[:MAX_KEY_CHARS]
        if self._emitter.state.calls.pop(key, None) is None:
            return
        outcome = read_outcome(object_of(block, "toolResult"))
        self._emitter.emit(
            call_finished(key, outcome.status, outcome.output, at=at, ref=NOWHERE, exit_code=outcome.exit_code)
        )


def message_of(id_: str, at: int, role: str, content: object, metadata: JsonObject) -> GooseMessage:
    """Return a message; without an id, its time, role and content identify it."""
    blocks = objects_of({"content": content}, "content")
    return GooseMessage(
        id_ or f"{at}:{role}:{hash64(repr(blocks)):x}", at, role, blocks, metadata.get("userVisible") is not False
    )
