"""Begins and ends turns, and adds their prompts and messages.

Since early 2026 turns have events of their own; before, a turn goes from one prompt (or turn context) to the next. The
prompt stands on a line after the one that begins the turn, so the beginning waits for it; it stands there twice, and
where the model's history comes first, it waits for the event that confirms it.
"""

from __future__ import annotations

from ppp_tui.model.event import AssistantMessage, PromptAdded, Ref, TurnEnded
from ppp_tui.model.event_values import Origin, TurnStatus
from ppp_tui.model.ids import hash64
from ppp_tui.sources.codex import questions
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.state import ENDED, HELD, PendingTurn

_AGENT_TRIGGERS = frozenset({"goal", "timer", "schedule", "automation", "heartbeat", "background"})


def origin_of(emitter: ThreadEmitter, trigger: str = "") -> Origin:
    """Return who begins a turn: a user at a prompt, `codex exec`, another program, or a sub-agent's parent."""
    state = emitter.state
    if state.is_child:
        return "sdk"
    if trigger in _AGENT_TRIGGERS:
        return "system"
    return "sdk" if "exec" in state.facts.get("entrypoint", "") or trigger == "exec" else "typed"


def open_turn(emitter: ThreadEmitter, key: str, at: int, ref: Ref, origin: Origin) -> None:
    """Begin a turn; its prompt comes on a line of its own."""
    if emitter.state.pending_turn is not None:
        emitter.flush_pending_turn()
    state = emitter.state
    state.turn_before, state.turn_id, state.is_open = state.turn_id, key, True
    state.has_prompt = state.has_spoken = state.has_failed = state.is_command = state.is_recorded = False
    state.is_quiet = state.is_untouched = True
    state.service, state.next_service = state.next_service or state.service, None
    emitter.hold_turn(PendingTurn(at, ref.offset, ref.length, origin))


def touch(emitter: ThreadEmitter, *, is_model: bool = True) -> None:
    """Note that the model, else the user, did something in the open turn."""
    state = emitter.state
    state.is_quiet = state.is_untouched = False
    state.is_answered = state.is_answered or is_model


def begin(emitter: ThreadEmitter, key: str, at: int, ref: Ref, origin: Origin) -> None:
    """Begin a turn by its event; its prompt or its context may have come just before."""
    state = emitter.state
    if state.is_open and key and key == state.turn_id:
        return
    pending = state.pending_turn
    if pending is not None and key and pending.prompt and not state.turn_id:
        state.turn_id = key
        if pending.is_event:
            emitter.flush_pending_turn()
        return
    open_turn(emitter, key, at, ref, origin)


def open_by_context(emitter: ThreadEmitter, key: str, at: int, ref: Ref) -> None:
    """Begin a turn by a turn context with a new id, in a file whose turns have no events."""
    state = emitter.state
    if state.pending_turn is not None and not state.turn_id:
        # The context stands after the prompt that it belongs to.
        state.turn_id = key
        return
    _close_implicit(emitter)
    open_turn(emitter, key, at, ref, origin_of(emitter))


def add_prompt(emitter: ThreadEmitter, text: str, at: int, ref: Ref, *, is_event: bool) -> None:
    """Add a prompt; those of the model's history are used only until the first event with a prompt."""
    state = emitter.state
    if not is_event and state.hears_events:
        return
    replies = questions.read_replies(text)
    if replies:
        text = questions.emit_replies(emitter, replies, at)
    is_repeated = (
        is_event and not state.hears_events and not state.pending_turn and state.last_heard == hash64(text.strip())
    )
    state.hears_events = state.hears_events or is_event
    if is_repeated or not text:
        return
    if not is_event:
        state.last_heard = hash64(text.strip())
    if not state.is_open or not (state.has_lifecycle or state.pending_turn):
        _close_implicit(emitter)
        open_turn(emitter, "", at, ref, origin_of(emitter))
    touch(emitter, is_model=False)
    pending = state.pending_turn
    if pending is None:
        origin = "queued" if state.has_prompt else origin_of(emitter)
        emitter.emit(PromptAdded(at, ref, text, origin, is_reply=bool(replies)))
        state.has_prompt = True
        return
    if pending.prompt and not is_event:
        text = f"{pending.prompt}\n\n{text}"
    elif pending.is_event:
        emitter.flush_pending_turn()
        emitter.emit(PromptAdded(at, ref, text, "queued", is_reply=bool(replies)))
        return
    if is_event and pending.origin in ("system", "command"):
        # The user has written in a turn that the agent or a command began.
        pending.origin = origin_of(emitter)
    pending.prompt, pending.is_event = text, is_event
    pending.offset, pending.length = ref
    if len(text) > HELD or (is_event and state.turn_id):
        emitter.flush_pending_turn()


def add_message(
    emitter: ThreadEmitter, text: str, phase: str, at: int, ref: Ref, *, is_event: bool, question_step: str = ""
) -> None:
    """Add a text of the agent; those of the model's history are used only until the first event with a text.

    `question_step` is the step whose questions the text repeats, where that is known.
    """
    state = emitter.state
    if not text.strip() or (not is_event and (state.speaks_events or state.is_command)):
        return
    is_repeated = is_event and not state.speaks_events and state.last_said == hash64(text.strip())
    state.speaks_events = state.speaks_events or is_event
    if is_repeated:
        return
    if not is_event:
        state.last_said = hash64(text.strip())
    state.has_spoken = True
    touch(emitter)
    step = question_step or questions.step_of_text(emitter, text)
    emitter.emit(AssistantMessage(at, ref, text, "", phase == "final_answer", step))


def end_turn(
    emitter: ThreadEmitter,
    turn_id: str,
    status: TurnStatus,
    at: int,
    duration_ms: int | None,
    first_token_ms: int | None,
) -> None:
    """End the open turn; does nothing for a turn that was closed before."""
    state = emitter.state
    if not state.is_open or (turn_id and turn_id in state.ended):
        return
    _remember_end(emitter)
    emitter.emit(TurnEnded(at, status, duration_ms, first_token_ms))


def close_turn(emitter: ThreadEmitter, at: int) -> None:
    """End the open turn, if any, whose end is not recorded."""
    if emitter.state.is_open:
        _remember_end(emitter)
        emitter.emit(TurnEnded(at, "unknown"))


def _close_implicit(emitter: ThreadEmitter) -> None:
    """End a turn without events of its own, at its last line before the next prompt: the best estimate."""
    state = emitter.state
    if state.is_open and not state.has_lifecycle:
        close_turn(emitter, state.last_at)


def _remember_end(emitter: ThreadEmitter) -> None:
    state = emitter.state
    state.is_open = False
    if state.turn_id:
        state.ended = [*state.ended[-ENDED + 1 :], state.turn_id]
