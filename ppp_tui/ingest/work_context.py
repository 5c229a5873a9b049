"""Folds of what fills the context window: characters as they come, shared out whenever a request tells the sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.model.event import (
    AgentSpoke,
    Compacted,
    ContextMeasured,
    PromptAdded,
    RequestFailed,
    StepEnded,
    StepStarted,
    TurnStarted,
)
from ppp_tui.model.work import ContextRow
from ppp_tui.scoring.context import share_out, system_tokens
from ppp_tui.scoring.files import CHARACTERS_PER_TOKEN

if TYPE_CHECKING:
    from ppp_tui.ingest.work import WorkFold


def hear(fold: WorkFold, event: TurnStarted) -> None:
    """A prompt."""
    fold.state.said += len(event.prompt)


def hear_more(fold: WorkFold, event: PromptAdded) -> None:
    """More of a prompt."""
    fold.state.said += len(event.text)


def speak(fold: WorkFold, event: AgentSpoke) -> None:
    """An answer."""
    fold.state.said += len(event.text)


def call(fold: WorkFold, event: StepStarted) -> None:
    """The input of a call: what is written into a file is the file's."""
    if event.kind == "edit":
        fold.state.files += event.input_length
    else:
        fold.state.tools += event.input_length


def come_back(fold: WorkFold, event: StepEnded) -> None:
    """The output of a call, before it is forgotten which files it read."""
    known = fold.state.calls.get(event.key)
    if known is not None and (known.kind == "read" or known.reads):
        fold.state.files += event.output_length
    else:
        fold.state.tools += event.output_length


def measure(fold: WorkFold, event: ContextMeasured) -> None:
    """A request tells how full the window is."""
    state = fold.state
    if state.system_tokens is None:
        state.system_tokens = system_tokens(event.used_tokens, state.said, state.files, state.tools)
        known = state.system_tokens * CHARACTERS_PER_TOKEN + state.said + state.files + state.tools
        state.said += max(0, event.used_tokens * CHARACTERS_PER_TOKEN - known)
    if state.is_condensed:
        # What is there now is the summary, and what has been said since.
        state.said = max(0, event.used_tokens - state.system_tokens) * CHARACTERS_PER_TOKEN
        state.files = state.tools = 0
        state.is_condensed = False
    parts = share_out(event.used_tokens, state.system_tokens, state.said, state.files, state.tools)
    row = _row(fold)
    turn = fold.lane.turn
    _put(
        fold,
        row._replace(
            used_tokens=event.used_tokens, peak_tokens=max(event.used_tokens, row.peak_tokens or 0),
            window_tokens=turn.context_window if turn else event.window_tokens,
            is_window_inferred=turn.is_window_inferred if turn else 0, system_tokens=parts.system,
            file_tokens=parts.files, tool_tokens=parts.tools, conversation_tokens=parts.conversation,
        ),
    )  # fmt: skip


def condense(fold: WorkFold, event: Compacted) -> None:
    """The conversation was condensed."""
    row = _row(fold)
    peak = max(event.before_tokens or 0, row.peak_tokens or 0) or None
    _put(fold, row._replace(compactions=row.compactions + 1, peak_tokens=peak))
    if event.trigger == "micro":
        # Only old results of tools were dropped.
        saved = ((event.before_tokens or 0) - (event.after_tokens or 0)) * CHARACTERS_PER_TOKEN
        dropped = min(fold.state.tools, max(0, saved))
        fold.state.tools -= dropped
        fold.state.files = max(0, fold.state.files - max(0, saved - dropped))
    else:
        fold.state.is_condensed = True


def overflow(fold: WorkFold, event: RequestFailed) -> None:
    """A request that did not fit was refused."""
    if event.kind == "context":
        row = _row(fold)
        _put(fold, row._replace(overflows=row.overflows + 1))


def _row(fold: WorkFold) -> ContextRow:
    return fold.state.context or ContextRow(fold.state.turn_number, None, None, None, 0, 0, 0, 0, 0, 0)


def _put(fold: WorkFold, row: ContextRow) -> None:
    fold.state.context = row
    fold.contexts[row.turn_number] = row
