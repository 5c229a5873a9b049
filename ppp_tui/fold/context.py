"""Reducers of what fills the context window: characters as they come, shared out when a request states the sum."""

from __future__ import annotations

from ppp_tui.fold.trajectory import TrajectoryFold
from ppp_tui.model.event import (
    AssistantMessage,
    Compacted,
    ContextMeasured,
    PromptAdded,
    RequestFailed,
    ToolCallFinished,
    ToolCallStarted,
    TurnStarted,
)
from ppp_tui.scoring.context import system_tokens
from ppp_tui.scoring.files import CHARS_PER_TOKEN


def count_prompt(fold: TrajectoryFold, event: TurnStarted) -> None:
    """Count a prompt as conversation."""
    fold.state.conversation_chars += len(event.prompt)


def count_text(fold: TrajectoryFold, event: PromptAdded | AssistantMessage) -> None:
    """Count more of a prompt, or an answer, as conversation."""
    fold.state.conversation_chars += len(event.text)


def count_input(fold: TrajectoryFold, event: ToolCallStarted) -> None:
    """Count the input of a call: what is written into a file is the file's."""
    if event.kind == "edit":
        fold.state.file_chars += event.input_length
    else:
        fold.state.tool_chars += event.input_length


def count_output(fold: TrajectoryFold, event: ToolCallFinished) -> None:
    """Count the output of a call; call before it is forgotten which files it read."""
    state = fold.state
    call = state.calls.get(event.key)
    if call is not None and (call.kind == "read" or call.reads):
        state.file_chars += event.output_length
    else:
        state.tool_chars += event.output_length


def share_out_context(fold: TrajectoryFold, event: ContextMeasured) -> None:
    """Divide a request's recorded context among its parts."""
    state, used = fold.state, event.used_tokens
    if state.system_tokens is None:
        system = system_tokens(used, state.conversation_chars, state.file_chars, state.tool_chars)
        state.system_tokens = system
        counted = system * CHARS_PER_TOKEN + state.conversation_chars + state.file_chars + state.tool_chars
        state.conversation_chars += max(0, used * CHARS_PER_TOKEN - counted)
    if state.is_condensed:
        # What is there now is the summary, and what has been said since.
        state.conversation_chars = max(0, used - state.system_tokens) * CHARS_PER_TOKEN
        state.file_chars = state.tool_chars = 0
        state.is_condensed = False
    context, turn = fold.touch_context(), state.turn
    context.used_tokens, context.peak_tokens = used, max(used, context.peak_tokens or 0)
    context.window_tokens = turn.context_window if turn else event.window_tokens
    context.is_window_inferred = turn.is_window_inferred if turn else 0
    context.system_tokens, context.conversation_chars = state.system_tokens, state.conversation_chars
    context.file_chars, context.tool_chars = state.file_chars, state.tool_chars


def count_compaction(fold: TrajectoryFold, event: Compacted) -> None:
    """Count a compaction, and drop what it dropped."""
    state, context = fold.state, fold.touch_context()
    context.compactions += 1
    context.peak_tokens = max(event.before_tokens or 0, context.peak_tokens or 0) or None
    if event.trigger == "micro":
        # Only old results of tools were dropped.
        saved = max(0, ((event.before_tokens or 0) - (event.after_tokens or 0)) * CHARS_PER_TOKEN)
        dropped = min(state.tool_chars, saved)
        state.tool_chars -= dropped
        state.file_chars = max(0, state.file_chars - (saved - dropped))
    else:
        state.is_condensed = True


def count_overflow(fold: TrajectoryFold, event: RequestFailed) -> None:
    """Count a request that was refused because it did not fit."""
    if event.kind == "context":
        fold.touch_context().overflows += 1
